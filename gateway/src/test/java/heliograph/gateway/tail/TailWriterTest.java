package heliograph.gateway.tail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Attributes;
import heliograph.contract.Audience;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import heliograph.contract.TopicPattern;
import heliograph.relay.Filter;
import heliograph.relay.Hub;
import heliograph.relay.Interest;
import heliograph.relay.Limits;
import heliograph.relay.MemoryLog;
import heliograph.relay.OverUserLimit;
import heliograph.relay.Retention;
import heliograph.relay.SlowPolicy;
import heliograph.relay.Tail;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * How much of a tail is shown in a second, and what is told of the rest; the clock stands still.
 */
class TailWriterTest {
  private static final Tenant ACME = new Tenant("acme");
  private static final long SECOND = 1_000_000_000;
  private static final Pattern COUNT =
      Pattern.compile("notShown\\{\"notShown\":(\\d+),\"passedOver\":0}");
  private static final Duration LONG = Duration.ofSeconds(10);

  private final AtomicLong nanos = new AtomicLong(7 * SECOND);
  private final AtomicBoolean stands = new AtomicBoolean(true);
  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private final Hub hub =
      new Hub(
          new MemoryLog(
              new Retention(Duration.ofDays(1), 1000, 1 << 20, Duration.ofDays(1)),
              1 << 24,
              InstantSource.system()),
          new Limits(256, 10, 10, 10, 1000, 1000, SlowPolicy.CATCH_UP, OverUserLimit.REFUSE),
          InstantSource.system(),
          nanos::get);
  private Tail tail;
  private Thread writing;

  @BeforeEach
  void look() throws InterruptedException {
    hub.start();
    tail =
        hub.tail(
            Interest.ofOperator(
                ACME,
                List.of(TopicPattern.ALL),
                List.of(),
                Filter.EVERY,
                Interest.Sight.ATTRIBUTES));
    TailWriter writer =
        new TailWriter(
            tail,
            false,
            (name, data) -> told.add(name.equals("event") ? name : name + data),
            stands::get,
            nanos::get);
    writing =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    writer.run();
                  } catch (InterruptedException _) {
                    told.add("interrupted");
                  }
                });
    assertEquals("tail{\"data\":false,\"perSecond\":50}", next());
  }

  @AfterEach
  void close() throws InterruptedException {
    writing.interrupt();
    assertTrue(writing.join(LONG));
    hub.close();
  }

  private String next() throws InterruptedException {
    String one = told.poll(LONG.toSeconds(), TimeUnit.SECONDS);
    return one == null ? "nothing" : one;
  }

  private void publish(int count) {
    for (int i = 0; i < count; i++) {
      hub.publish(
          "shop",
          List.of(
              new Event(
                  "e" + nanos.get() + "-" + i,
                  "/shop",
                  "order.paid",
                  ACME,
                  new Topic("orders.1"),
                  new Audience.Everyone(),
                  Attributes.NONE,
                  Payload.ABSENT)));
    }
  }

  private List<String> next(int count) throws InterruptedException {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(next());
    }
    return all;
  }

  private static List<String> events(int count) {
    return Collections.nCopies(count, "event");
  }

  @Test
  void fiftyAreShownInASecondAndTheOthersToldOfAtItsEnd() throws InterruptedException {
    publish(70);
    assertEquals(events(50), next(50));
    // None of the others is told of while the second lasts, whether it was offered yet or not.
    long sum = 0;
    List<String> others = new ArrayList<>();
    while (sum < 20 && others.size() < 50) {
      nanos.addAndGet(SECOND);
      String other = next();
      others.add(other);
      Matcher counted = COUNT.matcher(other);
      sum += counted.matches() ? Long.parseLong(counted.group(1)) : 0;
      sum += other.equals("event") ? 1 : 0;
    }
    assertEquals(20, sum, others::toString);
  }

  @Test
  void aSecondWithoutEventsHasABeat() throws InterruptedException {
    nanos.addAndGet(SECOND);
    assertEquals("beat{}", next());
    publish(1);
    assertEquals("event", next());
    nanos.addAndGet(SECOND);
    assertEquals("beat{}", next());
  }

  @Test
  void whoMayNotLookOnAnyMoreIsToldSoWithinASecond() throws InterruptedException {
    stands.set(false);
    nanos.addAndGet(SECOND);
    assertEquals("end{\"reason\":\"login\"}", next());
    assertTrue(writing.join(LONG));
  }

  @Test
  void aStopIsToldAtOnce() throws InterruptedException {
    hub.drain(Duration.ZERO, Duration.ZERO);
    assertEquals("end{\"reason\":\"stopping\"}", next());
    assertTrue(writing.join(LONG));
  }
}
