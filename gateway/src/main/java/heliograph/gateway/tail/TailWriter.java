package heliograph.gateway.tail;

import heliograph.relay.Tail;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Shows events as they come, up to a number in each second, and tells once a second how many others
 * there were. A write that waits for its reader keeps nobody else waiting: what comes meanwhile is
 * counted. One thread.
 */
final class TailWriter {
  /** The most events that are shown in a second. */
  static final int MAX_SHOWN = 50;

  private static final long SECOND = 1_000_000_000;

  private final Tail tail;
  private final boolean data;
  private final BiConsumer<String, String> out;
  private final BooleanSupplier stands;
  private final LongSupplier nanos;

  private long second;
  private int shown;
  private long unshown;

  /**
   * Makes a writer.
   *
   * @param data whether the data of events is shown
   * @param out writes a message of a name, one line; it throws if nobody reads any more
   * @param stands whether who looks on may still do so, asked once a second
   */
  TailWriter(
      Tail tail,
      boolean data,
      BiConsumer<String, String> out,
      BooleanSupplier stands,
      LongSupplier nanos) {
    this.tail = tail;
    this.data = data;
    this.out = out;
    this.stands = stands;
    this.nanos = nanos;
    this.second = second();
  }

  /** Writes until the relay stops, or until who looks on may not do so any more. */
  void run() throws InterruptedException {
    out.accept("tail", TailEvent.beginning(data));
    while (!tail.isOver()) {
      long now = second();
      if (now != second) {
        if (!stands.getAsBoolean()) {
          end("login");
          return;
        }
        second = now;
        shown = 0;
        tellOthers(true);
      }
      Duration left = Duration.ofNanos((second + 1) * SECOND - nanos.getAsLong());
      tail.next(left).ifPresent(this::take);
    }
    end("stopping");
  }

  private long second() {
    return Math.floorDiv(nanos.getAsLong(), SECOND);
  }

  private void take(Tail.Seen seen) {
    if (shown < MAX_SHOWN) {
      shown++;
      out.accept("event", TailEvent.json(seen, data));
    } else {
      unshown++;
    }
  }

  /**
   * Tells what was not shown.
   *
   * @param beats whether to write something even if there is nothing to tell: who is gone is only
   *     found out by that
   */
  private void tellOthers(boolean beats) {
    Tail.Missed missed = tail.missed();
    Tail.Missed all = new Tail.Missed(missed.dropped() + unshown, missed.passedOver());
    unshown = 0;
    if (all.dropped() > 0 || all.passedOver() > 0) {
      out.accept("notShown", TailEvent.json(all));
    } else if (beats) {
      out.accept("beat", "{}");
    }
  }

  private void end(String reason) {
    tellOthers(false);
    out.accept("end", TailEvent.ending(reason));
  }
}
