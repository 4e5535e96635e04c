package heliograph.gateway.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Frame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What a page's scripts see while there is nothing else to see, by a clock that the test moves. */
class PaceTest {
  private static final long EVERY = 2_000;
  // A clock of System.nanoTime's kind may begin anywhere, also just before its largest value.
  private static final long START = Long.MAX_VALUE - millis(5_000);

  private static long millis(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }

  private static long at(long millis) {
    return START + millis(millis);
  }

  private static Pace.Beat beat(boolean always) {
    return new Pace.Pulse(Duration.ofMillis(EVERY), always, now -> Frame.comment(now.toString()))
        .begin(START);
  }

  /** The milliseconds at which it is written, of a time with events at these. */
  private static List<Long> written(Pace.Beat beat, long until, List<Long> events) {
    Set<Long> seen = Set.copyOf(events);
    List<Long> written = new ArrayList<>();
    LongStream.rangeClosed(0, until)
        .forEach(
            now -> {
              if (seen.contains(now)) {
                beat.eventsWritten(at(now));
              }
              if (beat.isDue(at(now))) {
                beat.written(at(now));
                written.add(now);
              }
            });
    return written;
  }

  @Test
  void anIdlePulseIsNotSeenBesideEventsAndComesItsPaceAfterTheLast() {
    assertEquals(
        List.of(12_000L, 14_000L, 16_000L),
        written(
            beat(false), 17_000, LongStream.rangeClosed(1, 10).mapToObj(n -> n * 1_000).toList()));
  }

  @Test
  void anIdlePulseFollowsALoneEventByItsPaceAgain() {
    assertEquals(List.of(2_000L, 5_500L, 7_500L), written(beat(false), 8_000, List.of(3_500L)));
  }

  @Test
  void oneThatIsAlwaysThereKeepsItsPaceBesideEvents() {
    List<Long> times =
        written(beat(true), 17_000, LongStream.rangeClosed(1, 170).mapToObj(n -> n * 100).toList());
    assertTrue(times.size() == 8 || times.size() == 9, times.toString());
    long apart = times.getFirst();
    assertTrue(apart > EVERY * 0.9 - 2 && apart <= EVERY, times.toString());
    assertEquals(IntStream.rangeClosed(1, times.size()).mapToObj(n -> n * apart).toList(), times);
  }

  @Test
  void onlyOneThatIsAlwaysThereComesBeforeWhatElseThereIs() {
    assertTrue(beat(true).comesFirst(at(EVERY)));
    assertFalse(beat(false).comesFirst(at(EVERY)));
  }

  @Property
  void inAnyTrafficAnIdlePulseComesExactlyWhenNothingWasSeenForItsPace(
      @ForAll List<@IntRange(min = 1, max = 20_000) Integer> events) {
    List<Long> times = events.stream().distinct().map(Integer::longValue).toList();
    Set<Long> seen = Set.copyOf(times);
    List<Long> expected = new ArrayList<>();
    long last = 0;
    for (long now = 0; now <= 20_000; now++) {
      if (seen.contains(now)) {
        last = now;
      } else if (now - last == EVERY) {
        expected.add(now);
        last = now;
      }
    }
    assertEquals(expected, written(beat(false), 20_000, times));
  }
}
