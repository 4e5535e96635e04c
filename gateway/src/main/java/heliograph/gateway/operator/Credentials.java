package heliograph.gateway.operator;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.http.Bearer;
import heliograph.gateway.identity.ProviderTokens;
import heliograph.gateway.operator.Operators.ProviderAccess;
import heliograph.gateway.operator.Sessions.Session;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.http.ServerRequest;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Finds out who sent a request to the admin listener, by what it shows: the cookie of a session, a
 * static token, or a token of the provider. Any thread.
 *
 * @param cookie where the session stands that a browser shows
 * @param refused is told of what lets nobody in
 */
record Credentials(
    LoginConfig config,
    OperatorTokens tokens,
    Optional<ProviderAccess> provider,
    Sessions sessions,
    SessionCookie cookie,
    Refused refused,
    InstantSource clock) {
  private static final Set<Method> SAFE = Set.of(Method.GET, Method.HEAD, Method.OPTIONS);
  private static final HeaderName FETCH_SITE = HeaderNames.create("Sec-Fetch-Site");
  private static final String LOCAL = "local";
  private static final String BEARER = "token:";

  /** Whether a request changes nothing, by its method. */
  static boolean isSafe(ServerRequest request) {
    return SAFE.contains(request.prologue().method());
  }

  /** What is noted of a login with a static token, or with a bearer token of its name. */
  static String named(OperatorTokens.Known known) {
    return BEARER + known.name();
  }

  static RelayException nobody() {
    return new RelayException(ErrorCode.NOT_ALLOWED, "nothing in the token makes a role here");
  }

  /**
   * Who sent a request.
   *
   * @throws RelayException NO_CREDENTIALS, BAD_TOKEN, EXPIRED_TOKEN, RATE_LIMITED, NOT_ALLOWED or
   *     IDENTITY_UNAVAILABLE
   */
  Operator who(ServerRequest request) {
    if (config.isNone()) {
      return Operator.of(request, LOCAL, EnumSet.allOf(Role.class), () -> true);
    }
    if (request.headers().contains(HeaderNames.AUTHORIZATION)) {
      return bearer(request, Bearer.of(request.headers()));
    }
    Session session =
        session(request)
            .orElseThrow(
                () ->
                    new RelayException(
                        ErrorCode.NO_CREDENTIALS,
                        "log in at %s, or send a bearer token".formatted(LoginHandler.LOGIN)));
    if (!isSafe(request) && !saysItIsOwn(request.headers())) {
      throw new RelayException(
          ErrorCode.NOT_ALLOWED, "with a cookie a request says which page it comes from");
    }
    return Operator.of(request, session.login().name(), session.login().roles(), session::stands);
  }

  /**
   * Whether a request says from which page it comes; those that come from a foreign one have been
   * refused already. A browser says so with every method that is not safe (Fetch standard, section
   * 3.2), so who has a cookie and says nothing has been made to send it in some other way.
   */
  private static boolean saysItIsOwn(ServerRequestHeaders headers) {
    return headers.contains(HeaderNames.ORIGIN) || headers.contains(FETCH_SITE);
  }

  /**
   * The session that a browser shows; empty if it shows nothing.
   *
   * @throws RelayException BAD_TOKEN if what it shows is no session here, or one that is over
   */
  Optional<Session> session(ServerRequest request) {
    return cookie
        .in(request)
        .map(
            it ->
                sessions
                    .find(it)
                    .orElseThrow(
                        () ->
                            new RelayException(
                                ErrorCode.BAD_TOKEN,
                                "the session is over, or none of this relay")));
  }

  private Operator bearer(ServerRequest request, String token) {
    Optional<OperatorTokens.Known> known = tokens.find(token);
    if (known.isPresent()) {
      return Operator.of(request, named(known.get()), known.get().roles(), known.get()::stands);
    }
    try {
      return provider
          .filter(it -> it.config().audience().isPresent())
          .map(it -> ofToken(request, it, token))
          .orElseThrow(() -> new RelayException(ErrorCode.BAD_TOKEN, "nobody has this token"));
    } catch (RelayException refusal) {
      throw refused.login(request, refusal);
    }
  }

  private Operator ofToken(ServerRequest request, ProviderAccess from, String token) {
    ProviderTokens.Verified verified =
        from.tokens().verify(token, from.config().audience().orElseThrow());
    Set<Role> roles = from.roles().roles(verified.payload());
    if (roles.isEmpty()) {
      throw nobody();
    }
    return Operator.of(
        request,
        from.roles().name(verified.payload()),
        roles,
        () -> clock.instant().isBefore(verified.expires()));
  }
}
