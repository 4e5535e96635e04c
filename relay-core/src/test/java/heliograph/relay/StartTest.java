package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import heliograph.contract.StandardDialect;
import heliograph.contract.TopicPattern;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A subscription begins where it asked to, by time or by count, and is told what is gone. */
class StartTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private TestingRelay relay = TestingRelay.roomy();

  @AfterEach
  void closeRelay() {
    relay.close();
  }

  @Test
  void sinceATimeBeginsWithTheFirstEventThen() throws InterruptedException {
    relay.publish(2);
    relay.clock().advance(MINUTE);
    Instant then = relay.clock().instant();
    relay.publish(2);
    relay.clock().advance(MINUTE);
    relay.publish(1);

    Subscription subscriber = relay.join(new Start.Since(then));

    assertEquals(List.of("log 3 4 5 through 5", "quiet at 5"), Transcript.of(subscriber));
  }

  @Test
  void sinceATimeBeforeEverythingIsEverything() throws InterruptedException {
    relay.publish(2);

    Subscription subscriber = relay.join(new Start.Since(Instant.MIN.plusSeconds(1)));

    assertEquals(List.of("log 1 2 through 2", "quiet at 2"), Transcript.of(subscriber));
  }

  @Test
  void sinceATimeYetToComeIsLive() throws InterruptedException {
    relay.publish(2);

    Subscription subscriber = relay.join(new Start.Since(relay.clock().instant().plus(MINUTE)));
    relay.publish(1);

    assertEquals(List.of("log 3 through 3", "quiet at 3"), Transcript.of(subscriber));
  }

  @Test
  void sinceATimeOfWhichRetentionLeftNothingIsToldOfTheGap() throws InterruptedException {
    relay.close();
    relay = TestingRelay.withQueueAndLog(256, 2);
    Instant then = relay.clock().instant();
    relay.publish(5);

    Subscription subscriber = relay.join(new Start.Since(then));

    assertEquals(
        List.of("gap retention 0 to 3", "log 4 5 through 5", "quiet at 5"),
        Transcript.of(subscriber));
  }

  @Test
  void theLastFewAreThoseTheSubscriberMaySee() throws InterruptedException {
    for (int i = 0; i < 100; i++) {
      relay.publish(AnEvent.ordinary(), AnEvent.ordinary().forRole("admin"));
    }

    Subscription subscriber = relay.join(new Start.Last(3));

    assertEquals(List.of("log 195 197 199 through 200", "quiet at 200"), Transcript.of(subscriber));
  }

  @Test
  void theLastFewAreFoundFarBack() throws InterruptedException {
    relay.publish(AnEvent.ordinary().topic("rare"));
    relay.publish(300);
    Interest rare =
        new Interest(TestingRelay.claims("ada"), List.of(new TopicPattern("rare")), List.of());

    Subscription subscriber = relay.hub().subscribe(rare, StandardDialect.PLAIN, new Start.Last(1));

    assertEquals("log 1 through 301", Transcript.of(subscriber).getFirst());
  }

  @Test
  void moreThanThereAreIsAllThereIs() throws InterruptedException {
    relay.publish(2);

    Subscription subscriber = relay.join(new Start.Last(10));

    assertEquals(List.of("log 1 2 through 2", "quiet at 2"), Transcript.of(subscriber));
  }

  @Test
  void whoLiesTooFarBehindIsToldAndGoesOnWithTheNewest() throws InterruptedException {
    relay.close();
    relay =
        TestingRelay.with(
            new Limits(256, 10, 10, 10, 5, 1000, SlowPolicy.CATCH_UP, OverUserLimit.REFUSE));
    relay.publish(20);

    Subscription subscriber = relay.joinAfter(2);

    assertEquals(
        List.of("gap overflow 2 to 15", "log 16 17 18 19 20 through 20", "quiet at 20"),
        Transcript.of(subscriber));
  }
}
