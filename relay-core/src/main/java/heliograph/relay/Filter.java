package heliograph.relay;

/**
 * A subscriber's own choice among the events that it may see. The filter is asked last, about the
 * event as the subscriber is shown it, so it narrows what is delivered and cannot tell what is
 * hidden. Equal filters choose the same events; subscriptions that share an interest share a
 * filter. Any thread.
 */
@FunctionalInterface
public interface Filter {
  /** Chooses every event. It is never asked and costs nothing. */
  Filter EVERY = _ -> true;

  /**
   * Whether the subscriber wants the event. It does not throw and takes a bounded time, which is
   * charged to the subscriber and its tenant. It always answers the same about an event. The thread
   * is that of a tenant's delivery, or one that reads the log.
   */
  boolean wants(StoredEvent seen);

  /**
   * The number by which the answers of this filter are kept with an event. Filters of one number
   * answer the same. It is positive and below 2^62, or 0 if no answers are to be kept.
   */
  default long number() {
    return 0;
  }
}
