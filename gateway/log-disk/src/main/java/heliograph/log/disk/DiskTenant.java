package heliograph.log.disk;

import heliograph.contract.Tenant;

/**
 * Where one tenant's part of the log begins and ends. The log thread moves both ends, any thread
 * reads them.
 */
final class DiskTenant {
  private final Tenant tenant;
  private final int id;

  // The log thread alone.
  private long kept = 1;
  private long deletedAt;

  private volatile long oldest = 1;
  private volatile Mark mark = new Mark(0, 0, 0);

  /**
   * @param id what stands for the tenant in keys
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
   * Where the log ends.
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

  /** Moves the end on; what it says is durable. */
  void advance(Mark to) {
    mark = to;
  }

  /** Has it begin after a sequence, as one that was here before or must begin above the floor. */
  void beginAfter(long head) {
    startAt(head + 1);
    mark = new Mark(head, 0, 0);
  }

  void startAt(long sequence) {
    kept = sequence;
    oldest = sequence;
  }

  /** Hides everything below the sequence from readers. */
  void hideBelow(long sequence) {
    oldest = sequence;
  }

  /** Whether enough is hidden, or for long enough, to be worth deleting. */
  boolean isDeletionDue(long nowMillis, long chunk, long patienceMillis) {
    long hidden = Math.min(oldest, head()) - kept;
    return hidden >= chunk || (hidden > 0 && nowMillis - deletedAt >= patienceMillis);
  }

  /**
   * Notes that everything hidden is being deleted but the newest event, which stays as the mark of
   * the head.
   *
   * @return the sequence below which to delete
   */
  long delete(long nowMillis) {
    kept = Math.min(oldest, head());
    deletedAt = nowMillis;
    return kept;
  }

  /** Whether nothing is left but the mark, and its identity is forgotten. */
  boolean isOver(long forgottenMillis) {
    return oldest > head() && kept == head() && mark.at() < forgottenMillis;
  }
}
