package heliograph.gateway.filter;

import heliograph.relay.Filter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the filters that were asked for lately, because to compile one takes a thousand times as
 * long as to evaluate it. Any thread.
 */
public final class Filters {
  /** The most filters that are kept; the one that was asked for longest ago goes first. */
  static final int MAX_KEPT = 1000;

  // Guarded by this. The least recently used filter comes first.
  private final Map<String, FilterExpression> kept = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * The filter of a text, which is compiled unless it is kept.
   *
   * @throws heliograph.contract.RelayException INVALID_REQUEST if the text is no filter
   */
  public Filter of(String text) {
    FilterExpression known = known(text);
    return known == null ? keep(text, FilterExpression.of(text)) : known;
  }

  /**
   * Compiles a filter that is used once, and does not keep it.
   *
   * @throws heliograph.contract.RelayException INVALID_REQUEST if the text is no filter
   */
  public static Filter compile(String text) {
    return FilterExpression.of(text);
  }

  private synchronized @Nullable FilterExpression known(String text) {
    return kept.get(text);
  }

  private synchronized FilterExpression keep(String text, FilterExpression made) {
    kept.put(text, made);
    if (kept.size() > MAX_KEPT) {
      kept.remove(kept.keySet().iterator().next());
    }
    return made;
  }

  synchronized int size() {
    return kept.size();
  }
}
