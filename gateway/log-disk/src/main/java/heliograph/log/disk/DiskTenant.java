package heliograph.log.disk;

import heliograph.contract.Tenant;

/**
 * The places where one tenant's part of the log begins and ends. The log thread moves both, any
 * thread reads them.
 */
final class DiskTenant {
  private final Tenant tenant;
  private final int id;

  // Owned by the log thread.
  private long kept = 1;
  private long deletedAt;

  private volatile long oldest = 1;
  private volatile Mark mark = new Mark(0, 0, 0);

  /**
   * @param id the number that stands for the tenant in keys
   */
  DiskTenant(Tenant tenant, int id) {
    this.tenant = tenant;
    this.id = id;
  }

  Tenant tenant() {
    return tenant;
  }

  int id() {
    return id;
  }

  /**
   * The sequence of the oldest event that may still be read; one past the head if there is none.
   */
  long oldest() {
    return oldest;
  }

  /**
   * The place where the log ends.
   *
   * @param at when the newest event was stored, in milliseconds of the epoch
   * @param total the bytes of all events up to it
   */
  record Mark(long head, long at, long total) {}

  Mark mark() {
    return mark;
  }

  long head() {
    return mark.head();
  }

  /** Moves the end on. The events up to it must be durable. */
  void advance(Mark to) {
    mark = to;
  }

  /** Has the tenant begin after a sequence: its former head, or the floor. */
  void beginAfter(long head) {
    startAt(head + 1);
    mark = new Mark(head, 0, 0);
  }

  void startAt(long sequence) {
    kept = sequence;
    oldest = sequence;
  }

  /** Hides all events below a sequence from readers. */
  void hideBelow(long sequence) {
    oldest = sequence;
  }

  /** Whether so many events are hidden, or for so long, that it is worth deleting them. */
  boolean isDeletionDue(long nowMillis, long chunk, long patienceMillis) {
    long hidden = Math.min(oldest, head()) - kept;
    return hidden >= chunk || (hidden > 0 && nowMillis - deletedAt >= patienceMillis);
  }

  /**
   * Notes that all hidden events are being deleted, except for the newest event of all, which stays
   * as the mark of the head.
   *
   * @return the sequence below which to delete
   */
  long delete(long nowMillis) {
    kept = Math.min(oldest, head());
    deletedAt = nowMillis;
    return kept;
  }

  /** Whether nothing is left but the mark, and the dedup key of that event is forgotten. */
  boolean isOver(long forgottenMillis) {
    return oldest > head() && kept == head() && mark.at() < forgottenMillis;
  }
}
