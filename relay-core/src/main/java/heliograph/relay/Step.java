package heliograph.relay;

import heliograph.contract.Tenant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One step of a subscription's reading: it reads the log page by page and evaluates what it found,
 * for no longer than {@link Readers#QUANTUM}. To hand a step to another thread and back costs more
 * than to look at a page without a filter, so a step goes on while the room that was reserved for
 * it lasts. It belongs to the thread that runs it.
 */
final class Step {
  private final Pages pages;
  private final Tenant tenant;
  private final LongSupplier nanos;
  private final long together;
  private final long beganNanos;
  private final List<Kept> kept = new ArrayList<>(1);
  private long keptBytes;
  private ReadingRoom.@Nullable Piece read;

  /**
   * @param together the most bytes of several pages that it keeps
   */
  Step(Pages pages, Tenant tenant, long together, LongSupplier nanos) {
    this.pages = pages;
    this.tenant = tenant;
    this.together = together;
    this.nanos = nanos;
    this.beganNanos = nanos.getAsLong();
  }

  /** What a step is for. */
  @FunctionalInterface
  interface Work<T> {
    /** Does one step of it, on the thread of a reader. */
    T run(Step step);
  }

  /**
   * A page that is handed to the subscription, or a part of it.
   *
   * @param own the bytes that are handed to it beside those that were read
   */
  record Kept(ReadingRoom.Piece piece, long own) {}

  /**
   * Reads the events after a place, fewer than there are where they are large.
   *
   * @param max the most events to return
   */
  EventLog.Page read(long after, int max) {
    Pages.Stretch stretch = pages.read(tenant, after, max);
    read = stretch.of();
    return stretch.page();
  }

  /** Whether its time is used up: what was not evaluated is left for another step. */
  boolean isOver() {
    return usedNanos() >= Readers.QUANTUM.toNanos();
  }

  /**
   * Whether it may read and keep another page as large as the last one. It may read any number of
   * pages of which it keeps nothing, one after the other, until it {@link #isOver}.
   */
  boolean readsOn() {
    return read != null && keptBytes + read.bytes() <= together && !isOver();
  }

  /** How long it has taken, in nanoseconds. */
  long usedNanos() {
    return nanos.getAsLong() - beganNanos;
  }

  /**
   * Says that events of the page that was read last are handed to the subscription.
   *
   * @param own the bytes that are handed to it beside those that were read
   */
  void keep(long own) {
    if (read != null) {
      kept.add(new Kept(read, own));
      keptBytes += read.bytes() + own;
    }
  }

  /** What the subscription has in hand after this step beside what it had before. */
  List<Kept> kept() {
    return kept;
  }
}
