package heliograph.gateway.telemetry;

import heliograph.relay.Trace;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * Makes spans by the SDK of OpenTelemetry. What is asked for here is made: whether a request is
 * followed was decided before, so that the SDK has nothing to do for those that are not. Every span
 * is given its parent, as the SDK would otherwise look for it in the thread. Any thread.
 */
final class Spans implements AutoCloseable {
  /** The most spans that one span is linked to. */
  static final int MAX_LINKS = 128;

  private final Metrics metrics;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final SpanBudget budget;
  private final TypeNames types = new TypeNames();
  private final FanOuts fanOuts;
  private final SpanQueue queue;
  private final Tracer tracer;

  Spans(
      URI endpoint,
      TracingConfig config,
      Metrics metrics,
      InstantSource clock,
      LongSupplier nanos) {
    this.metrics = metrics;
    this.clock = clock;
    this.nanos = nanos;
    this.budget = new SpanBudget(config.maxPerSecond(), nanos);
    this.fanOuts = new FanOuts(nanos);
    this.queue = new SpanQueue(endpoint, config, metrics, fanOuts::sweep, nanos);
    this.tracer =
        SdkTracerProvider.builder()
            .setSampler(Sampler.alwaysOn())
            .setResource(resource(config.service()))
            .addSpanProcessor(queue)
            .build()
            .get("heliograph");
    // The first span looks for what the SDK needs, which no virtual thread may do.
    var _ = tracer.spanBuilder("first").setNoParent().startSpan().getSpanContext();
  }

  private static Resource resource(String service) {
    return Resource.getDefault()
        .merge(
            Resource.create(
                Attributes.builder()
                    .put("service.name", service)
                    .put("service.instance.id", UUID.randomUUID().toString())
                    .build()));
  }

  void start() {
    queue.start();
  }

  /** The times of something that begins now. */
  Moments moments() {
    return new Moments(clock, nanos);
  }

  /** Whether so many spans may be made in this second; where they may not, they are counted. */
  boolean take(int spans) {
    boolean left = budget.take(spans);
    if (!left) {
      metrics.spans(Metrics.SpanResult.CAPPED, spans);
    }
    return left;
  }

  /** The name under which a type of events is told. */
  String nameOf(String type) {
    return types.of(type);
  }

  /**
   * Begins the span of a request.
   *
   * @param parent the span that it is in; invalid for none
   */
  Span publish(SpanContext parent, List<SpanContext> links, long fromEpoch) {
    return begin("publish", SpanKind.SERVER, parent, links, fromEpoch);
  }

  /** Begins the span of a part of a request. */
  Span part(SpanContext publish, String name, long fromEpoch) {
    return begin(name, SpanKind.INTERNAL, publish, List.of(), fromEpoch);
  }

  /** Begins the span of an event on its way to its subscribers. */
  Span fanOut(SpanContext parent, List<SpanContext> links, long fromEpoch) {
    return begin("fan-out", SpanKind.PRODUCER, parent, links, fromEpoch);
  }

  private Span begin(
      String name, SpanKind kind, SpanContext parent, List<SpanContext> links, long fromEpoch) {
    SpanBuilder builder =
        tracer.spanBuilder(name).setSpanKind(kind).setStartTimestamp(fromEpoch, Moments.UNIT);
    if (parent.isValid()) {
      builder.setParent(Context.root().with(Span.wrap(parent)));
    } else {
      builder.setNoParent();
    }
    links.stream().limit(MAX_LINKS).forEach(builder::addLink);
    return builder.startSpan();
  }

  /** Makes the span of a commit, which several requests share and so is in the trace of none. */
  void commit(List<Trace> all, Trace.Commit commit) {
    Moments moments = moments();
    List<SpanContext> requests =
        all.stream()
            .filter(EventTrace.class::isInstance)
            .map(trace -> ((EventTrace) trace).publish())
            .distinct()
            .toList();
    Span span =
        begin(
            "log.commit",
            SpanKind.INTERNAL,
            SpanContext.getInvalid(),
            requests,
            moments.epoch(commit.fromNanos()));
    span.setAttribute("heliograph.events", commit.events());
    span.setAttribute("heliograph.bytes", commit.bytes());
    if (!commit.stored()) {
      span.setStatus(StatusCode.ERROR, "LOG_UNAVAILABLE");
      span.setAttribute("error.type", "LOG_UNAVAILABLE");
    }
    span.end(moments.epoch(commit.toNanos()), Moments.UNIT);
  }

  /** Adds an event that is on its way. */
  void open(EventTrace trace) {
    if (!fanOuts.add(trace)) {
      metrics.spans(Metrics.SpanResult.DROPPED, 1);
    }
  }

  @Override
  public void close() {
    queue.close();
  }
}
