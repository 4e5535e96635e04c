package heliograph.relay;

/**
 * The bounds of what the hub holds.
 *
 * @param queue the most events that wait for one subscriber; {@code slow} decides about more
 * @param streams the most open streams in total; a further one is refused
 * @param streamsPerTenant the most open streams of one tenant; a further one is refused
 * @param streamsPerUser the most open streams of one subject of a tenant; {@code overUserLimit}
 *     decides about more
 * @param replayEvents the most events that a subscriber may lie behind; older ones are told as a
 *     gap
 * @param snapshotKeys the most partition keys of one snapshot; those that changed longest ago are
 *     left out and told as a gap
 * @param slow what happens to a subscriber whose queue is full
 * @param overUserLimit what happens at {@code streamsPerUser}
 */
public record Limits(
    int queue,
    int streams,
    int streamsPerTenant,
    int streamsPerUser,
    int replayEvents,
    int snapshotKeys,
    SlowPolicy slow,
    OverUserLimit overUserLimit) {
  /** The most requests that wait for the log thread; more are refused with LOG_UNAVAILABLE. */
  static final int WAITING_PUBLISHES = 4096;

  /**
   * The events at which a commit takes no further request, so that the first publisher of a rush
   * does not wait for the last.
   */
  static final int COMMIT_EVENTS = 1024;

  /** The most events that a subscription reads from the log at once. */
  static final int PAGE_EVENTS = 64;
}
