package heliograph.gateway.filter;

import heliograph.relay.Filter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The filters that were asked for lately: to compile one takes a thousand times its use. Any
 * thread.
 */
public final class Filters {
  /** How many are kept; the one asked for longest ago goes first. */
  static final int MAX_KEPT = 1000;

  // Guarded by this. Least recently used first.
  private final Map<String, FilterExpression> kept = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * The filter of a text, compiled or kept from before.
   *
   * @throws heliograph.contract.RelayException INVALID_REQUEST if it is none
   */
  public Filter of(String text) {
    FilterExpression known = known(text);
    return known == null ? keep(text, FilterExpression.of(text)) : known;
  }

  /**
   * Compiles a filter that is asked for once.
   *
   * @throws heliograph.contract.RelayException INVALID_REQUEST if it is none
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
