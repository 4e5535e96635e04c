package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import heliograph.contract.Claims;
import heliograph.contract.Cursor;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.StandardDialect;
import heliograph.contract.TopicPattern;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
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

    TestingRelay.publish(hub, List.of(AnEvent.ordinary().event()));

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

    TestingRelay.publish(hub, List.of(AnEvent.ordinary().event()));

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
    TestingRelay.publish(
        hub, List.of(AnEvent.ordinary().type("secret").event(), AnEvent.ordinary().event()));

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
    TestingRelay.publish(
        hub,
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
  void aReadingIsMadeOnceForAllWhoSeeTheSame() throws InterruptedException {
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

    TestingRelay.publish(hub, List.of(AnEvent.ordinary().event()));

    assertEquals(3, seen.size());
    assertEquals(1, read.get());
  }

  /** A filter that counts how often it was asked. */
  private static final class Counting implements Filter {
    private final long number;
    private final Set<String> wanted;
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());

    Counting(long number, String... wanted) {
      this.number = number;
      this.wanted = Set.of(wanted);
    }

    @Override
    public boolean wants(StoredEvent seen) {
      asked.add(text(seen));
      return wanted.contains(text(seen));
    }

    @Override
    public long number() {
      return number;
    }
  }

  @Test
  void aFilterIsAskedOncePerEventAndView() throws InterruptedException {
    Counting filter = new Counting(1, "without 1");
    List<Subscription> ones = new ArrayList<>();
    for (String topic : List.of(">", "*", AnEvent.ordinary().event().topic().value())) {
      ones.add(join(topic, "1", filter));
    }
    Subscription two = join("two", "2", filter);

    TestingRelay.publish(hub, List.of(AnEvent.ordinary().event()));

    for (Subscription one : ones) {
      assertEquals("without 1", text(only(one)));
    }
    assertEquals(Delivery.Quiet.class, two.next(Duration.ZERO).getClass());
    assertEquals(Set.of("without 1", "without 2"), Set.copyOf(filter.asked));
    assertEquals(2, filter.asked.size());
  }

  @Test
  void streamsThatReplayTheSameBlockShareAnswers() throws InterruptedException {
    int events = Pages.BLOCK;
    for (int i = 0; i < events; i++) {
      TestingRelay.publish(hub, List.of(AnEvent.ordinary().event()));
    }
    Counting filter = new Counting(1, "without 1");
    for (int i = 0; i < 5; i++) {
      Subscription replaying =
          hub.subscribe(
              new Interest(
                  TestingRelay.claims("user-" + i, "1"),
                  List.of(TopicPattern.ALL),
                  List.of(),
                  filter),
              StandardDialect.PLAIN,
              new Start.After(hub.log().cursor(0)));
      if (replaying.next(Duration.ZERO) instanceof Delivery.Events(var seen, _, _)) {
        assertEquals(events, seen.size());
      } else {
        throw new AssertionError("events");
      }
    }

    assertEquals(events, filter.asked.size());
  }

  @Test
  void filtersBeyondThoseWhoseAnswersAreKeptAreAskedAnew() {
    StoredEvent event = new StoredEvent(AnEvent.ordinary().event(), new Cursor("e", 1));
    List<Counting> filters = new ArrayList<>();
    for (int i = 1; i <= Answers.MAX + 1; i++) {
      filters.add(i % 2 == 0 ? new Counting(i, text(event)) : new Counting(i));
    }

    for (int round = 0; round < 2; round++) {
      for (Counting filter : filters) {
        Payer.Choice expected =
            filter.number % 2 == 0 ? Payer.Choice.WANTED : Payer.Choice.UNWANTED;
        assertEquals(expected, event.choice(filter, Payer.NOBODY));
      }
    }

    assertEquals(2, filters.removeLast().asked.size());
    filters.forEach(filter -> assertEquals(1, filter.asked.size()));
  }

  @Test
  void aFilterThatWasNotAskedHasNoAnswer() {
    StoredEvent event = new StoredEvent(AnEvent.ordinary().event(), new Cursor("e", 1));
    Counting filter = new Counting(1, text(event));

    assertEquals(Payer.Choice.LATE, event.choice(filter, (_, _) -> Payer.Choice.LATE));
    assertEquals(Payer.Choice.WANTED, event.choice(filter, Payer.NOBODY));
    // What is known costs nothing, so it is no matter who would have to pay.
    assertEquals(Payer.Choice.WANTED, event.choice(filter, (_, _) -> Payer.Choice.LATE));
  }
}
