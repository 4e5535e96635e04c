package heliograph.gateway.http;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.json.ProblemText;
import heliograph.gateway.telemetry.Metrics;
import heliograph.gateway.telemetry.PublishTrace;
import heliograph.gateway.wire.Framing;
import heliograph.gateway.wire.Malformed;
import heliograph.gateway.wire.RetryAfter;
import io.helidon.common.uri.UriValidator;
import io.helidon.http.DirectHandler;
import io.helidon.http.DirectHandler.EventType;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.HttpException;
import io.helidon.http.RequestException;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Turns every refusal and every bug into a problem (RFC 9457); no other place does. Any thread. */
public final class Problems {
  private static final System.Logger LOGGER = System.getLogger("heliograph");
  private static final Header CONTENT_TYPE =
      HeaderValues.createCached(HeaderNames.CONTENT_TYPE, "application/problem+json");

  // The admin listener answers this too, although it does not have the page itself.
  private static final String NOTHING_HERE =
      "nothing is at this path; "
          + OpenApiPage.PATH
          + " of the public listener tells what there is, and "
          + Paths.STREAM
          + " is where streams are";

  private final Metrics metrics;

  /** Counts every refusal in these metrics. */
  public Problems(Metrics metrics) {
    this.metrics = metrics;
  }

  /** Answers what the handlers of a routing throw. */
  public void register(HttpRouting.Builder routing) {
    routing
        .error(RelayException.class, (_, response, refusal) -> send(response, refusal))
        .error(HttpException.class, (_, response, e) -> send(response, of(e.status())))
        .error(
            RuntimeException.class,
            (request, response, bug) -> {
              RelayException refusal =
                  new RelayException(ErrorCode.INTERNAL_ERROR, "see the relay's log");
              PublishTrace trace = PublishTrace.of(request);
              trace.refused(refusal);
              // Only the path is logged: a query can hold a token.
              String text = "bug path=" + request.path().rawPath();
              trace.telling(() -> LOGGER.log(System.Logger.Level.ERROR, text, bug));
              send(response, refusal);
            });
  }

  /**
   * A filter that answers what the filters after it throw. Helidon would answer a filter's refusal
   * outside of all filters, where nobody drops what is left of the request.
   */
  public void answerFilters(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    try {
      chain.proceed();
    } catch (RelayException refusal) {
      send(response, refusal);
    }
  }

  /**
   * The handler that comes after all others of a path: it answers METHOD_NOT_ALLOWED to every other
   * method, with {@code Allow} (RFC 9110 section 15.5.6).
   *
   * @param methods the methods of the path, as {@code Allow} lists them
   */
  public static Handler onlyMethods(String methods) {
    return (_, response) -> {
      response.header(HeaderNames.ALLOW, methods);
      throw new RelayException(ErrorCode.METHOD_NOT_ALLOWED, "allowed: " + methods);
    };
  }

  /**
   * A filter that refuses a query that cannot be decoded (RFC 3986 section 3.4). A bare {@code >}
   * passes: strictly it has to be escaped, but people type topic patterns with it.
   */
  public static void checkQuery(
      FilterChain chain, RoutingRequest request, RoutingResponse response) {
    checkQuery(request.query().rawValue());
    chain.proceed();
  }

  /**
   * Checks that a query can be decoded (RFC 3986 section 3.4), where a bare {@code >} passes.
   *
   * @param raw the query as it was sent, without the question mark
   * @throws RelayException INVALID_REQUEST if it cannot
   */
  public static void checkQuery(String raw) {
    try {
      UriValidator.validateQuery(raw.replace(">", "%3E"));
    } catch (IllegalArgumentException _) {
      throw new RelayException(
          ErrorCode.INVALID_REQUEST,
          "the query has a character that is to be percent-encoded, or a % that encodes none");
    }
  }

  /** Answers what is refused before there is a request to route, such as a malformed head. */
  DirectHandlers directHandlers() {
    DirectHandlers.Builder handlers = DirectHandlers.builder();
    for (EventType type : EventType.values()) {
      handlers.addHandler(
          type,
          (request, _, status, headers, _) -> direct(refusal(request, type, status), headers));
    }
    return handlers.build();
  }

  /** The refusal for what was found wrong with a request while its body was read. */
  static RelayException of(RequestException e) {
    return refusal(e.request(), e.eventType(), e.status());
  }

  /** The refusal for a request that Helidon refuses, whose own texts are not passed on. */
  private static RelayException refusal(
      DirectHandler.TransportRequest request, EventType type, Status status) {
    if (request instanceof Malformed(String detail)) {
      return new RelayException(of(status).code(), detail);
    }
    if (type == EventType.INTERNAL_ERROR && request.method().isEmpty()) {
      // Helidon takes a request that it cannot read for an error of its own, and would log each
      // with its stack trace.
      return new RelayException(ErrorCode.INVALID_REQUEST, "the request cannot be read");
    }
    if (type == EventType.BAD_REQUEST && status.code() == Status.BAD_REQUEST_400.code()) {
      // Helidon also checks the target and the host before it routes; the headers are there only if
      // the host is at fault.
      return new RelayException(
          ErrorCode.INVALID_REQUEST,
          request.headers().size() > 0 ? Framing.HOST : "the target is malformed");
    }
    return of(status);
  }

  private DirectHandler.TransportResponse direct(
      RelayException refusal, ServerResponseHeaders headers) {
    metrics.refused(refusal.code());
    return DirectHandler.TransportResponse.builder()
        .status(Status.create(refusal.code().status()))
        .headers(headers)
        .header(CONTENT_TYPE)
        .keepAlive(false)
        .entity(ProblemText.json(refusal).getBytes(StandardCharsets.UTF_8))
        .build();
  }

  private void send(ServerResponse response, RelayException refusal) {
    metrics.refused(refusal.code());
    response.status(Status.create(refusal.code().status())).header(CONTENT_TYPE);
    refusal
        .retryAfter()
        .ifPresent(
            wait ->
                response.header(HeaderNames.RETRY_AFTER, Long.toString(RetryAfter.seconds(wait))));
    switch (refusal.code()) {
      case NO_CREDENTIALS, BAD_SIGNATURE, STALE_REQUEST ->
          response.header(HeaderNames.WWW_AUTHENTICATE, "Bearer");
      case BAD_TOKEN, EXPIRED_TOKEN, REVOKED_TOKEN ->
          response.header(HeaderNames.WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"");
      case NOT_ALLOWED ->
          response.header(HeaderNames.WWW_AUTHENTICATE, "Bearer error=\"insufficient_scope\"");
      default -> {
        // The other codes have no header of their own.
      }
    }
    response.send(ProblemText.json(refusal));
  }

  /** The refusal for a status of Helidon, whose own texts are not passed on. */
  private static RelayException of(Status status) {
    ErrorCode code =
        switch (status.code()) {
          case 404 -> ErrorCode.NOT_FOUND;
          case 405 -> ErrorCode.METHOD_NOT_ALLOWED;
          case 406 -> ErrorCode.NOT_ACCEPTABLE;
          case 408 -> ErrorCode.REQUEST_TIMEOUT;
          case 413 -> ErrorCode.TOO_LARGE;
          case 415 -> ErrorCode.UNSUPPORTED_MEDIA_TYPE;
          default -> status.code() < 500 ? ErrorCode.INVALID_REQUEST : ErrorCode.INTERNAL_ERROR;
        };
    return new RelayException(
        code,
        code == ErrorCode.NOT_FOUND
            ? NOTHING_HERE
            : status.reasonPhrase().toLowerCase(Locale.ROOT));
  }
}
