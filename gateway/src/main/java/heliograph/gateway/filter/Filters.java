package heliograph.gateway.filter;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import heliograph.relay.Filter;

/**
 * Keeps the filters that were asked for lately, because to compile one takes a thousand times as
 * long as to evaluate it. Any thread.
 */
public final class Filters {
  /** How many are kept; beyond, those that are asked for seldom go, and are compiled again. */
  static final int MAX_KEPT = 1000;

  private final Cache<String, FilterExpression> kept =
      Caffeine.newBuilder()
          .maximumSize(MAX_KEPT)
          // Its upkeep is short, and needs no thread.
          .executor(Runnable::run)
          .build();

  /** Keeps none yet. */
  public Filters() {}

  /**
   * The filter of a text, compiled or kept from before. Of many who ask for the same one at once,
   * as after a restart, one compiles it, and the others wait for that.
   *
   * @throws heliograph.contract.RelayException INVALID_REQUEST if the text is no filter
   */
  public Filter of(String text) {
    return kept.get(text, FilterExpression::of);
  }

  /**
   * Compiles a filter that is used once, and does not keep it.
   *
   * @throws heliograph.contract.RelayException INVALID_REQUEST if the text is no filter
   */
  public static Filter compile(String text) {
    return FilterExpression.of(text);
  }

  /** How many are kept, once what is over the limit has gone. */
  long size() {
    kept.cleanUp();
    return kept.estimatedSize();
  }
}
