package heliograph.relay;

/**
 * What happens to a subscriber whose queue is full. A gap frame tells it of events that it loses.
 */
public enum SlowPolicy {
  /** The subscriber reads the log until it has caught up, and misses nothing that the log keeps. */
  CATCH_UP,
  /** Only the newest of the waiting events with one {@code partitionkey} stays. */
  LATEST,
  /** The oldest waiting event makes room. */
  DROP_OLDEST,
  /** The subscriber's stream ends with {@code slow}. */
  DISCONNECT
}
