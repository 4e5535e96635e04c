package heliograph.gateway.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Attributes;
import heliograph.contract.Audience;
import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.RelayException;
import heliograph.contract.StandardDialect;
import heliograph.contract.StructuredEvent;
import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import heliograph.contract.TopicPattern;
import heliograph.gateway.telemetry.Metrics;
import heliograph.gateway.wire.ConnectionTimes;
import heliograph.gateway.wire.RequestTimeouts;
import heliograph.gateway.wire.Room;
import heliograph.gateway.wire.Watchdog;
import heliograph.relay.Hub;
import heliograph.relay.Interest;
import heliograph.relay.Limits;
import heliograph.relay.MemoryLog;
import heliograph.relay.OverUserLimit;
import heliograph.relay.Receipt;
import heliograph.relay.Retention;
import heliograph.relay.SlowPolicy;
import heliograph.relay.Start;
import heliograph.relay.StreamOptions;
import heliograph.relay.Subscription;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers to polls where there is no room for all of them. */
class PollAnswerTest {
  private static final Duration DAY = Duration.ofDays(1);
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  // An answer takes twice the bytes of its events, which have some 120 around their data. It goes
  // on
  // to gather while they are less than an eighth of the room. So there is room for a large event
  // with
  // two small ones, and not with three.
  private static final int ROOM = 16_000;
  private static final int SMALL = 100;
  private static final int LARGE = 7300;

  private final Hub hub =
      new Hub(
          new MemoryLog(new Retention(DAY, 100, 1 << 20, DAY), 1 << 20, InstantSource.system()),
          new Limits(10, 10, 10, 10, 100, 10, SlowPolicy.CATCH_UP, OverUserLimit.REFUSE),
          InstantSource.system(),
          System::nanoTime);
  private final Room answers = new Room(ROOM);
  private final RequestTimeouts timeouts =
      new RequestTimeouts(
          new Watchdog(System::nanoTime),
          new ConnectionTimes(DAY, DAY, DAY, DAY),
          new Room(ROOM),
          answers,
          () -> 100,
          new Metrics(io.helidon.metrics.api.Metrics.globalRegistry()),
          System::nanoTime);
  private int published;

  @BeforeEach
  void start() {
    hub.start();
  }

  @AfterEach
  void close() {
    hub.close();
  }

  private void publish(Tenant tenant, int bytes) {
    published++;
    Event event =
        new Event(
            "event-" + published,
            "/shop",
            "order.paid",
            tenant,
            new Topic("orders.42"),
            new Audience.Everyone(),
            new Attributes(Map.of()),
            Payload.text("x".repeat(bytes)));
    assertInstanceOf(Receipt.Stored.class, hub.publish("shop", List.of(event)).getFirst());
  }

  /** A request of a poll, up to its answer. */
  private final class Poll implements AutoCloseable {
    private final Subscription subscription;
    private final PollAnswer answer;

    Poll(String subject, Tenant tenant) {
      subscription =
          hub.poll(
              new Interest(
                  new Claims(subject, tenant, Set.of(), Instant.MAX),
                  List.of(TopicPattern.ALL),
                  List.of()),
              StreamOptions.of(StandardDialect.PLAIN),
              new Start.Last(100));
      answer =
          new PollAnswer(
              timeouts,
              tenant,
              subscription.position(),
              stored -> StructuredEvent.json(stored.event()),
              System::nanoTime);
    }

    void gather() throws InterruptedException {
      answer.gather(subscription, System.nanoTime());
    }

    /** Gathers until an event is there that was not there before; it may still be on its way. */
    void gatherMore() throws InterruptedException {
      int before = answer.events();
      long start = System.nanoTime();
      while (answer.events() == before) {
        assertTrue(System.nanoTime() - start < PATIENCE_NANOS, "another event comes");
        gather();
      }
    }

    @Override
    public void close() {
      answer.close();
      hub.leave(subscription);
    }
  }

  @Test
  void oneThatHadToGiveWayIsRefusedAndThoseOfOtherTenantsAreNot() throws Exception {
    Tenant acme = new Tenant("acme");
    Tenant globex = new Tenant("globex");
    publish(acme, SMALL);
    publish(globex, SMALL);
    try (Poll early = new Poll("ada", acme);
        Poll other = new Poll("gus", globex)) {
      early.gatherMore();
      other.gatherMore();
      publish(acme, LARGE);
      try (Poll late = new Poll("bob", acme)) {
        late.gather();
        publish(acme, SMALL);
        publish(globex, SMALL);

        RelayException refusal = assertThrows(RelayException.class, early::gatherMore);
        other.gatherMore();

        assertEquals(ErrorCode.OVERLOADED, refusal.code());
        assertEquals(Optional.of(Duration.ofSeconds(1)), refusal.retryAfter());
        assertEquals(2, late.answer.events());
        assertEquals(2, other.answer.events());
        String json = new String(other.answer.json(), StandardCharsets.UTF_8);
        assertTrue(json.contains("event-2") && json.contains("event-5"), json);
      }
    }
    // What they held is given back.
    try (Poll next = new Poll("cy", acme)) {
      next.gather();
      assertEquals(2, next.answer.events());
    }
  }
}
