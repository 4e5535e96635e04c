package heliograph.gateway.http;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.ServerResponseHeaders;
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
 * Which pages may read what the relay answers (Fetch standard, section 3.2): those of the
 * configured origins, and its own. Any thread.
 *
 * <p>Not Helidon's CORS module: that one refuses every request of another origin, also a backend's
 * that no browser guards, knows nothing of the CloudEvents handshake on the same path, and writes
 * no header of a stream, whose head is ours.
 */
public final class Cors {
  public static final HeaderName REQUEST_ORIGIN = HeaderNames.create("WebHook-Request-Origin");

  private static final HeaderName EXPOSED = HeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS;
  private static final HeaderName FETCH_SITE = HeaderNames.create("Sec-Fetch-Site");

  private static final String EVERYTHING_UNDER = "/v1/*";
  private static final String METHODS = "GET, POST";
  private static final List<String> HEADERS =
      List.of("Authorization", "Content-Type", "Last-Event-ID", "Cache-Control");
  private static final String READABLE =
      "Retry-After, WWW-Authenticate, RateLimit, RateLimit-Policy";

  // How long a browser may keep the answer to a preflight; Chromium takes two hours at most.
  private static final String SECONDS = "600";

  private final Set<String> origins;
  private final String headers;
  private final OwnOrigin own;

  /**
   * The pages of these origins, and of the relay's own.
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

  /** AskedOnce the preflights of browsers; before other handlers of OPTIONS. */
  public void register(HttpRules routing) {
    routing.options(EVERYTHING_UNDER, this::preflight);
  }

  /** A filter before all that refuse, so that every answer has these headers, a refusal as well. */
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
   * The same method and path as the handshake of the CloudEvents webhook specification; a browser
   * always names the method it asks for, and never a {@code WebHook-Request-Origin}.
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
   * may have asked for it: without this, whoever is logged in could be read out by any page.
   *
   * @throws RelayException NOT_ALLOWED
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

  /** Several are none: who sends them is no browser, and what counts could be argued about. */
  private static String origin(ServerRequestHeaders headers) {
    List<String> all = headers.all(HeaderNames.ORIGIN, List::of);
    return all.size() == 1 ? all.getFirst() : "";
  }

  /** Whether the page is the relay's own; where the browser says more, it has to say the same. */
  private boolean isOwn(ServerRequest request) {
    ServerRequestHeaders headers = request.headers();
    return headers.first(FETCH_SITE).orElse("same-origin").equals("same-origin")
        && request.remotePeer().address() instanceof InetSocketAddress peer
        && own.is(origin(headers), headers, peer.getAddress());
  }

  /** Without an origin: the relay's own page, the address bar, or no browser at all. */
  private static boolean isAskedByItself(ServerRequestHeaders headers) {
    return switch (headers.first(FETCH_SITE).orElse("none")) {
      case "same-origin", "none" -> true;
      default -> false;
    };
  }

  /** The lines of a head that is not written by Helidon; each with its end. */
  public static String lines(ServerResponseHeaders headers) {
    StringBuilder lines = new StringBuilder();
    for (HeaderName name :
        List.of(
            HeaderNames.VARY,
            HeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN,
            HeaderNames.ACCESS_CONTROL_ALLOW_CREDENTIALS,
            EXPOSED)) {
      headers
          .all(name, List::of)
          .forEach(
              value -> lines.append(name.defaultCase()).append(": ").append(value).append("\r\n"));
    }
    return lines.toString();
  }
}
