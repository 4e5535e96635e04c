package heliograph.benchmark;

import java.time.Duration;
import java.util.List;

/**
 * A kind of load for {@link Ssebench}.
 *
 * @param subscribers how many, in as many equal groups as there are topics
 * @param topics how many; events go to them by turns
 * @param everywhere whether each event is for all subscribers, or for the group of its topic alone
 * @param rate events per second over all topics; 0 for as many as are taken
 * @param bytes of each event
 */
record Work(int subscribers, int topics, boolean everywhere, int rate, int bytes) {
  // From this rate on, a publisher that waits for each answer would be the limit.
  private static final int FAST = 1000;
  private static final int CONNECTIONS = 16;

  // How far the events may be ahead of the deliveries when nothing else holds them back. Less than
  // the relay's queue for each stream, or it would do other work than nchan.
  private static final int LEAD = 128;

  /** A load of events of the usual size. */
  Work(int subscribers, int topics, boolean everywhere, int rate) {
    this(subscribers, topics, everywhere, rate, Events.BYTES);
  }

  /** A load of events that are each for the subscribers of their topic. */
  Work(int subscribers, int topics, int rate) {
    this(subscribers, topics, false, rate);
  }

  /** The options that ask for it. A second's worth of events goes before those that count. */
  List<String> options(Duration time) {
    long millis = time.toMillis();
    String base =
        "-n %s --groups %s --fanout %s --size %s "
            .formatted(subscribers, topics, everywhere ? "all" : "group", bytes);
    if (rate == 0) {
      return split(
          base
              + "--rate 0 --duration %s --lead %s --warmup 500 --pub-conns %s"
                  .formatted(millis / 1000.0, LEAD, CONNECTIONS));
    }
    return split(
        base
            + "--rate %s --events %s --warmup %s --pub-conns %s"
                .formatted(rate, events(time), warmUp(), rate < FAST ? 1 : CONNECTIONS));
  }

  /** How many events count. */
  long events(Duration time) {
    return Math.max(1, rate * time.toMillis() / 1000);
  }

  /** How many go before those. */
  int warmUp() {
    return rate;
  }

  private static List<String> split(String options) {
    return List.of(options.split(" "));
  }
}
