package heliograph.gateway.access;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.access.CredentialPolicy.Place;
import heliograph.gateway.access.CredentialPolicy.Verifier;
import heliograph.gateway.http.Bearer;
import heliograph.gateway.http.KnownParameters;
import heliograph.gateway.identity.SignedToken;
import io.helidon.common.parameters.Parameters;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the credential of a subscriber's request, in the places of a policy. Any thread. */
final class Credentials {
  /** A token that an application is asked about, as it can stand in a header. */
  private static final Pattern OPAQUE = Pattern.compile("[!-~]{1," + SignedToken.MAX_LENGTH + "}");

  private final CredentialPolicy policy;
  private final Optional<Sessions> sessions;
  private final KnownParameters parameters;

  /**
   * Makes the finder.
   *
   * @param policy the places, and who verifies what is found there
   * @param sessions the sessions of an application, if there is one
   * @throws IllegalArgumentException if the policy has an application asked, and there is none
   */
  Credentials(CredentialPolicy policy, Optional<Sessions> sessions) {
    if (policy.verifier() instanceof Verifier.Application && sessions.isEmpty()) {
      throw new IllegalArgumentException("no application is asked about sessions");
    }
    this.policy = policy;
    this.sessions = sessions;
    this.parameters = new KnownParameters(policy.query());
  }

  /**
   * The credential of a request for a stream: the token of the header or of the query parameter, or
   * a ticket; without any of these the token of the cookie, or else a session of the application. A
   * cookie beside another credential is ignored, since browsers send it unasked. What stands in a
   * place that the policy does not have is ignored too.
   *
   * @throws RelayException NO_CREDENTIALS, or INVALID_REQUEST if there is more than one (RFC 6750,
   *     section 2)
   */
  Credential ofStream(ServerRequestHeaders headers, Parameters query) {
    return shown(headers, query, query.all(KnownParameters.TICKET, List::of));
  }

  /**
   * The credential of a request for anything but a stream, for which no ticket is good. It is
   * found, and refused, as {@link #ofStream} does.
   */
  Credential ofSubscriber(ServerRequestHeaders headers, Parameters query) {
    return shown(headers, query, List.of());
  }

  /**
   * Checks the names in the query: each has to be a parameter of the endpoint, or one that
   * resembles no parameter of the relay.
   *
   * @throws RelayException INVALID_REQUEST naming the parameter that is not as it should be
   */
  void checkQuery(Parameters query, KnownParameters.Endpoint endpoint) {
    parameters.check(query, endpoint);
  }

  private Credential shown(ServerRequestHeaders headers, Parameters query, List<String> tickets) {
    List<Credential> shown = new ArrayList<>();
    if (policy.reads(Place.HEADER) && headers.contains(HeaderNames.AUTHORIZATION)) {
      shown.add(ofAuthorization(headers));
    }
    if (policy.reads(Place.QUERY)) {
      query.all(policy.query(), List::of).forEach(token -> shown.add(ofToken(headers, token)));
    }
    if (policy.reads(Place.TICKET)) {
      tickets.forEach(ticket -> shown.add(new Credential.Ticket(ticket)));
    }
    if (shown.size() > 1) {
      throw new RelayException(
          ErrorCode.INVALID_REQUEST, "one token or ticket, in the header or in the query");
    }
    return shown.isEmpty() ? ambient(headers) : shown.getFirst();
  }

  private Credential ofAuthorization(ServerRequestHeaders headers) {
    if (policy.verifier() instanceof Verifier.Application) {
      return ofToken(headers, Bearer.of(headers));
    }
    Optional<Credential> session =
        sessions
            .filter(it -> it.forward().contains(HeaderNames.AUTHORIZATION))
            .flatMap(_ -> session(headers));
    return session.isPresent() && !Bearer.isIn(headers)
        ? session.get()
        : session
            .filter(_ -> !isJwt(Bearer.of(headers)))
            .orElseGet(() -> new Credential.Token(Bearer.of(headers), false));
  }

  /** The credential that a token is which the caller brought by itself. */
  private Credential ofToken(ServerRequestHeaders headers, String token) {
    return switch (policy.verifier()) {
      case Verifier.Issuers _ -> new Credential.Token(token, false);
      case Verifier.Application _ -> forApplication(headers, token);
      case Verifier.Nobody _ -> throw new IllegalStateException("no credential is read");
    };
  }

  /**
   * A token for the application. No cookie goes with it: a browser may have sent that unasked, for
   * a page that chose the token, and the application may look at the cookie first.
   */
  private Credential forApplication(ServerRequestHeaders headers, String token) {
    List<HeaderName> others = forward().filter(it -> !it.equals(HeaderNames.COOKIE)).toList();
    return new Credential.Session(
        bearer(token, PassedHeaders.of(headers, others)), Optional.of(token));
  }

  /**
   * A token as an application is asked about it, with other headers.
   *
   * @throws RelayException BAD_TOKEN if the token cannot stand in a header
   */
  static PassedHeaders bearer(String token, PassedHeaders others) {
    if (!OPAQUE.matcher(token).matches()) {
      throw new RelayException(ErrorCode.BAD_TOKEN, "the token cannot be asked about");
    }
    return others.with(HeaderNames.AUTHORIZATION, "Bearer " + token);
  }

  /** The credential that a browser sends by itself: a token in the cookie, or a session. */
  private Credential ambient(ServerRequestHeaders headers) {
    if (policy.verifier() instanceof Verifier.Application) {
      return session(headers).orElseThrow(Bearer::missing);
    }
    Optional<String> token = ofCookie(headers);
    return sessions
        .filter(_ -> token.filter(Credentials::isJwt).isEmpty())
        .flatMap(_ -> session(headers))
        .orElseGet(() -> new Credential.Token(token.orElseThrow(Bearer::missing), true));
  }

  /** The headers that the application is to have, of those whose place is read. */
  private Stream<HeaderName> forward() {
    return sessions.stream().flatMap(it -> it.forward().stream()).filter(policy::passes);
  }

  /** The session of a request; empty if no header is there in which one is looked for. */
  private Optional<Credential> session(ServerRequestHeaders headers) {
    PassedHeaders all = PassedHeaders.of(headers, forward().toList());
    PassedHeaders passed = sessionCookie().map(name -> withOnly(name, headers, all)).orElse(all);
    // Other headers only go along with a credential.
    return passed.headers().stream().anyMatch(it -> policy.reads(it.headerName()))
        ? Optional.of(new Credential.Session(passed, Optional.empty()))
        : Optional.empty();
  }

  /** The one cookie that is the session; empty if all of them are passed on as they come. */
  private Optional<String> sessionCookie() {
    return policy.verifier() instanceof Verifier.Application && policy.reads(Place.COOKIE)
        ? policy.cookie()
        : Optional.empty();
  }

  /**
   * The headers with one cookie alone, as it was spelt. What other cookies say neither makes
   * another question of the same session, nor is it told to the application.
   */
  private static PassedHeaders withOnly(
      String name, ServerRequestHeaders headers, PassedHeaders passed) {
    List<String> pairs =
        headers.all(HeaderNames.COOKIE, List::of).stream()
            .flatMap(header -> Stream.of(header.split(";", -1)))
            .map(String::strip)
            .filter(pair -> pair.startsWith(name + "="))
            .distinct()
            .toList();
    if (pairs.size() > 1) {
      throw twoCookies();
    }
    return pairs.isEmpty()
        ? passed.without(HeaderNames.COOKIE)
        : passed.with(HeaderNames.COOKIE, pairs.getFirst());
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
  private Optional<String> ofCookie(ServerRequestHeaders headers) {
    if (!policy.reads(Place.COOKIE)) {
      return Optional.empty();
    }
    List<String> values =
        policy.cookie().stream()
            .flatMap(name -> headers.cookies().all(name, List::of).stream())
            .distinct()
            .toList();
    if (values.size() > 1) {
      throw twoCookies();
    }
    return values.stream().findFirst();
  }

  private static RelayException twoCookies() {
    return new RelayException(
        ErrorCode.INVALID_REQUEST, "two cookies with the name of the token's");
  }
}
