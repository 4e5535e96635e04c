package heliograph.gateway.stream;

import heliograph.contract.Dialect;
import heliograph.contract.Frame;
import heliograph.relay.StoredEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

/**
 * When, and in which pieces, a stream is written to.
 *
 * @param window how long events are gathered for one write; zero gathers none
 * @param heartbeat what is written in silence
 * @param pulse what is written for the page's scripts, if anything
 * @param framing how events become frames
 */
record Pace(Duration window, Heartbeat heartbeat, Optional<Pulse> pulse, Framing framing) {
  /** Makes the pace of a stream that has a frame for each event, and shows scripts no pulse. */
  Pace(Duration window, Heartbeat heartbeat) {
    this(window, heartbeat, Optional.empty(), Framing.EACH);
  }

  /**
   * A sign of life that scripts of a page can see, beside the heartbeat of the connection. It has
   * no position.
   *
   * @param every how often it is sent
   * @param always whether it keeps its pace whatever else is sent; otherwise it is sent when there
   *     was no event for that long
   * @param frame makes it for the time at which it is written
   */
  record Pulse(Duration every, boolean always, Function<Instant, Frame> frame) {
    /**
     * The share of its pace by which a stream's may be faster, so that streams do not beat at once.
     */
    private static final double SPREAD = 0.1;

    /** Begins one stream's pulse, of which the first is due after its pace. */
    Beat begin(long nowNanos) {
      double faster = always ? SPREAD * ThreadLocalRandom.current().nextDouble() : 0;
      return new Beat((long) (every.toNanos() * (1 - faster)), always, nowNanos);
    }
  }

  /**
   * When one stream's pulse is due. The keeper of {@link Lanes} looks as well, beside the thread
   * that has the stream's turn, to which alone it belongs to write.
   */
  static final class Beat {
    private final long everyNanos;
    private final boolean always;
    // When the last was written, or the last event, if that makes one superfluous.
    private volatile long lastNanos;

    private Beat(long everyNanos, boolean always, long nowNanos) {
      this.everyNanos = everyNanos;
      this.always = always;
      this.lastNanos = nowNanos;
    }

    /** Whether it is to be written as soon as there is nothing else. */
    boolean isDue(long nowNanos) {
      return nowNanos - lastNanos >= everyNanos;
    }

    /** Whether it is to be written before anything else. */
    boolean comesFirst(long nowNanos) {
      return always && isDue(nowNanos);
    }

    /** It was written. */
    void written(long nowNanos) {
      lastNanos = nowNanos;
    }

    /** At least one event was written. What only the relay says, as a position, is no event. */
    void eventsWritten(long nowNanos) {
      if (!always) {
        written(nowNanos);
      }
    }
  }

  /** How events that are written together become frames. Any thread. */
  @FunctionalInterface
  interface Framing {
    /** One frame for each event, in order, which is made once for all streams of a dialect. */
    Framing EACH =
        (events, dialect) -> events.stream().map(stored -> stored.frame(dialect)).toList();

    /** Makes the frames of some events, at least one, in order. */
    List<Frame> frames(List<StoredEvent> events, Dialect dialect);
  }
}
