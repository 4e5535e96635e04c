package heliograph.relay;

/**
 * A subscriber's own choice among the events that it may see. The filter is asked last, about the
 * event as the subscriber is shown it, so it narrows what is delivered and cannot tell what is
 * hidden. Equal filters choose the same events; subscriptions that share an interest share a
 * filter. Any thread.
 */
@FunctionalInterface
public interface Filter {
  /** Chooses every event. */
  Filter EVERY = _ -> true;

  /**
   * Whether the subscriber wants the event. The tenant's worker calls this, so it takes no more
   * than some microseconds and does not throw.
   */
  boolean wants(StoredEvent seen);
}
