package heliograph.gateway.operator;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.json.JsonTree;
import io.helidon.common.uri.UriQuery;
import io.helidon.http.HeaderNames;
import io.helidon.http.SetCookie;
import io.helidon.http.Status;
import io.helidon.security.AuthenticationResponse;
import io.helidon.security.Security;
import io.helidon.security.SecurityContext;
import io.helidon.security.SecurityEnvironment;
import io.helidon.security.jwt.jwk.JwkKeys;
import io.helidon.security.providers.oidc.OidcFeature;
import io.helidon.security.providers.oidc.OidcProvider;
import io.helidon.security.providers.oidc.common.OidcConfig;
import io.helidon.security.providers.oidc.common.OidcCookieHandler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The way of a browser to an OpenID provider and back: the authorization code flow with PKCE, which
 * Helidon's provider does. What it does not do is done around it: a code or an error that nobody
 * asked for is refused before it sees either, and what comes of the flow is verified by keys that
 * are fetched again. It is used on platform threads alone, as it looks into jars.
 */
final class ProviderLogin {
  /** Where a login begins; all of its paths begin so. */
  static final String START = "/login/oidc";

  /** Where the provider sends the browser back to. */
  static final String CALLBACK = START + "/callback";

  /** Where the browser comes with the tokens for which Helidon has exchanged the code. */
  static final String DONE = START + "/done";

  private static final System.Logger LOGGER = System.getLogger("heliograph");
  private static final String LOCATION = "Location";
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int PASSWORD_BYTES = 32;
  private static final String COOKIE = "heliograph-oidc-";

  // What Helidon makes up for a provider that has no page to log out at.
  private static final String MADE_UP = "oauth2/v1/userlogout";

  private final ProviderConfig config;
  private final OidcConfig oidc;
  private final Security security;
  private volatile String told = "";
  private volatile boolean failing;

  ProviderLogin(ProviderConfig config, String clientSecret) {
    this.config = config;
    this.oidc = oidc(config, clientSecret);
    this.security = Security.builder().addProvider(OidcProvider.create(oidc)).build();
  }

  private static OidcConfig oidc(ProviderConfig config, String clientSecret) {
    byte[] password = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(password);
    return OidcConfig.builder()
        .identityUri(config.issuer())
        .issuer(config.issuer().toString())
        .clientId(config.clientId())
        .clientSecret(clientSecret)
        .baseScopes(String.join(" ", openid(config.scopes())))
        .frontendUri(config.url().toString())
        .redirect(true)
        .redirectUri(CALLBACK)
        .pkceEnabled(true)
        .useHeader(false)
        .useParam(false)
        .useCookie(true)
        .cookieName(COOKIE + "access")
        .cookieNameIdToken(COOKIE + "id")
        .cookieNameRefreshToken(COOKIE + "refresh")
        .cookieTenantName(COOKIE + "tenant")
        .cookieNameState(COOKIE + "state")
        .cookiePath(START)
        .cookieHttpOnly(true)
        .cookieSecure("https".equals(config.url().getScheme()))
        // The provider sends the browser back from another site. These cookies live for a moment.
        .cookieSameSite(SetCookie.SameSite.LAX)
        .cookieEncryptionPassword(Base64.getEncoder().encodeToString(password).toCharArray())
        .logoutEnabled(false)
        .optionalAudience(true)
        .checkAudience(false)
        // Its own look at signatures, by keys that it would fetch once, is not used.
        .signJwk(JwkKeys.builder().build())
        .clientTimeout(TIMEOUT)
        .build();
  }

  private static List<String> openid(List<String> scopes) {
    return Stream.concat(Stream.of("openid"), scopes.stream()).distinct().toList();
  }

  void register(HttpRouting.Builder routing) {
    routing.addFeature(OidcFeature.create(oidc));
  }

  /**
   * Sends the browser to the provider.
   *
   * @throws RelayException IDENTITY_UNAVAILABLE if the provider does not say where its pages are
   */
  void begin(ServerResponse response) {
    AuthenticationResponse answer = ask();
    if (!answer.responseHeaders().containsKey(LOCATION)) {
      tell(answer.throwable().map(String::valueOf).or(answer::description).orElse(""));
      throw unavailable();
    }
    told = "";
    answer
        .responseHeaders()
        .forEach(
            (name, values) ->
                values.forEach(it -> response.headers().add(HeaderNames.create(name), it)));
    response.status(Status.SEE_OTHER_303).header(HeaderNames.CACHE_CONTROL, "no-store").send();
  }

  private AuthenticationResponse ask() {
    SecurityContext context = security.createContext("login");
    // Nothing of the request is passed on: not its host, and no cookie that could name a tenant.
    context.env(
        SecurityEnvironment.builder().method("GET").path(DONE).targetUri(URI.create(DONE)).build());
    try {
      return context.atnClientBuilder().buildAndGet();
    } catch (RuntimeException e) {
      // Whatever the provider or the network does wrong, Helidon throws, as one type or another.
      tell(e.toString());
      throw unavailable();
    }
  }

  /** Logs a failure, once until it is over or another one takes its place. */
  private void tell(String cause) {
    if (!cause.equals(told)) {
      told = cause;
      log(cause);
    }
  }

  private void log(String cause) {
    LOGGER.log(
        System.Logger.Level.WARNING,
        "login-provider-failed issuer={0} cause={1}",
        config.issuer(),
        cause);
  }

  /** Notes that the provider gave a token for a code. */
  void exchanged() {
    failing = false;
  }

  /** That the provider gave nothing for a code, whether it refused it or did not answer. */
  RelayException notExchanged() {
    // Strangers can begin a login and come back with a code that is none, as often as they like.
    if (!failing) {
      failing = true;
      log("no token for a code");
    }
    return new RelayException(
        ErrorCode.BAD_TOKEN,
        "the provider gave no token for the login; try again, and if it stays so, see to the"
            + " provider and to the client's secret");
  }

  private static RelayException unavailable() {
    return RelayException.retryAfter(
        ErrorCode.IDENTITY_UNAVAILABLE,
        "the provider of logins does not answer as it should",
        TIMEOUT);
  }

  /**
   * Checks that the browser comes back from a login that it began, with a code.
   *
   * @throws RelayException INVALID_REQUEST if it did not begin one, NOT_ALLOWED if the provider has
   *     not let it in
   */
  void checkCallback(ServerRequest request) {
    UriQuery query = request.query();
    // This would make Helidon begin with a provider of another name, once for each name.
    boolean others = query.contains(oidc.tenantParamName());
    boolean once =
        Stream.of("state", "code", "error", "iss")
            .allMatch(it -> query.all(it, List::of).size() < 2);
    if (others || !once || !isOwnState(request, query.first("state").orElse(""))) {
      throw new RelayException(
          ErrorCode.INVALID_REQUEST, "this is not the end of a login that this browser began");
    }
    if (query.contains("iss") && !query.get("iss").equals(config.issuer().toString())) {
      // RFC 9207 section 2.4: the code may be one of another provider.
      throw new RelayException(ErrorCode.INVALID_REQUEST, "this is of another provider");
    }
    if (query.contains("error") || !query.contains("code")) {
      throw new RelayException(
          ErrorCode.NOT_ALLOWED, "the provider says " + query.first("error").orElse("nothing"));
    }
  }

  private boolean isOwnState(ServerRequest request, String state) {
    Optional<byte[]> kept =
        cookie(request, oidc.stateCookieHandler())
            .map(it -> JsonTree.object(Base64.getDecoder().decode(it)))
            .flatMap(it -> it.path("state").stringValueOpt())
            .map(it -> it.getBytes(StandardCharsets.UTF_8));
    return kept.filter(it -> MessageDigest.isEqual(it, state.getBytes(StandardCharsets.UTF_8)))
        .isPresent();
  }

  /** The ID token that the browser brings; empty if it brings none that this relay gave it. */
  Optional<String> idToken(ServerRequest request) {
    return cookie(request, oidc.idTokenCookieHandler());
  }

  /** What a cookie has; empty if there is none, or one that this relay did not encrypt. */
  private static Optional<String> cookie(ServerRequest request, OidcCookieHandler handler) {
    List<String> cookies = request.headers().all(HeaderNames.COOKIE, List::of);
    try {
      return handler.findCookie(Map.of("Cookie", cookies));
    } catch (RuntimeException _) {
      // Helidon throws one thing or another for what cannot be decrypted: of another relay, of this
      // one before it was started again, or made up.
      return Optional.empty();
    }
  }

  /** Takes what it needed for the login from the browser. */
  void clear(ServerResponse response) {
    Stream.of(
            oidc.stateCookieHandler(),
            oidc.tokenCookieHandler(),
            oidc.idTokenCookieHandler(),
            oidc.refreshTokenCookieHandler(),
            oidc.tenantCookieHandler())
        .forEach(it -> response.headers().addCookie(it.removeCookie().build()));
  }

  /**
   * Where a browser logs out at the provider (OpenID Connect RP-Initiated Logout 1.0, section 2);
   * empty if the provider has no such page, or does not say so now.
   */
  Optional<String> logoutPage(String idToken) {
    URI page;
    try {
      page = oidc.logoutEndpointUri();
    } catch (RuntimeException e) {
      // As for the beginning of a login. Who logs out is logged out here all the same.
      tell(e.toString());
      return Optional.empty();
    }
    if (page.equals(config.issuer().resolve(MADE_UP))) {
      return Optional.empty();
    }
    String separator = page.getRawQuery() == null ? "?" : "&";
    return Optional.of(
        page
            + separator
            + "id_token_hint="
            + encoded(idToken)
            + "&client_id="
            + encoded(config.clientId())
            + "&post_logout_redirect_uri="
            + encoded(config.url() + LoginHandler.LOGIN));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
