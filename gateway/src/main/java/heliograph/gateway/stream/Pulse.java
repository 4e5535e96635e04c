package heliograph.gateway.stream;

import heliograph.contract.Frame;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

/**
 * A sign of life that scripts of a page can see, beside the heartbeat of the connection. It has no
 * position.
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
