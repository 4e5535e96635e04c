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

    /** The pace of one stream. */
    Duration spread() {
      return always
          ? Duration.ofNanos(
              (long) (every.toNanos() * (1 - SPREAD * ThreadLocalRandom.current().nextDouble())))
          : every;
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
