package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Claims;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.StandardDialect;
import heliograph.contract.TopicPattern;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a subscriber sees of an event is made once for all who see the same, and asked of nobody
 * else.
 */
class ViewTest {
  private static final Duration DAY = Duration.ofDays(1);

  private final MovableClock clock = new MovableClock();
  private final RoleMasks masks = new RoleMasks();
  private final Hub hub =
      new Hub(
          new MemoryLog(new Retention(DAY, 1000, 1 << 20, DAY), 1 << 20, clock),
          new Limits(100, 100, 100, 100, 1000, 1000, SlowPolicy.CATCH_UP, OverUserLimit.REFUSE),
          masks,
          clock,
          clock::nanos);

  /** Whoever has the role n is shown the data without n; of a type {@code secret}, nothing. */
  private static final class RoleMasks implements Masks {
    private final AtomicInteger applied = new AtomicInteger();

    @Override
    public long hiding(String type, Set<String> roles) {
      return roles.stream().mapToLong(Long::parseLong).sum();
    }

    @Override
    public Optional<Payload> apply(Event event, long hiding) {
      applied.incrementAndGet();
      return event.type().equals("secret")
          ? Optional.empty()
          : Optional.of(Payload.text("without " + hiding));
    }
  }

  @BeforeEach
  void start() {
    hub.start();
  }

  @AfterEach
  void close() {
    hub.close();
  }

  private Subscription join(String subject, String role, Filter filter) {
    Claims claims = TestingRelay.claims(subject, role);
    return hub.subscribe(
        new Interest(claims, List.of(TopicPattern.ALL), List.of(), filter),
        StandardDialect.PLAIN,
        new Start.Live());
  }

  private static StoredEvent only(Subscription subscription) throws InterruptedException {
    if (subscription.next(Duration.ZERO) instanceof Delivery.Events(var events, _, _)) {
      assertEquals(1, events.size());
      return events.getFirst();
    }
    throw new AssertionError("one event");
  }

  private static String text(StoredEvent stored) {
    return new String(stored.event().payload().bytes(), StandardCharsets.UTF_8);
  }

  @Test
  void aClassOfAudienceSharesOneView() throws InterruptedException {
    Subscription ada = join("ada", "1", Filter.EVERY);
    Subscription bob = join("bob", "1", _ -> true);
    Subscription cleo = join("cleo", "2", Filter.EVERY);
    Subscription dan = join("dan", "0", Filter.EVERY);

    hub.publish(TestingRelay.PUBLISHER, List.of(AnEvent.ordinary().event()));

    StoredEvent seen = only(ada);
    assertSame(seen, only(bob));
    assertEquals("without 1", text(seen));
    assertEquals("without 2", text(only(cleo)));
    StoredEvent whole = only(dan);
    assertEquals(Payload.Form.ABSENT, whole.event().payload().form());
    assertEquals(whole.cursor(), seen.cursor());
    assertEquals(whole.publishedNanos(), seen.publishedNanos());
    assertEquals(2, masks.applied.get());
  }

  @Test
  void classesBeyondThoseThatAreKeptAreShownNoMore() throws InterruptedException {
    List<Subscription> all = new ArrayList<>();
    for (int role = 1; role <= StoredEvent.MAX_VIEWS + 1; role++) {
      all.add(join("ada", Integer.toString(role), Filter.EVERY));
      all.add(join("bob", Integer.toString(role), _ -> true));
    }

    hub.publish(TestingRelay.PUBLISHER, List.of(AnEvent.ordinary().event()));

    List<StoredEvent> seen = new ArrayList<>();
    for (Subscription subscription : all) {
      seen.add(only(subscription));
    }
    for (int i = 0; i < seen.size(); i++) {
      assertEquals("without " + (i / 2 + 1), text(seen.get(i)));
    }
    assertEquals(StoredEvent.MAX_VIEWS + 2, masks.applied.get());
    assertNotSame(seen.get(seen.size() - 2), seen.getLast());
  }

  @Test
  void whatCannotBeMaskedIsWithheldLiveAndReplayed() throws InterruptedException {
    Subscription live = join("ada", "1", Filter.EVERY);
    hub.publish(
        TestingRelay.PUBLISHER,
        List.of(AnEvent.ordinary().type("secret").event(), AnEvent.ordinary().event()));

    assertEquals(2, only(live).sequence());
    Subscription replayed =
        hub.subscribe(
            TestingRelay.everything(TestingRelay.claims("bob", "1")),
            StandardDialect.PLAIN,
            new Start.Last(5));
    assertEquals(2, only(replayed).sequence());
  }

  @Test
  void aFilterIsAskedAboutWhatIsShownAndNothingElse() throws InterruptedException {
    List<String> asked = new ArrayList<>();
    Subscription ada =
        join("ada", "1", seen -> asked.add(text(seen)) && seen.event().type().equals("wanted"));
    hub.publish(
        TestingRelay.PUBLISHER,
        List.of(
            AnEvent.ordinary().of(TestingRelay.OTHER).event(),
            AnEvent.ordinary().forRole("2").event(),
            AnEvent.ordinary().type("secret").event(),
            AnEvent.ordinary().event(),
            AnEvent.ordinary().type("wanted").event()));

    assertEquals("wanted", only(ada).event().type());
    assertEquals(List.of("without 1", "without 1"), asked);
  }

  @Test
  void aReadingIsMadeOnceAndLetGoOf() throws InterruptedException {
    AtomicInteger read = new AtomicInteger();
    List<StoredEvent> seen = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      join(
          "user-" + i,
          "1",
          event -> {
            seen.add(event);
            return event.reading(Integer.class, _ -> read.incrementAndGet()) == 1;
          });
    }

    hub.publish(TestingRelay.PUBLISHER, List.of(AnEvent.ordinary().event()));

    assertEquals(3, seen.size());
    assertEquals(1, read.get());
    assertTrue(seen.getFirst().reading(Integer.class, _ -> read.incrementAndGet()) == 2);
  }
}
