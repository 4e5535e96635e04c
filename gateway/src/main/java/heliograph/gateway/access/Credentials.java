package heliograph.gateway.access;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.http.Bearer;
import heliograph.gateway.http.KnownParameters;
import heliograph.gateway.identity.SignedToken;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Finds the credential of a subscriber's request. Any thread. */
final class Credentials {
  private final String cookie;
  private final String queryParameter;
  private final Optional<Sessions> sessions;
  private final KnownParameters parameters;

  /**
   * Makes the finder.
   *
   * @param cookie the name of the cookie in which a subscriber's token may come
   * @param queryParameter the name of the query parameter in which a subscriber's token may come
   * @param sessions the sessions of an application, if there is one
   */
  Credentials(String cookie, String queryParameter, Optional<Sessions> sessions) {
    this.sessions = sessions;
    this.cookie = cookie;
    this.queryParameter = queryParameter;
    this.parameters = new KnownParameters(queryParameter);
  }

  /**
   * The credential of a request for a stream: the token of the header or of the query parameter, or
   * a ticket; without any of these the token of the cookie, or else a session of the application. A
   * cookie beside another credential is ignored, since browsers send it unasked.
   *
   * @throws RelayException NO_CREDENTIALS, or INVALID_REQUEST if there is more than one (RFC 6750,
   *     section 2)
   */
  Credential ofStream(ServerRequest request) {
    return shown(request, request.query().all(KnownParameters.TICKET, List::of));
  }

  /**
   * The credential of a request for anything but a stream, for which no ticket is good. It is
   * found, and refused, as {@link #ofStream} does.
   */
  Credential ofSubscriber(ServerRequest request) {
    return shown(request, List.of());
  }

  /**
   * Checks the names in the query: each has to be a parameter of the endpoint, or one that
   * resembles no parameter of the relay.
   *
   * @throws RelayException INVALID_REQUEST naming the parameter that is not as it should be
   */
  void checkQuery(ServerRequest request, KnownParameters.Endpoint endpoint) {
    parameters.check(request.query(), endpoint);
  }

  private Credential shown(ServerRequest request, List<String> tickets) {
    List<Credential> shown = new ArrayList<>();
    if (request.headers().contains(HeaderNames.AUTHORIZATION)) {
      shown.add(ofAuthorization(request));
    }
    request
        .query()
        .all(queryParameter, List::of)
        .forEach(token -> shown.add(new Credential.Token(token, false)));
    tickets.forEach(ticket -> shown.add(new Credential.Ticket(ticket)));
    if (shown.size() > 1) {
      throw new RelayException(
          ErrorCode.INVALID_REQUEST, "one token or ticket, in the header or in the query");
    }
    return shown.isEmpty() ? ambient(request) : shown.getFirst();
  }

  private Credential ofAuthorization(ServerRequest request) {
    Optional<Credential> session =
        sessions
            .filter(it -> it.forwards(HeaderNames.AUTHORIZATION))
            .flatMap(it -> session(it, request));
    return session.isPresent() && !Bearer.isIn(request)
        ? session.get()
        : session
            .filter(_ -> !isJwt(Bearer.of(request)))
            .orElseGet(() -> new Credential.Token(Bearer.of(request), false));
  }

  /** The credential that a browser sends by itself: a token in the cookie, or a session. */
  private Credential ambient(ServerRequest request) {
    Optional<String> token = ofCookie(request);
    return sessions
        .filter(_ -> token.filter(Credentials::isJwt).isEmpty())
        .flatMap(it -> session(it, request))
        .orElseGet(() -> new Credential.Token(token.orElseThrow(Bearer::missing), true));
  }

  private static Optional<Credential> session(Sessions sessions, ServerRequest request) {
    return sessions.carried(request.headers()).map(Credential.Session::new);
  }

  /**
   * Whether a text is meant to be a signed JWT (RFC 7515, section 3.1): its first part names an
   * algorithm. Sessions of some frameworks have three parts as well, so that alone does not tell.
   */
  static boolean isJwt(String text) {
    int dot = text.indexOf('.');
    int last = text.lastIndexOf('.');
    if (dot < 0 || text.indexOf('.', dot + 1) != last || text.length() > SignedToken.MAX_LENGTH) {
      return false;
    }
    try {
      byte[] header = Base64.getUrlDecoder().decode(text.substring(0, dot));
      return new String(header, StandardCharsets.UTF_8).contains("\"alg\"");
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  /**
   * The token of the cookie. Two cookies of one name with different values are refused: a browser
   * does not say who set which.
   */
  private Optional<String> ofCookie(ServerRequest request) {
    List<String> values = request.headers().cookies().all(cookie, List::of);
    if (values.stream().distinct().count() > 1) {
      throw new RelayException(
          ErrorCode.INVALID_REQUEST, "two cookies with the name of the token's");
    }
    return values.stream().findFirst();
  }
}
