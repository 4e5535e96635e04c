package heliograph.relay;

import static heliograph.relay.TestingRelay.claims;
import static heliograph.relay.TestingRelay.everything;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.RelayException;
import heliograph.contract.StandardDialect;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Tabs of one user whose page opens a new EventSource whenever the last one has closed, and so does
 * not stay away: they evict each other for a while, and then all are connected.
 */
class EvictingTabsModelTest {
  private static final int WITHIN = 60;

  /** A tab; its page waits for some seconds before it opens a new EventSource. */
  private static final class Tab {
    private final Hub hub;
    private final Seat seat;
    private final int pause;
    private @Nullable Subscription stream;
    private int opensAt;

    Tab(Hub hub, Seat seat, int pause, int opensAt) {
      this.hub = hub;
      this.seat = seat;
      this.pause = pause;
      this.opensAt = opensAt;
    }

    /** Lives through one second; whether its stream was superseded. */
    boolean live(int second) throws InterruptedException {
      Subscription open = stream;
      if (open != null && Transcript.of(open).getLast().startsWith("ended superseded")) {
        hub.leave(open);
        stream = null;
        opensAt = second + pause;
        return true;
      }
      if (open == null && second >= opensAt) {
        open(second);
      }
      return false;
    }

    private void open(int second) {
      StreamOptions options =
          new StreamOptions(
              StandardDialect.PLAIN,
              Keep.EVERY,
              OptionalInt.empty(),
              Optional.empty(),
              Optional.of("feed"),
              Optional.of(seat));
      try {
        stream = hub.subscribe(everything(claims("ada")), options, new Start.Live());
      } catch (RelayException refusal) {
        opensAt = second + (int) refusal.retryAfter().orElseThrow().toSeconds();
      }
    }

    /** What it hears next; nothing if it is not connected. */
    String hears() throws InterruptedException {
      Subscription open = stream;
      return open == null
          ? "nothing"
          : Aside.start(() -> Transcript.words(open.next(Duration.ofMinutes(1)))).outcome();
    }
  }

  /** Lets tabs live for some seconds; the second of each that was superseded. */
  private static List<Integer> live(TestingRelay relay, List<Tab> tabs, int from, int seconds)
      throws InterruptedException {
    List<Integer> superseded = new ArrayList<>();
    for (int second = from; second < from + seconds; second++) {
      for (Tab tab : tabs) {
        if (tab.live(second)) {
          superseded.add(second);
        }
      }
      relay.clock().advance(Duration.ofSeconds(1));
    }
    return superseded;
  }

  private static Seat seat(int most, int times) {
    return new Seat(
        Optional.empty(),
        most,
        OverUserLimit.SUPERSEDE,
        new Seat.Storm(times, Duration.ofSeconds(WITHIN)));
  }

  @Test
  void twoTabsEvictEachOtherThreeTimesAndThenBothHear() throws InterruptedException {
    try (TestingRelay relay = TestingRelay.roomy()) {
      Seat seat = seat(1, 3);
      List<Tab> tabs = List.of(new Tab(relay.hub(), seat, 3, 0), new Tab(relay.hub(), seat, 3, 1));
      assertEquals(3, live(relay, tabs, 0, WITHIN).size());
      assertEquals(0, live(relay, tabs, WITHIN, 10 * WITHIN).size());
      relay.publish(1);
      for (Tab tab : tabs) {
        assertEquals("live 1 through 1", tab.hears());
      }
      assertEquals(List.of("feed acme"), relay.storms());
    }
  }

  @Property(tries = 200)
  void noMoreAreSupersededInTheTimeThanAStormTakesAndAllAreConnected(
      @ForAll @IntRange(min = 1, max = 3) int most,
      @ForAll @IntRange(min = 1, max = 5) int times,
      @ForAll @IntRange(min = 1, max = Seats.BESIDE) int more,
      @ForAll @IntRange(min = 0, max = 8) int pause)
      throws InterruptedException {
    try (TestingRelay relay = TestingRelay.roomy()) {
      List<Tab> tabs =
          IntStream.range(0, most + more)
              .mapToObj(i -> new Tab(relay.hub(), seat(most, times), pause, i))
              .toList();
      List<Integer> superseded = live(relay, tabs, 0, 3 * WITHIN);
      relay.publish(1);

      Deque<Integer> lately = new ArrayDeque<>();
      for (int second : superseded) {
        lately.add(second);
        while (second - lately.getFirst() >= WITHIN) {
          lately.removeFirst();
        }
        assertTrue(lately.size() <= times, superseded::toString);
      }
      for (Tab tab : tabs) {
        assertEquals("live 1 through 1", tab.hears());
      }
    }
  }
}
