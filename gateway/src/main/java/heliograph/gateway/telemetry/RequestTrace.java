package heliograph.gateway.telemetry;

import heliograph.contract.ErrorCode;
import heliograph.contract.Event;
import heliograph.contract.RelayException;
import heliograph.relay.Trace;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Follows one request. Whose trace it belongs to is known only when its events are read, so until
 * then times are noted and no span is made; one that is not sampled never costs more than that. One
 * thread, that of the request.
 */
final class RequestTrace implements PublishTrace {
  /** How many spans a request is at least: publish, verify, validate, and its share of a commit. */
  static final int SPANS = 4;

  private final Spans spans;
  private final String route;
  private final SpanContext caller;
  private final boolean drawn;
  private final Moments moments;
  private final Phase verify = new Phase("verify");
  private final Phase validate = new Phase("validate");
  private String publisher = "";
  private int bytes;
  private boolean decided;
  private boolean over;
  private @Nullable Span span;

  /**
   * @param route the path of the request, without what differs from request to request
   * @param caller the span of whoever sent it; invalid if it does not say
   * @param drawn whether it is followed if nobody else has decided that
   */
  RequestTrace(Spans spans, String route, SpanContext caller, boolean drawn) {
    this.spans = spans;
    this.route = route;
    this.caller = caller;
    this.drawn = drawn;
    this.moments = spans.moments();
  }

  /** A part of the work; the zero of its times stands for "not yet". */
  private static final class Phase {
    private final String name;
    private long from;
    private long to;

    Phase(String name) {
      this.name = name;
    }
  }

  @Override
  public void verifies() {
    verify.from = moments.now();
  }

  @Override
  public void proven(String name) {
    verify.to = moments.now();
    publisher = name;
  }

  @Override
  public void validates(int length) {
    validate.from = moments.now();
    bytes = length;
  }

  @Override
  public void validated() {
    validate.to = moments.now();
  }

  @Override
  public List<Trace> follow(List<Event> events) {
    List<SpanContext> makers = events.stream().map(Callers::of).toList();
    decide(makers);
    Span publish = span;
    if (publish == null) {
      return List.of();
    }
    publish.setAttribute("heliograph.events", events.size());
    List<Trace> traces = new ArrayList<>(events.size());
    for (int i = 0; i < events.size(); i++) {
      traces.add(trace(events.get(i), makers, i, publish.getSpanContext()));
    }
    return traces;
  }

  /** The first one is there in any case, so that the commit is linked to the request. */
  private Trace trace(Event event, List<SpanContext> makers, int index, SpanContext publish) {
    boolean followed = isFollowed(makers, index) && spans.take(1);
    return followed || index == 0
        ? new EventTrace(spans, publish, makers.get(index), event.type(), followed)
        : Trace.NONE;
  }

  /** Of events of several traces, which came together, each has its own sampling. */
  private boolean isFollowed(List<SpanContext> makers, int index) {
    if (caller.isValid() || makers.size() == 1) {
      return true;
    }
    SpanContext maker = makers.get(index);
    return maker.isValid() ? maker.isSampled() : drawn;
  }

  /**
   * Decides whether the request is followed, and in whose trace: that of the caller if it says so,
   * else that of its only event. Whoever is not proven decides nothing, or strangers could fill our
   * traces; its request is in its trace all the same, so that it finds its refusal there.
   */
  private void decide(List<SpanContext> makers) {
    if (decided) {
      return;
    }
    decided = true;
    SpanContext parent = caller;
    List<SpanContext> links = List.of();
    boolean sampled = drawn;
    if (caller.isValid()) {
      sampled = verify.to == 0 ? drawn : caller.isSampled();
    } else if (makers.size() == 1) {
      parent = makers.getFirst();
      sampled = parent.isValid() ? parent.isSampled() : drawn;
    } else {
      links = makers.stream().filter(SpanContext::isSampled).distinct().toList();
      boolean undecided = makers.isEmpty() || makers.stream().anyMatch(it -> !it.isValid());
      sampled = !links.isEmpty() || (drawn && undecided);
    }
    if (sampled && spans.take(SPANS)) {
      span = spans.publish(parent, links, moments.began());
    }
  }

  @Override
  public void stored() {
    if (span != null) {
      span.addEvent("stored");
    }
  }

  @Override
  public void answered(int status) {
    end(status, Optional.empty());
  }

  @Override
  public void refused(RelayException why) {
    end(why.code().status(), Optional.of(why.code()));
  }

  private void end(int status, Optional<ErrorCode> code) {
    if (over) {
      return;
    }
    over = true;
    decide(List.of());
    Span publish = span;
    if (publish == null) {
      return;
    }
    tell(publish, verify, code);
    tell(publish, validate, code);
    publish.setAttribute("http.request.method", "POST");
    publish.setAttribute("http.route", route);
    publish.setAttribute("http.response.status_code", status);
    if (!publisher.isEmpty()) {
      publish.setAttribute("heliograph.publisher", publisher);
    }
    if (validate.from != 0) {
      publish.setAttribute("http.request.body.size", bytes);
    }
    code.ifPresent(it -> publish.setAttribute("error.type", it.name()));
    if (status >= 500) {
      publish.setStatus(StatusCode.ERROR, code.map(ErrorCode::name).orElse(""));
    }
    publish.end(moments.epoch(moments.now()), Moments.UNIT);
  }

  /** Makes the span of a part; one that has no end is where the request failed. */
  private void tell(Span publish, Phase phase, Optional<ErrorCode> code) {
    if (phase.from == 0) {
      return;
    }
    Span part = spans.part(publish.getSpanContext(), phase.name, moments.epoch(phase.from));
    if (phase.to == 0) {
      part.setStatus(StatusCode.ERROR, code.map(ErrorCode::name).orElse(""));
      code.ifPresent(it -> part.setAttribute("error.type", it.name()));
    }
    part.end(moments.epoch(phase.to == 0 ? moments.now() : phase.to), Moments.UNIT);
  }

  @Override
  public void telling(Runnable lines) {
    SpanContext known = span == null ? caller : span.getSpanContext();
    if (known.isValid()) {
      ScopedValue.where(LogLine.TRACE_ID, known.getTraceId()).run(lines);
    } else {
      lines.run();
    }
  }
}
