package heliograph.relay;

import heliograph.contract.Gap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Reads a subscription as a stream does, and writes down in words what it was told. */
final class Transcript {
  // No story here is longer; a subscription that never comes to rest is a bug.
  private static final int LONGEST = 1000;

  private Transcript() {}

  /** All that is there to be told now, up to the first quiet or the end. */
  static List<String> of(Subscription subscription) throws InterruptedException {
    List<String> told = new ArrayList<>();
    while (told.size() < LONGEST) {
      Delivery delivery = subscription.next(Duration.ZERO);
      told.add(words(delivery));
      if (delivery instanceof Delivery.Quiet || delivery instanceof Delivery.Ended) {
        return told;
      }
    }
    throw new AssertionError("never at rest: " + told);
  }

  static String words(Delivery delivery) {
    return switch (delivery) {
      case Delivery.Events(List<StoredEvent> events, var through, boolean live) -> {
        StringBuilder words = new StringBuilder(live ? "live" : "log");
        events.forEach(stored -> words.append(' ').append(stored.sequence()));
        yield words.append(" through ").append(through.sequence()).toString();
      }
      case Delivery.Missed(Gap(var reason, var from, var to)) ->
          "gap " + reason.word() + " " + from.sequence() + " to " + to.sequence();
      case Delivery.Quiet(var through) -> "quiet at " + through.sequence();
      case Delivery.Ended(var reason, var reconnect) -> "ended " + reason.word() + " " + reconnect;
    };
  }
}
