package heliograph.gateway.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Attributes;
import heliograph.contract.Audience;
import heliograph.contract.ErrorCode;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import heliograph.relay.Hub;
import heliograph.relay.Limits;
import heliograph.relay.MemoryLog;
import heliograph.relay.OverUserLimit;
import heliograph.relay.Receipt;
import heliograph.relay.Retention;
import heliograph.relay.SlowPolicy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Who may wait for a log that does not come to it. Until the hub starts, its log stores nothing.
 */
class WaitingPublishersTest {
  private static final int MOST = 8;
  private static final Duration DAY = Duration.ofDays(1);
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final Hub hub =
      new Hub(
          new MemoryLog(new Retention(DAY, 100, 1 << 20, DAY), 1 << 20, InstantSource.system()),
          new Limits(10, 10, 10, 10, 100, 10, SlowPolicy.CATCH_UP, OverUserLimit.REFUSE),
          InstantSource.system(),
          System::nanoTime);
  private final WaitingPublishers publishers = new WaitingPublishers(hub, MOST);
  private final List<FutureTask<List<Receipt>>> requests = new ArrayList<>();

  @AfterEach
  void close() {
    hub.close();
  }

  private List<Event> event() {
    return List.of(
        new Event(
            "event-" + requests.size(),
            "/shop",
            "order.paid",
            new Tenant("acme"),
            new Topic("orders.42"),
            new Audience.Everyone(),
            new Attributes(Map.of()),
            Payload.ABSENT));
  }

  /** Publishes so many events of a publisher, each in a request of its own that has to wait. */
  private void publish(String publisher, int times) {
    for (int i = 0; i < times; i++) {
      List<Event> event = event();
      FutureTask<List<Receipt>> request =
          new FutureTask<>(() -> publishers.publish(publisher, event, List.of()));
      requests.add(request);
      Thread.ofVirtual().start(request);
    }
    long start = System.nanoTime();
    while (publishers.waiting() < requests.size()) {
      assertTrue(System.nanoTime() - start < PATIENCE_NANOS, "all of them wait");
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  private void assertRefused(String publisher) {
    RelayException refusal =
        assertThrows(RelayException.class, () -> publishers.publish(publisher, event(), List.of()));
    assertEquals(ErrorCode.LOG_UNAVAILABLE, refusal.code());
    assertEquals(Optional.of(Duration.ofSeconds(1)), refusal.retryAfter());
    assertEquals(requests.size(), publishers.waiting());
  }

  @Test
  void whoHasManyRequestsIsRefusedAndOthersAreNotUntilAllPlacesAreTaken() throws Exception {
    publish("greedy", MOST / 2);
    assertRefused("greedy");
    publish("modest", 2);
    assertRefused("modest");
    assertRefused("greedy");
    publish("third", 1);
    publish("fourth", 1);
    assertEquals(MOST, publishers.waiting());
    assertRefused("fifth");

    hub.start();

    // None of those who waited was refused, and no place is lost.
    for (FutureTask<List<Receipt>> request : requests) {
      List<Receipt> receipts = request.get(PATIENCE_NANOS, TimeUnit.NANOSECONDS);
      assertEquals(1, receipts.size());
      assertInstanceOf(Receipt.Stored.class, receipts.getFirst());
    }
    assertEquals(0, publishers.waiting());
    assertInstanceOf(
        Receipt.Stored.class, publishers.publish("greedy", event(), List.of()).getFirst());
  }
}
