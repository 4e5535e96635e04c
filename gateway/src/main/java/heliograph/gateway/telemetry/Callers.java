package heliograph.gateway.telemetry;

import heliograph.contract.Event;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads which span a publisher says it was in, by W3C Trace Context: in the headers of a request,
 * or in the attributes of an event (CloudEvents, distributed tracing extension). What is malformed
 * is nothing. Nothing else is taken over from publishers, no baggage in particular.
 */
final class Callers {
  private static final String PARENT = "traceparent";
  private static final String STATE = "tracestate";
  private static final HeaderName PARENT_HEADER = HeaderNames.create(PARENT);
  private static final HeaderName STATE_HEADER = HeaderNames.create(STATE);

  private static final TextMapGetter<Map<String, String>> GETTER =
      (carrier, name) -> carrier == null ? null : carrier.get(name);

  private Callers() {}

  /** The span of whoever sent a request; invalid if there is none. */
  static SpanContext of(ServerRequestHeaders headers) {
    if (!headers.contains(PARENT_HEADER)) {
      return SpanContext.getInvalid();
    }
    List<String> parents = headers.all(PARENT_HEADER, List::of);
    if (parents.size() != 1) {
      return SpanContext.getInvalid();
    }
    // Several headers count as one, with commas between their values (section 3.3.1.4).
    List<String> states = headers.all(STATE_HEADER, List::of);
    return of(parents.getFirst(), String.join(",", states));
  }

  /** The span in which an event was made; invalid if it does not say. */
  static SpanContext of(Event event) {
    String state = event.attributes().text(STATE).orElse("");
    return event
        .attributes()
        .text(PARENT)
        .map(parent -> of(parent, state))
        .orElse(SpanContext.getInvalid());
  }

  private static SpanContext of(String parent, String state) {
    Map<String, String> carrier = new HashMap<>();
    carrier.put(PARENT, parent);
    if (!state.isEmpty()) {
      carrier.put(STATE, state);
    }
    Context read = W3CTraceContextPropagator.getInstance().extract(Context.root(), carrier, GETTER);
    return Span.fromContext(read).getSpanContext();
  }
}
