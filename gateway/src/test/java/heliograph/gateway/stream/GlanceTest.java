package heliograph.gateway.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlanceTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 10);
  private final AtomicInteger streams = new AtomicInteger();
  private final AtomicInteger looks = new AtomicInteger();

  private final Glance<Integer> glance =
      new Glance<>(
          () -> {
            looks.incrementAndGet();
            return List.copyOf(Collections.nCopies(streams.get(), 7));
          },
          nanos::get);

  @Test
  void fewStreamsAreLookedAtEachTime() {
    streams.set(Glance.FEW);
    List<Integer> first = glance.streams();
    assertNotSame(first, glance.streams());
    assertEquals(2, looks.get());
  }

  @ParameterizedTest
  @CsvSource({"1001, PT0.05005S", "10000, PT0.5S", "20000, PT1S", "100000, PT1S"})
  void ofManyOneLookIsSharedForAMomentThatGrowsWithThem(int open, Duration moment) {
    streams.set(open);
    List<Integer> first = glance.streams();
    nanos.addAndGet(moment.toNanos() - 1);
    assertSame(first, glance.streams());
    nanos.addAndGet(1);
    streams.set(open + 1);
    assertEquals(open + 1, glance.streams().size());
    assertEquals(2, looks.get());
  }

  @Test
  void whatIsSharedIsWhatWasSeenAndNotWhatIsThereNow() {
    streams.set(5_000);
    List<Integer> first = glance.streams();
    streams.set(3);
    assertSame(first, glance.streams());
    nanos.addAndGet(Glance.LONGEST.toNanos());
    assertEquals(3, glance.streams().size());
    streams.set(4);
    assertEquals(4, glance.streams().size());
  }
}
