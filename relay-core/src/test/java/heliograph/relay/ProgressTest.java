package heliograph.relay;

import static heliograph.relay.TestingRelay.ACME;
import static heliograph.relay.TestingRelay.claims;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.StandardDialect;
import heliograph.contract.TopicPattern;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an operator is told of a stream's way, which holds up nobody. */
class ProgressTest {
  private static final Duration NONE = Duration.ZERO;

  private TestingRelay relay = TestingRelay.withQueue(4);

  @AfterEach
  void close() {
    relay.close();
  }

  @Test
  void whatWaitsIsNotDoneWith() throws InterruptedException {
    relay.publish(2);
    Subscription subscriber = relay.join();
    assertEquals(new Progress(true, 2, 2, 0), subscriber.progress());

    relay.publish(3);
    assertEquals(new Progress(true, 2, 5, 3), subscriber.progress());

    var _ = subscriber.next(NONE);
    assertEquals(new Progress(true, 5, 5, 0), subscriber.progress());
  }

  @Test
  void whatIsForOthersIsDoneWith() {
    Subscription subscriber =
        relay
            .hub()
            .subscribe(
                new Interest(claims("ada"), List.of(new TopicPattern("mine.*")), List.of()),
                StandardDialect.PLAIN,
                new Start.Live());
    relay.publish(3);
    assertEquals(new Progress(true, 3, 3, 0), subscriber.progress());

    // The first that waits is the fifth, so the fourth is done with as well.
    relay.publish(AnEvent.ordinary(), AnEvent.ordinary().topic("mine.1"), AnEvent.ordinary());
    assertEquals(new Progress(true, 4, 6, 1), subscriber.progress());
  }

  @Test
  void whoFellBehindReadsTheLogFromItsPlace() throws InterruptedException {
    Subscription subscriber = relay.join();
    relay.publish(5);
    assertEquals(new Progress(false, 0, 5, 0), subscriber.progress());

    var _ = subscriber.next(NONE);
    assertEquals(new Progress(true, 5, 5, 0), subscriber.progress());
  }

  /** A delivery takes the queue's lock; and whoever has it must not keep an operator waiting. */
  @Test
  @Timeout(60)
  void nobodyWaitsForTheLockOfAQueue() throws InterruptedException {
    Subscription subscriber = relay.join();
    relay.publish(1);
    Progress seen;
    synchronized (subscriber) {
      seen = Aside.start(subscriber::progress).outcome();
    }
    assertEquals(new Progress(true, 0, 1, 1), seen);
  }

  @Test
  void tenantsAreToldWithWhatIsOpenAndStored() {
    Subscription subscriber = relay.join();
    relay.publish(3);
    Inspection inspection = relay.hub().inspection();
    assertEquals(Set.of(ACME), inspection.tenants());
    assertEquals(new Inspection.Opened(1, 1, 1, 0), inspection.opened(ACME));
    relay.hub().leave(subscriber);
    assertEquals(new Inspection.Opened(0, 0, 0, 0), inspection.opened(ACME));
    assertTrue(relay.hub().drainingSince().isEmpty());
    relay.hub().drain(NONE, NONE);
    assertFalse(relay.hub().drainingSince().isEmpty());
  }
}
