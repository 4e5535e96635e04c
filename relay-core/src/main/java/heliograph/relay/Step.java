package heliograph.relay;

import heliograph.contract.Tenant;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One step of a subscription's reading: it reads one page of the log and evaluates what it found,
 * for no longer than {@link Readers#QUANTUM}. It belongs to the thread that runs it.
 */
final class Step {
  private final Pages pages;
  private final Tenant tenant;
  private final LongSupplier nanos;
  private final long beganNanos;
  private ReadingRoom.@Nullable Piece read;
  private boolean kept;
  private long own;

  Step(Pages pages, Tenant tenant, LongSupplier nanos) {
    this.pages = pages;
    this.tenant = tenant;
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
   * Reads the events after a place, fewer than there are where they are large. Called once.
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

  /** How long it has taken, in nanoseconds. */
  long usedNanos() {
    return nanos.getAsLong() - beganNanos;
  }

  /**
   * Says that events of what was read are handed to the subscription.
   *
   * @param own the bytes that are handed to it beside those that were read
   */
  void keep(long own) {
    kept = true;
    this.own = own;
  }

  /** What the subscription has in hand after this step; null if it is nothing. */
  ReadingRoom.@Nullable Piece kept() {
    return kept ? read : null;
  }

  long own() {
    return own;
  }
}
