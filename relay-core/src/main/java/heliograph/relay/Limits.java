package heliograph.relay;

/**
 * The bounds of what the hub holds.
 *
 * @param queue events waiting for one subscriber; at it the policy decides
 * @param streams open streams in total; a further one is refused
 * @param streamsPerTenant open streams of one tenant
 * @param streamsPerUser open streams of one subject of a tenant; at it {@code overUserLimit}
 *     decides
 * @param replayEvents events that one subscriber may lie behind; older ones are told as a gap
 * @param snapshotKeys partition keys of one snapshot; those that changed longest ago are left out,
 *     and told as a gap
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
  /** Requests that wait for the log thread; a further one is refused with LOG_UNAVAILABLE. */
  static final int WAITING_PUBLISHES = 4096;

  /**
   * Events in one commit, so that the first publisher of a rush is not kept waiting for the last.
   */
  static final int COMMIT_EVENTS = 1024;

  /** Events that a subscription reads from the log at once. */
  static final int PAGE_EVENTS = 64;
}
