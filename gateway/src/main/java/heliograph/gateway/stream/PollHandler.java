package heliograph.gateway.stream;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.gateway.access.Caller;
import heliograph.gateway.access.Subscribers.Gate;
import heliograph.gateway.http.JsonAnswer;
import heliograph.gateway.wire.RequestTimeouts;
import heliograph.relay.Hub;
import heliograph.relay.Interest;
import heliograph.relay.StoredEvent;
import heliograph.relay.Subscription;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;

/**
 * Serves clients without SSE: they get the events that a stream would get from the same cursor, as
 * one JSON answer. A poll is a subscription that lives as long as the request waits. Any thread.
 */
final class PollHandler {
  /** The longest time that a request may wait for its first event. */
  static final Duration MAX_WAIT = Duration.ofSeconds(60);

  private final Hub hub;
  private final StreamEndpoint endpoint;
  private final Polled polled;
  private final StreamTools tools;
  private final RequestTimeouts timeouts;

  /** How an event is told in an answer. */
  @FunctionalInterface
  interface Polled {
    /** Makes the JSON of an event for a subscription. */
    byte[] json(StoredEvent stored, Subscription subscription);
  }

  PollHandler(
      Hub hub,
      StreamEndpoint endpoint,
      Polled polled,
      StreamTools tools,
      RequestTimeouts timeouts) {
    this.hub = hub;
    this.endpoint = endpoint;
    this.polled = polled;
    this.tools = tools;
    this.timeouts = timeouts;
  }

  void poll(ServerRequest request, ServerResponse response) {
    StreamQuery query = endpoint.query(request);
    Duration asked = wait(request);
    Caller caller = endpoint.caller(request);
    if (endpoint.isOff(caller)) {
      StreamHandler.stayAway(response);
      return;
    }
    Duration wait = shorter(asked, left(caller.claims()));
    Interest interest = query.interest(caller.claims(), tools.filters());
    Gate gate = endpoint.gate(request, interest);
    var _ = gate.ask(caller, request.headers());
    Subscription subscription = subscribe(interest, query, response);
    try (PollAnswer answer = answer(subscription, caller.claims().tenant())) {
      // A revocation that came since the caller was let in may not have seen this poll.
      gate.subscribers().checkAgain(caller.claims());
      answer.gather(subscription, hub.nanos() + wait.toNanos());
      tools.metrics().delivered(answer.events());
      byte[] json = answer.json();
      // From here on the answer counts, and no longer the events that it was made of.
      subscription.written();
      JsonAnswer.in(response).send(json);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw RelayException.stopping();
    } finally {
      hub.leave(subscription);
    }
  }

  /**
   * Subscribes. Where there is no room for another poll, its connection is closed with the refusal:
   * its client asks again and again, and would hold one meanwhile as if it had been let in.
   */
  private Subscription subscribe(Interest interest, StreamQuery query, ServerResponse response) {
    try {
      return hub.poll(interest, query.options(), query.start());
    } catch (RelayException refusal) {
      if (refusal.code() == ErrorCode.TOO_MANY_STREAMS) {
        response.header(HeaderValues.CONNECTION_CLOSE);
      }
      throw refusal;
    }
  }

  private PollAnswer answer(Subscription subscription, Tenant tenant) {
    return new PollAnswer(
        timeouts,
        tenant,
        subscription.position(),
        stored -> polled.json(stored, subscription),
        hub::nanos);
  }

  private Duration left(Claims claims) {
    return Duration.between(tools.clock().instant(), claims.expires());
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static Duration wait(ServerRequest request) {
    String text = request.query().first("wait").asOptional().orElse("0");
    if (text.matches("[0-9]{1,4}") && Long.parseLong(text) <= MAX_WAIT.toSeconds()) {
      return Duration.ofSeconds(Long.parseLong(text));
    }
    throw new RelayException(
        ErrorCode.INVALID_REQUEST, "wait: whole seconds from 0 to " + MAX_WAIT.toSeconds());
  }
}
