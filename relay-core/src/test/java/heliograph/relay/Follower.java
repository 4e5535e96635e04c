package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Gap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A subscriber that writes down the sequences it gets, and sees to it that each delivery goes on
 * where the one before ended. One thread.
 */
final class Follower {
  private static final Duration PATIENCE = Duration.ofMillis(20);

  private final Subscription subscription;
  private final long start;
  private final List<Long> seen = new ArrayList<>();
  private final List<Gap> gaps = new ArrayList<>();
  private long position;
  private boolean wasLive;
  private boolean fellBehind;

  Follower(Subscription subscription) {
    this.subscription = subscription;
    this.start = subscription.position().sequence();
    this.position = start;
  }

  /** Takes one delivery; whether there was one. */
  boolean follow() throws InterruptedException {
    switch (subscription.next(PATIENCE)) {
      case Delivery.Events(var events, var through, boolean live) -> {
        fellBehind |= wasLive && !live;
        wasLive |= live;
        events.forEach(this::see);
        moveTo(through.sequence());
      }
      case Delivery.Missed(Gap gap) -> {
        assertEquals(position, gap.from().sequence(), "a gap begins where delivery was");
        gaps.add(gap);
        moveTo(gap.to().sequence());
      }
      case Delivery.Quiet(var through) -> {
        moveTo(through.sequence());
        return false;
      }
      case Delivery.Ended ended -> throw new AssertionError("nobody ends it: " + ended);
    }
    return true;
  }

  private void see(StoredEvent stored) {
    assertEquals(subscription.claims().tenant(), stored.event().tenant());
    assertTrue(stored.sequence() > position, "in order, and none twice");
    position = stored.sequence();
    seen.add(position);
  }

  private void moveTo(long through) {
    assertTrue(through >= position, "never back");
    position = through;
  }

  Subscription subscription() {
    return subscription;
  }

  long start() {
    return start;
  }

  /** The place up to which it has had all it may see. */
  long position() {
    return position;
  }

  List<Long> seen() {
    return seen;
  }

  List<Gap> gaps() {
    return gaps;
  }

  boolean fellBehind() {
    return fellBehind;
  }
}
