package heliograph.benchmark;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * What senders saw of a relay that was killed and started again.
 *
 * @param killed when it was, as {@link System#nanoTime} has it
 * @param ready when the next one was ready
 */
record Outage(long killed, long ready, List<Sender> senders) {
  private static final Duration WINDOW = Duration.ofMinutes(1);

  /** What is later than this was held up by more than the relay's usual work. */
  private static final Duration LATE = Duration.ofMillis(200);

  /** A stretch of the seconds after the relay was ready. */
  private record Stretch(String name, int from, int to) {}

  private static final List<Stretch> STRETCHES =
      List.of(
          new Stretch("1st second", 0, 1),
          new Stretch("2nd to 5th", 1, 5),
          new Stretch("6th to 10th", 5, 10),
          new Stretch("11th to 30th", 10, 30));

  Outage {
    senders = List.copyOf(senders);
  }

  void addTo(Figures figures) {
    figures.add("publishers, tries refused a connection", count(Sender.Outcome.REFUSED));
    figures.add("publishers, tries without an answer", count(Sender.Outcome.UNANSWERED));
    figures.add("publishers, tries answered 503", count(Sender.Outcome.UNAVAILABLE));
    figures.add("publishers, answered as duplicates", count(Sender.Outcome.DUPLICATE));
    long[] acks = acks();
    figures.add("publishers, longest time without an acknowledgement, s", longestPause(acks));
    figures.add("until publishers have sent all that was due meanwhile, s", backlog());
    for (Stretch stretch : STRETCHES) {
      long from = ready + Duration.ofSeconds(stretch.from()).toNanos();
      long to = ready + Duration.ofSeconds(stretch.to()).toNanos();
      long count = Arrays.stream(acks).filter(at -> at >= from && at < to).count();
      figures.add(
          "acks a second, " + stretch.name() + " from ready on",
          (double) count / (stretch.to() - stretch.from()));
    }
  }

  private boolean isWithin(Sender.Try it) {
    return it.at() >= killed && it.at() < killed + WINDOW.toNanos();
  }

  private double count(Sender.Outcome outcome) {
    return senders.stream()
        .flatMap(sender -> sender.tries().stream())
        .filter(it -> isWithin(it) && it.outcome() == outcome)
        .count();
  }

  /** When one of them had an acknowledgement, in order. */
  private long[] acks() {
    return senders.stream()
        .flatMap(sender -> sender.tries().stream())
        .filter(it -> isWithin(it) && it.outcome().isAcknowledged())
        .mapToLong(Sender.Try::at)
        .sorted()
        .toArray();
  }

  private double longestPause(long[] acks) {
    long longest = 0;
    long last = killed;
    for (long at : acks) {
      longest = Math.max(longest, at - last);
      last = at;
    }
    return longest / 1e9;
  }

  /** Until the last of them has an event acknowledged that is not late any more. */
  private double backlog() {
    return senders.stream().mapToDouble(this::backlog).max().orElse(0);
  }

  private double backlog(Sender sender) {
    return sender.tries().stream()
        .filter(it -> isWithin(it) && it.at() >= ready && it.outcome().isAcknowledged())
        .filter(it -> it.late().compareTo(LATE) < 0)
        .mapToDouble(it -> (it.at() - killed) / 1e9)
        .findFirst()
        .orElse((double) WINDOW.toSeconds());
  }
}
