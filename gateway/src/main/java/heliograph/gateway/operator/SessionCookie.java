package heliograph.gateway.operator;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.http.OwnOrigin;
import io.helidon.http.HeaderNames;
import io.helidon.http.SetCookie;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The cookie by which a browser is known after a login. No script can read it, and no page of
 * another site can have it sent. Any thread.
 *
 * @param origin knows whether browsers come by TLS
 */
record SessionCookie(OwnOrigin origin) {
  private static final String NAME = "heliograph-operator";

  // A browser takes such a cookie by TLS only, for this host alone and the whole of it (RFC 6265bis
  // section 4.1.3.2), so nobody who has another name below the same domain can plant one.
  private static final String HOST_ALONE = "__Host-";

  private static final Pattern PORT = Pattern.compile(".*:([0-9]{1,5})");

  /**
   * The name, with the port by which the browser calls: cookies are shared by all ports of a host,
   * and two relays on one machine would take each other's.
   */
  private String name(ServerRequest request) {
    String host = request.headers().first(HeaderNames.HOST).orElse("");
    var port = PORT.matcher(host);
    String own = port.matches() ? NAME + "-" + port.group(1) : NAME;
    return isSecure(request) ? HOST_ALONE + own : own;
  }

  private boolean isSecure(ServerRequest request) {
    return origin.url(request, "/").startsWith("https:");
  }

  /**
   * What the browser shows; empty if it shows nothing.
   *
   * @throws RelayException BAD_TOKEN if it shows two things, one of which somebody else has planted
   */
  Optional<String> in(ServerRequest request) {
    List<String> values = request.headers().cookies().all(name(request), List::of);
    if (values.size() > 1) {
      throw new RelayException(ErrorCode.BAD_TOKEN, "two cookies have the name of the session's");
    }
    return values.stream().filter(it -> !it.isEmpty()).findFirst();
  }

  /** Gives it to the browser. */
  void give(ServerRequest request, ServerResponse response, String value, Duration life) {
    response.headers().addCookie(cookie(request, value).maxAge(life).build());
  }

  /** Takes it from the browser. */
  void take(ServerRequest request, ServerResponse response) {
    // Helidon leaves out a Max-Age of nothing.
    response.headers().addCookie(cookie(request, "").expires(Instant.EPOCH).build());
  }

  private SetCookie.Builder cookie(ServerRequest request, String value) {
    return SetCookie.builder(name(request), value)
        .path("/")
        .httpOnly(true)
        .secure(isSecure(request))
        .sameSite(SetCookie.SameSite.STRICT);
  }
}
