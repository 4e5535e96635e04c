package heliograph.gateway.telemetry;

import heliograph.contract.Cursor;
import heliograph.relay.Trace;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Follows one event to its subscribers. Those who deliver only note times and numbers here, without
 * a lock; the span is made of them by the thread of {@link FanOuts}, when everybody has the event
 * or it took too long. Any thread.
 */
final class EventTrace implements Trace {
  /** After this time a span ends, whoever has not taken the event by then. */
  static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Spans spans;
  private final SpanContext publish;
  private final SpanContext maker;
  private final String type;
  private final boolean followed;

  /** Times of the walk, written once, by whoever walks; 0 is "not yet". */
  private record Walked(long atNanos, int cohorts, int streams, int queued) {}

  // Written by whoever walks, before the trace is among those that are open.
  private @Nullable Moments moments;
  private long walksNanos;
  private @Nullable Cursor cursor;

  private volatile @Nullable Walked walked;
  private final AtomicInteger written = new AtomicInteger();
  private final AtomicInteger lost = new AtomicInteger();
  private final AtomicLong firstNanos = new AtomicLong();
  private final AtomicLong lastNanos = new AtomicLong();

  /**
   * @param publish the span of the request in which the event came
   * @param maker the span in which the event was made; invalid if it does not say
   * @param followed whether the event has a span of its own, and not only a part in a commit
   */
  EventTrace(Spans spans, SpanContext publish, SpanContext maker, String type, boolean followed) {
    this.spans = spans;
    this.publish = publish;
    this.maker = maker;
    this.type = type;
    this.followed = followed;
  }

  /** The span of the request in which the event came. */
  SpanContext publish() {
    return publish;
  }

  @Override
  public void committed(List<Trace> all, Commit commit) {
    spans.commit(all, commit);
  }

  @Override
  public void walks(Cursor at) {
    if (followed) {
      Moments began = spans.moments();
      moments = began;
      walksNanos = began.now();
      cursor = at;
      spans.open(this);
    }
  }

  @Override
  public void walked(int cohorts, int streams, int queued) {
    Moments times = moments;
    if (times != null) {
      walked = new Walked(times.now(), cohorts, streams, queued);
    }
  }

  @Override
  public void written() {
    Moments times = moments;
    if (times != null) {
      long now = times.now();
      firstNanos.compareAndSet(0, now);
      lastNanos.accumulateAndGet(now, (one, other) -> one - other >= 0 && one != 0 ? one : other);
      // Last, so that whoever sees the number sees the times as well.
      written.incrementAndGet();
    }
  }

  @Override
  public void lost() {
    lost.incrementAndGet();
  }

  /**
   * Makes the span if it is time for that. By one thread.
   *
   * @param nowNanos the elapsed nanoseconds
   * @param last whether there will be no later call
   * @return whether it was made, and this is over
   */
  boolean tryToEnd(long nowNanos, boolean last) {
    Moments times = moments;
    Cursor at = cursor;
    if (times == null || at == null) {
      return true;
    }
    Walked walk = walked;
    int has = written.get();
    boolean all = walk != null && has + lost.get() >= walk.queued();
    boolean late = nowNanos - walksNanos >= LONGEST_NANOS;
    if (!all && !late && !last) {
      return false;
    }
    Span span = begin(times);
    long first = firstNanos.get();
    if (first != 0) {
      span.addEvent("first-flush", times.epoch(first), Moments.UNIT);
      span.addEvent("last-flush", times.epoch(lastNanos.get()), Moments.UNIT);
    }
    span.setAllAttributes(attributes(at, walk, has, all));
    span.end(
        times.epoch(all ? end(walk) : Math.min(nowNanos, walksNanos + LONGEST_NANOS)),
        Moments.UNIT);
    return true;
  }

  private long end(@Nullable Walked walk) {
    long flushed = lastNanos.get();
    long walkedAt = walk == null ? walksNanos : walk.atNanos();
    return flushed != 0 && flushed - walkedAt > 0 ? flushed : walkedAt;
  }

  /** An event that was made in another trace than the request is followed in that one. */
  private Span begin(Moments times) {
    long from = times.epoch(walksNanos);
    boolean away =
        maker.isValid() && maker.isSampled() && !maker.getTraceId().equals(publish.getTraceId());
    return away
        ? spans.fanOut(maker, List.of(publish), from)
        : spans.fanOut(publish, List.of(), from);
  }

  private Attributes attributes(Cursor at, @Nullable Walked walk, int has, boolean all) {
    AttributesBuilder attributes =
        Attributes.builder()
            .put("heliograph.cursor", at.toString())
            .put("heliograph.event.type", spans.nameOf(type))
            .put("heliograph.written", has);
    if (walk != null) {
      attributes
          .put("heliograph.cohorts", walk.cohorts())
          .put("heliograph.streams", walk.streams())
          .put("heliograph.queued", walk.queued())
          .put("heliograph.left_to_log", walk.streams() - walk.queued() + lost.get());
    }
    if (!all) {
      attributes.put("heliograph.unfinished", true);
    }
    return attributes.build();
  }
}
