package heliograph.gateway.stream;

import heliograph.contract.Dialect;
import heliograph.contract.EndReason;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.access.Caller;
import heliograph.gateway.access.Rechecks.Check;
import heliograph.gateway.access.Subscribers.Gate;
import heliograph.gateway.http.AcceptEncoding;
import heliograph.gateway.http.AcceptedTypes;
import heliograph.gateway.http.HeadRequests;
import heliograph.gateway.profile.StreamConfig;
import heliograph.gateway.stream.OpenStream.Arrival;
import heliograph.gateway.types.TypeRules;
import heliograph.gateway.wire.StreamOpened;
import heliograph.relay.Hub;
import heliograph.relay.Interest;
import heliograph.relay.StreamOptions;
import heliograph.relay.Subscription;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Serves the endpoint for streams. A request takes this way: it is seen who asks and for what, the
 * hub subscribes it, and a {@link StreamWriter} does the rest. Any thread.
 */
final class StreamHandler {
  private static final System.Logger LOGGER = System.getLogger("heliograph");

  private final Hub hub;
  private final StreamEndpoint endpoint;
  private final StreamConfig config;
  private final TypeRules types;
  private final StreamTools tools;
  private final StreamLog log;

  /**
   * @param log tells of streams that open and end
   * @param config how the streams of this endpoint are kept up
   */
  StreamHandler(
      Hub hub,
      StreamEndpoint endpoint,
      StreamConfig config,
      TypeRules types,
      StreamTools tools,
      StreamLog log) {
    this.hub = hub;
    this.endpoint = endpoint;
    this.config = config;
    this.types = types;
    this.tools = tools;
    this.log = log;
  }

  /**
   * Checks first what needs nobody: a slip in the query, or a stream that was superseded, must not
   * use up a ticket, nor have an application asked.
   */
  void stream(ServerRequest request, ServerResponse response) {
    StreamQuery query = endpoint.query(request);
    checkAccept(request.headers());
    if (StreamQuery.isSuperseded(request)) {
      stayAway(response);
      return;
    }
    if (HeadRequests.is(request)) {
      if (admit(request, query).isEmpty()) {
        stayAway(response);
        return;
      }
      answerHead(tools.connection(response));
      // This is no failure: the answer is complete, and Helidon, which did not write it, must not
      // go on.
      throw over();
    }
    try {
      Optional<Admitted> admitted = admit(request, query);
      if (admitted.isEmpty()) {
        stayAway(response);
        return;
      }
      // This is no failure: it unwinds Helidon's stack, of which an open stream keeps nothing.
      throw opened(admitted.get(), query, request, response);
    } catch (RelayException refusal) {
      // EventSource gives up for good on an error status, so a refusal that will pass is sent in a
      // stream.
      EndReason passing = passing(refusal.code()).orElseThrow(() -> refusal);
      LOGGER.log(System.Logger.Level.INFO, "stream-refused reason={0}", refusal.code().name());
      endAtOnce(
          tools.connection(response),
          query.options(),
          new Dialect.Ending(passing, StreamQuery.place(request), retry(passing, refusal)));
      tools.metrics().refused(refusal.code());
      // This is no failure either.
      throw over();
    }
  }

  /**
   * What a request that was let in may have.
   *
   * @param gate what let it in
   * @param checks what is to be checked again while the stream is open
   */
  private record Admitted(Interest interest, Gate gate, List<Check> checks) {}

  /**
   * Finds out who asks, and whether it may. A ticket is used up only if everything else of the
   * request is in order, and never by HEAD.
   *
   * @return empty if the caller is to stay away
   */
  private Optional<Admitted> admit(ServerRequest request, StreamQuery query) {
    Caller caller = endpoint.caller(request);
    if (endpoint.isOff(caller)) {
      return Optional.empty();
    }
    Interest interest = query.interest(caller.claims(), tools.filters());
    if (!HeadRequests.is(request)) {
      caller.spend().run();
    }
    List<Check> checks = new ArrayList<>(caller.checks());
    Gate gate = endpoint.gate(request, interest);
    checks.addAll(gate.ask(caller, request.headers()));
    return Optional.of(new Admitted(interest, gate, checks));
  }

  /** Subscribes. The result has what the stream needs from here on, and nothing of the request. */
  private StreamOpened opened(
      Admitted admitted, StreamQuery query, ServerRequest request, ServerResponse response) {
    Subscription subscription =
        hub.subscribe(
            admitted.interest(),
            query.options().with(endpoint.seat(admitted.interest().claims())),
            query.start());
    List<Check> checks = admitted.checks();
    Gate gate = admitted.gate();
    boolean opened = false;
    try {
      // A revocation that came since the caller was let in may not have seen this stream.
      gate.subscribers().checkAgain(subscription.claims());
      Connection connection = tools.connection(response);
      if (subscription.profile().isPresent()) {
        // Its frames need not tell the id by which a stream is renewed.
        connection.name(subscription.id());
      }
      if (compresses(query, request.headers())) {
        connection.compress();
      }
      opened = true;
      Pace pace = query.pace();
      Arrival arrival = Arrival.of(request, tools.origin().get(), tools.clock().instant());
      return new StreamOpened(() -> serve(subscription, gate, checks, pace, arrival, connection));
    } finally {
      if (!opened) {
        hub.leave(subscription);
      }
    }
  }

  /**
   * Answers 204, at which EventSource stops for good (WHATWG HTML, section 9.2.1). No cache may
   * keep it: without the final position the address may be asked for again.
   */
  static void stayAway(ServerResponse response) {
    response.status(Status.NO_CONTENT_204).header(HeaderNames.CACHE_CONTROL, "no-store").send();
  }

  private static void checkAccept(ServerRequestHeaders headers) {
    if (!AcceptedTypes.has(headers.all(HeaderNames.ACCEPT, List::of), "text/event-stream")) {
      throw new RelayException(ErrorCode.NOT_ACCEPTABLE, "only text/event-stream");
    }
  }

  /**
   * Whether to compress. Streams in which masks hide something are not compressed: the size of a
   * frame tells whoever sees it how much of it repeats, and a user of the publisher may choose what
   * stands beside a secret.
   */
  private boolean compresses(StreamQuery query, ServerRequestHeaders headers) {
    return switch (config.compression()) {
      case GZIP ->
          !types.maskSomeOf(query.types())
              && AcceptEncoding.gzip(headers.all(HeaderNames.ACCEPT_ENCODING, List::of));
      case NONE -> false;
    };
  }

  private static Optional<EndReason> passing(ErrorCode code) {
    return switch (code) {
      case TOO_MANY_STREAMS -> Optional.of(EndReason.LIMIT);
      case SHUTTING_DOWN, IDENTITY_UNAVAILABLE, LOG_UNAVAILABLE ->
          Optional.of(EndReason.UNAVAILABLE);
      default -> Optional.empty();
    };
  }

  /** Who is refused for a limit comes back no sooner than the refusal says. */
  private Duration retry(EndReason passing, RelayException refusal) {
    Duration usual = config.retry();
    return passing == EndReason.LIMIT
        ? refusal.retryAfter().filter(wait -> wait.compareTo(usual) > 0).orElse(usual)
        : usual;
  }

  /** Sends the head of a stream to a client that asks by HEAD whether there would be one. */
  private void answerHead(Connection connection) {
    try (connection;
        var _ = tools.watchdog().watch(config.writeTimeout(), connection::cut)) {
      connection.open(List.of());
    }
  }

  private void endAtOnce(Connection connection, StreamOptions options, Dialect.Ending ending) {
    try (connection;
        var _ = tools.watchdog().watch(config.writeTimeout(), connection::cut)) {
      connection.openAndEnd(options.dialect().end(ending));
    }
    tools.metrics().ended(ending.reason(), options.profile());
  }

  private void serve(
      Subscription subscription,
      Gate gate,
      List<Check> checks,
      Pace pace,
      Arrival arrival,
      Connection connection) {
    try (connection;
        var _ = tools.rechecks().watch(subscription, checks, gate)) {
      write(new StreamWriter(subscription, pace, config, arrival, connection, tools));
    } finally {
      hub.leave(subscription);
    }
  }

  private void write(StreamWriter writer) {
    Subscription subscription = writer.subscription();
    log.opened(subscription);
    EndReason reason = EndReason.ERROR;
    try {
      reason = writer.run();
    } finally {
      tools.metrics().ended(reason, subscription.profile());
      log.ended(
          subscription,
          reason,
          Duration.between(writer.arrival().at(), tools.clock().instant()),
          writer.events(),
          writer.gaps());
    }
  }

  /** Ends the connection with the answer; Helidon must not look for another request on it. */
  private static CloseConnectionException over() {
    return new CloseConnectionException("the stream is over");
  }
}
