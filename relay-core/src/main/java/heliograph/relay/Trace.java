package heliograph.relay;

import heliograph.contract.Cursor;
import java.util.List;

/**
 * Follows one event from its publisher to its subscribers, for whoever wants to see where the time
 * goes. It goes beside the event in memory and is not stored, so what is read from the log later is
 * followed by nobody. The core tells it what happens and knows nothing of what becomes of that. Any
 * thread, and some of them hold a lock: it neither waits nor throws, and takes no lock itself but
 * in {@link #committed}.
 */
public interface Trace {
  /** Follows nothing; nearly all events have this one. */
  Trace NONE = new Untraced();

  /**
   * Tells of the commit in which the event is, or would have been. Of all traces in a commit one is
   * told, on the log thread, which holds no lock then.
   *
   * @param all the traces of the commit, this one among them
   */
  void committed(List<Trace> all, Commit commit);

  /**
   * One attempt of the log to store what several publishers handed over.
   *
   * @param events how many events there were
   * @param bytes their bytes, by {@link heliograph.contract.Event#size}
   * @param fromNanos when it began, on the hub's clock of nanoseconds
   * @param toNanos when it was over
   * @param stored whether it succeeded
   */
  record Commit(int events, long bytes, long fromNanos, long toNanos, boolean stored) {}

  /** The event is stored, and its walk to the subscribers of its tenant begins. */
  void walks(Cursor cursor);

  /**
   * The walk is over.
   *
   * @param cohorts how many cohorts were shown the event
   * @param streams how many subscriptions it was offered to
   * @param queued into the queues of how many of these it came; the others have it from the log
   */
  void walked(int cohorts, int streams, int queued);

  /** One of those in whose queues the event came has it now. */
  void written();

  /** One of them has it not from the queue, but from the log, or never. */
  void lost();
}
