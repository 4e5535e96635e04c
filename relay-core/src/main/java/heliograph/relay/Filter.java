package heliograph.relay;

/**
 * A subscriber's own choice among the events that it may see. It is asked last, and about the event
 * as the subscriber is shown it, so it narrows what is delivered and cannot tell what is hidden.
 * Equal filters choose the same; subscriptions that share an interest share one. Any thread.
 */
@FunctionalInterface
public interface Filter {
  /** Every event. */
  Filter EVERY = _ -> true;

  /**
   * Whether the subscriber wants it. On the log thread, so it takes no more than some microseconds
   * and does not throw.
   */
  boolean wants(StoredEvent seen);
}
