package heliograph.relay;

/** What happens to a subscriber whose queue is full. Whatever it costs, a gap frame tells of. */
public enum SlowPolicy {
  /** It reads the log until it has caught up, and misses nothing that the log has. */
  CATCH_UP,
  /** Of the waiting events with one {@code partitionkey} only the newest stays. */
  LATEST,
  /** The oldest waiting event makes room. */
  DROP_OLDEST,
  /** Its stream ends with {@code slow}. */
  DISCONNECT
}
