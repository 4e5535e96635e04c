package heliograph.gateway.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Cursor;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How long an event is followed, and how many are at once. */
class FanOutsTest {
  private static final URI ENDPOINT = URI.create("http://127.0.0.1:1/v1/traces");
  private static final SpanContext PUBLISH =
      SpanContext.create(
          "4bf92f3577b34da6a3ce929d0e0e4736",
          "00f067aa0ba902b7",
          TraceFlags.getSampled(),
          TraceState.getDefault());

  private final AtomicLong nanos = new AtomicLong(-5);
  private final FanOuts fanOuts = new FanOuts(nanos::get);
  // Never started, so nothing is sent.
  private final Spans spans =
      new Spans(
          ENDPOINT,
          new TracingConfig(
              Optional.of(ENDPOINT), 1, 100, 512, Duration.ofSeconds(1), Map.of(), "test"),
          new Metrics(io.helidon.metrics.api.Metrics.globalRegistry()),
          InstantSource.system(),
          nanos::get);

  private EventTrace event() {
    EventTrace trace = new EventTrace(spans, PUBLISH, SpanContext.getInvalid(), "a.b", true);
    trace.walks(new Cursor("epoch123", 7));
    return trace;
  }

  private boolean ends(EventTrace trace) {
    return trace.tryToEnd(nanos.get(), false);
  }

  @Test
  void anEventEndsWhenAllHaveItInWhoseQueuesItCame() {
    EventTrace trace = event();
    trace.written();
    trace.written();
    assertFalse(ends(trace), "the walk goes on");

    trace.walked(2, 4, 3);
    assertFalse(ends(trace), "one waits");
    trace.written();

    assertTrue(ends(trace));
  }

  @Test
  void whoHasLostItIsNotWaitedFor() {
    EventTrace trace = event();
    trace.walked(1, 2, 2);
    trace.written();
    trace.lost();

    assertTrue(ends(trace));
  }

  @Test
  void forNobodyItEndsWithTheWalk() {
    EventTrace trace = event();
    assertFalse(ends(trace));
    trace.walked(0, 0, 0);

    assertTrue(ends(trace));
  }

  @Test
  void afterFiveSecondsItEndsInAnyCase() {
    EventTrace trace = event();
    trace.walked(1, 1, 1);
    nanos.addAndGet(EventTrace.LONGEST_NANOS - 1);
    assertFalse(ends(trace));

    nanos.incrementAndGet();

    assertTrue(ends(trace));
  }

  @Test
  void thereIsABoundToThoseThatAreFollowedAtOnce() {
    for (int i = 0; i < FanOuts.MAX_OPEN; i++) {
      assertTrue(fanOuts.add(event()));
    }
    assertFalse(fanOuts.add(event()));
    assertEquals(FanOuts.MAX_OPEN, fanOuts.open());

    fanOuts.sweep(false);
    assertEquals(FanOuts.MAX_OPEN, fanOuts.open(), "none has arrived");
    fanOuts.sweep(true);

    assertEquals(0, fanOuts.open());
    assertTrue(fanOuts.add(event()));
  }
}
