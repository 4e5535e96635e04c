package heliograph.relay;

import java.time.Duration;

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
 * @param memory how much of the heap events may take on their way to subscribers
 * @param filterTime how long filters may be evaluated
 */
public record Limits(
    int queue,
    int streams,
    int streamsPerTenant,
    int streamsPerUser,
    int replayEvents,
    int snapshotKeys,
    SlowPolicy slow,
    OverUserLimit overUserLimit,
    Memory memory,
    FilterTime filterTime) {
  /** The most requests that wait for the log thread; more are refused with LOG_UNAVAILABLE. */
  static final int WAITING_PUBLISHES = 4096;

  /**
   * The events at which a commit takes no further request, so that the first publisher of a rush
   * does not wait for the last.
   */
  static final int COMMIT_EVENTS = 1024;

  /** The most events that a subscription reads from the log at once. */
  static final int PAGE_EVENTS = 64;

  /**
   * Which part of the open streams one tenant may have where there is room for fewer than {@code
   * streams}: half of them.
   */
  static final int PART_OF_TENANT = 2;

  /**
   * How much of the heap events may take on their way to subscribers, in bytes. An event counts
   * once, however many wait for it, with the frames that were made of it.
   *
   * @param waiting the most bytes of live events that wait to be written; beyond it subscribers of
   *     the tenants that hold most fall back to the log
   * @param waitingPerTenant the most of these bytes for one tenant; beyond it its own subscribers
   *     fall back to the log
   * @param reading the most bytes of events that were read from the log and are not written yet;
   *     beyond it reads wait
   * @param readingPerTenant the most of these bytes for one tenant
   */
  public record Memory(long waiting, long waitingPerTenant, long reading, long readingPerTenant) {
    /** What suits a heap of half a gigabyte. */
    public static final Memory ORDINARY = new Memory(32 << 20, 8 << 20, 16 << 20, 4 << 20);
  }

  /**
   * How long filters may be evaluated in each second. Beyond it, streams with a filter fall back to
   * the log, and read it when it is their turn.
   *
   * @param perTenant the time for one tenant
   * @param perUser the time for one subject of a tenant
   */
  public record FilterTime(Duration perTenant, Duration perUser) {
    /** What suits two processors. */
    public static final FilterTime ORDINARY =
        new FilterTime(Duration.ofMillis(200), Duration.ofMillis(50));
  }

  /** Makes limits with ordinary bounds of memory and of the time for filters. */
  public Limits(
      int queue,
      int streams,
      int streamsPerTenant,
      int streamsPerUser,
      int replayEvents,
      int snapshotKeys,
      SlowPolicy slow,
      OverUserLimit overUserLimit) {
    this(
        queue,
        streams,
        streamsPerTenant,
        streamsPerUser,
        replayEvents,
        snapshotKeys,
        slow,
        overUserLimit,
        Memory.ORDINARY,
        FilterTime.ORDINARY);
  }

  /**
   * These limits where there is room for so many open streams and no more. If that is fewer than
   * {@code streams}, one tenant may have half of them at most, so that it leaves some to others;
   * but all of them where it may have all of {@code streams} too.
   *
   * @param most how many open streams there is room for
   */
  public Limits withRoomFor(int most) {
    if (streams <= most) {
      return this;
    }
    int share = streamsPerTenant >= streams ? most : Math.max(1, most / PART_OF_TENANT);
    return new Limits(
        queue,
        most,
        Math.min(streamsPerTenant, share),
        streamsPerUser,
        replayEvents,
        snapshotKeys,
        slow,
        overUserLimit,
        memory,
        filterTime);
  }
}
