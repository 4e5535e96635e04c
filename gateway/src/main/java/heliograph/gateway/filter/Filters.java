package heliograph.gateway.filter;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import heliograph.relay.Filter;

/**
 * Gives out filters. One text is one filter for as long as anybody has it, so that all who filter
 * by it share what it takes and what it answers. Any thread.
 *
 * <p>Some are kept that nobody has at the moment, because to compile one takes a thousand times as
 * long as to evaluate it, and clients come back. Which of these go, the cache decides by how often
 * they were asked for. So one tenant's many texts, each asked for once, push out one another and
 * not what others come back with; and what is in use by an open stream cannot be pushed out at all.
 */
public final class Filters {
  /** The most bytes of the heap for filters that are kept whether or not somebody has them. */
  static final long MAX_BYTES = 4L << 20;

  // What a filter takes, as measured: each character of an expression becomes some objects.
  private static final int BASE = 2048;
  private static final int CHARACTER = 64;

  private final ParsedEvents events;
  private final Cache<String, FilterExpression> inUse =
      Caffeine.newBuilder().weakValues().executor(Runnable::run).build();
  private final Cache<String, FilterExpression> kept =
      Caffeine.newBuilder()
          .maximumWeight(MAX_BYTES)
          .weigher((String _, FilterExpression filter) -> weight(filter))
          // Its upkeep is short, and needs no thread.
          .executor(Runnable::run)
          .build();

  /**
   * Keeps none yet.
   *
   * @param eventBytes the most bytes of the heap for events that were parsed for filters
   */
  public Filters(long eventBytes) {
    this.events = new ParsedEvents(eventBytes);
  }

  /**
   * The filter of a text, compiled or from before. Of many who ask for the same one at once, as
   * after a restart, one compiles it, and the others wait for that.
   *
   * @throws heliograph.contract.RelayException INVALID_REQUEST if the text is no filter
   */
  public Filter of(String text) {
    return kept.get(text, this::inUse);
  }

  private FilterExpression inUse(String text) {
    return inUse.get(text, it -> FilterExpression.of(it, events));
  }

  /**
   * Compiles a filter that is used once, and does not keep it.
   *
   * @throws heliograph.contract.RelayException INVALID_REQUEST if the text is no filter
   */
  public static Filter compile(String text) {
    return FilterExpression.of(text, new ParsedEvents(ParsedEvents.FOR_ONE));
  }

  /** Whether a filter looks at more than the attributes of events; of any other kind it may. */
  public static boolean readsData(Filter filter) {
    return filter != Filter.EVERY && !(filter instanceof FilterExpression own && !own.readsData());
  }

  private static int weight(FilterExpression filter) {
    return BASE + CHARACTER * filter.length();
  }

  /** How many are kept, once what is over the limit has gone. */
  long size() {
    kept.cleanUp();
    return kept.estimatedSize();
  }
}
