package heliograph.gateway.http;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.PathMatcher;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Says which pages may read what the relay answers (Fetch standard, section 3.2): those of the
 * configured origins, and the relay's own. Any thread.
 *
 * <p>Helidon's CORS module is not used: it refuses every request of another origin, also a
 * backend's that no browser guards, and knows nothing of the CloudEvents handshake on the same
 * path.
 */
public final class Cors {
  /** The header that a sender's handshake has (CloudEvents HTTP webhooks 1.0, section 4.1). */
  public static final HeaderName REQUEST_ORIGIN = HeaderNames.create("WebHook-Request-Origin");

  private static final HeaderName EXPOSED = HeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS;
  private static final HeaderName FETCH_SITE = HeaderNames.create("Sec-Fetch-Site");

  private static final String EVERYTHING_UNDER = "/v1/*";
  private static final String METHODS = "GET, POST";
  private static final List<String> HEADERS =
      List.of("Authorization", "Content-Type", "Last-Event-ID", "Cache-Control");
  private static final String READABLE =
      "Retry-After, WWW-Authenticate, RateLimit, RateLimit-Policy, Heliograph-Stream";

  // A browser may keep the answer to a preflight for this long; Chromium keeps none for over two
  // hours.
  private static final String SECONDS = "600";

  private final Set<String> origins;
  private final String headers;
  private final OwnOrigin own;

  /**
   * Lets pages of the configured origins and of the relay's own read answers.
   *
   * @param own the relay's own origin
   */
  public Cors(CorsConfig config, OwnOrigin own) {
    this.origins = Set.copyOf(config.origins());
    this.headers =
        Stream.concat(HEADERS.stream(), config.headers().stream())
            .collect(Collectors.joining(", "));
    this.own = own;
  }

  /**
   * Answers the preflights of browsers; it has to be registered before other handlers of OPTIONS.
   */
  public void register(HttpRules routing) {
    routing.options(EVERYTHING_UNDER, this::preflight);
  }

  /** Answers the preflights of browsers for paths besides those of the relay's own. */
  public void register(HttpRules routing, PathMatcher paths) {
    routing.route(Method.OPTIONS, paths, this::preflight);
  }

  /**
   * Adds the headers of CORS to every answer; it comes before the filters that refuse, so that
   * refusals have them too.
   */
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    if (!origins.isEmpty()) {
      response.headers().add(HeaderNames.VARY, HeaderNames.ORIGIN.defaultCase());
      if (isConfigured(request.headers())) {
        response
            .header(HeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin(request.headers()))
            .header(HeaderNames.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true")
            .header(EXPOSED, READABLE);
      }
    }
    chain.proceed();
  }

  /**
   * Answers a preflight. The handshake of CloudEvents webhooks has the same method and path, but a
   * browser always names the method it asks for, and never sends {@code WebHook-Request-Origin}.
   */
  private void preflight(ServerRequest request, ServerResponse response) {
    ServerRequestHeaders headers = request.headers();
    if (!headers.contains(HeaderNames.ACCESS_CONTROL_REQUEST_METHOD)
        || !headers.contains(HeaderNames.ORIGIN)
        || headers.contains(REQUEST_ORIGIN)) {
      response.next();
      return;
    }
    if (!isConfigured(headers)) {
      throw new RelayException(
          ErrorCode.NOT_ALLOWED, "the page's origin is not one of relay.cors.origins");
    }
    response
        .status(Status.NO_CONTENT_204)
        .header(HeaderNames.ACCESS_CONTROL_ALLOW_METHODS, METHODS)
        .header(HeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, this.headers)
        .header(HeaderNames.ACCESS_CONTROL_MAX_AGE, SECONDS)
        .send();
  }

  /**
   * Refuses a request whose credential a browser sent by itself, if another page than one of ours
   * may have asked for it: otherwise any page could read what a user who is logged in may see.
   *
   * @throws RelayException NOT_ALLOWED if the page is not one of ours
   */
  public void check(ServerRequest request) {
    ServerRequestHeaders headers = request.headers();
    boolean ours =
        headers.contains(HeaderNames.ORIGIN)
            ? isConfigured(headers) || isOwn(request)
            : isAskedByItself(headers);
    if (!ours) {
      throw new RelayException(
          ErrorCode.NOT_ALLOWED,
          "a cookie or session counts only for pages of the relay and of relay.cors.origins");
    }
  }

  private boolean isConfigured(ServerRequestHeaders headers) {
    return origins.contains(origin(headers));
  }

  /** The only origin; an empty text if there are none or several, which no browser sends. */
  private static String origin(ServerRequestHeaders headers) {
    List<String> all = headers.all(HeaderNames.ORIGIN, List::of);
    return all.size() == 1 ? all.getFirst() : "";
  }

  /**
   * Whether the page is the relay's own, by its origin and, where the browser sends it, by {@code
   * Sec-Fetch-Site}.
   */
  private boolean isOwn(ServerRequest request) {
    ServerRequestHeaders headers = request.headers();
    return headers.first(FETCH_SITE).orElse("same-origin").equals("same-origin")
        && request.remotePeer().address() instanceof InetSocketAddress peer
        && own.is(origin(headers), headers, peer.getAddress());
  }

  /**
   * Whether a request without an origin comes from the relay's own page, the address bar, or no
   * browser at all.
   */
  private static boolean isAskedByItself(ServerRequestHeaders headers) {
    return switch (headers.first(FETCH_SITE).orElse("none")) {
      case "same-origin", "none" -> true;
      default -> false;
    };
  }
}
