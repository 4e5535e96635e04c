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

/** Where a request carries what says who it comes from. Any thread. */
final class Credentials {
  private final String cookie;
  private final String queryParameter;
  private final Optional<Sessions> sessions;
  private final KnownParameters parameters;

  /**
   * @param sessions of an application, where there is one
   * @param cookie the name of the cookie a subscriber's token may come in
   * @param queryParameter the name of the query parameter likewise
   */
  Credentials(String cookie, String queryParameter, Optional<Sessions> sessions) {
    this.sessions = sessions;
    this.cookie = cookie;
    this.queryParameter = queryParameter;
    this.parameters = new KnownParameters(queryParameter);
  }

  /**
   * The credential of who asks for a stream: the token of the header or of the query parameter, a
   * ticket, or, without any of these, the token of the cookie, or else a session of the
   * application. A cookie beside another is not looked at: browsers send it whether they are asked
   * to or not.
   *
   * @throws RelayException NO_CREDENTIALS, or INVALID_REQUEST for more than one (RFC 6750 section
   *     2)
   */
  Credential ofStream(ServerRequest request) {
    return shown(request, request.query().all(KnownParameters.TICKET, List::of));
  }

  /** The same of who asks for anything else, for which no ticket is good. */
  Credential ofSubscriber(ServerRequest request) {
    return shown(request, List.of());
  }

  /**
   * Checks that every name in the query is one of this door, or nobody's.
   *
   * @throws RelayException INVALID_REQUEST naming the parameter that is not
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

  /** What comes without a page's doing: a token in the cookie, or a session. */
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
   * Whether a text is meant to be a signed JWT (RFC 7515 section 3.1). Its first part says with
   * which algorithm it is signed; sessions of some frameworks have three parts as well.
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

  /** Of two cookies of one name a browser does not tell which was set by whom. */
  private Optional<String> ofCookie(ServerRequest request) {
    List<String> values = request.headers().cookies().all(cookie, List::of);
    if (values.stream().distinct().count() > 1) {
      throw new RelayException(
          ErrorCode.INVALID_REQUEST, "two cookies with the name of the token's");
    }
    return values.stream().findFirst();
  }
}
