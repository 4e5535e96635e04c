package heliograph.gateway.operator;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.http.Bearer;
import heliograph.gateway.http.Bodies;
import heliograph.gateway.http.OnPlatformThread;
import heliograph.gateway.http.OwnOrigin;
import heliograph.gateway.identity.IdentityConfig.KeysConfig;
import heliograph.gateway.identity.ProviderTokens;
import heliograph.gateway.operator.LoginConfig.Open;
import heliograph.gateway.operator.Sessions.Session;
import heliograph.gateway.settings.SecretReloads;
import io.helidon.common.context.Contexts;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http.ServerRequest;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds out who sent a request to the admin listener, and whether the request is one that the
 * sender may make. Every path that is not named here needs a login, and every method that is not
 * safe the role of an operator. Any thread.
 */
public final class Operators implements AutoCloseable {
  /** Those of the listener's paths that take forms, and not JSON. */
  public static final Set<String> FORMS = Set.of(LoginHandler.LOGIN, LoginHandler.LOGOUT);

  // These ask, though by POST, as what they ask is long.
  private static final Pattern QUESTION =
      Pattern.compile("/admin/(?:v1/)?(?:explain|publishers/[^/]+/try)");

  private static final Pattern HEALTH = Pattern.compile("/observe/health(?:/[A-Za-z0-9_-]+)*");
  private static final Pattern METRICS = Pattern.compile("/observe/metrics(?:/[A-Za-z0-9_-]+)*");
  private static final Pattern API = Pattern.compile("/(?:admin|observe)(?:/.*)?");
  private static final Set<Method> SAFE = Set.of(Method.GET, Method.HEAD, Method.OPTIONS);
  private static final HeaderName FETCH_SITE = HeaderNames.create("Sec-Fetch-Site");
  private static final String LOCAL = "local";
  private static final String BEARER = "token:";

  private final LoginConfig config;
  private final Audit audit;
  private final OperatorTokens tokens;
  private final Optional<ProviderAccess> provider;
  private final Sessions sessions;
  private final SessionCookie cookie;
  private final FailedLogins failed;
  private final SecretReloads reloads;
  private final InstantSource clock;
  private final LoginHandler handler;

  /** What is needed of a provider: its own tokens, and the way of a browser to it and back. */
  record ProviderAccess(
      ProviderConfig config, ProviderTokens tokens, ProviderRoles roles, ProviderLogin login) {}

  /**
   * Makes what begins with {@link #start}.
   *
   * @param keys how the keys of a provider are kept
   * @param origin knows by which scheme browsers come
   * @param bodies the bodies of the admin listener
   * @param nanos a clock of elapsed nanoseconds
   */
  public Operators(
      OperatorsConfig config,
      KeysConfig keys,
      OwnOrigin origin,
      Bodies bodies,
      InstantSource clock,
      LongSupplier nanos) {
    this.config = config.login();
    this.clock = clock;
    this.audit = new Audit(config.audit(), clock);
    this.tokens = new OperatorTokens(config.login().tokens());
    this.provider = config.login().provider().map(it -> provider(it, keys, clock, nanos));
    this.sessions = new Sessions(clock);
    this.cookie = new SessionCookie(origin);
    this.failed = new FailedLogins(nanos);
    this.reloads = new SecretReloads();
    this.handler = new LoginHandler(this, bodies);
  }

  private static ProviderAccess provider(
      ProviderConfig config, KeysConfig keys, InstantSource clock, LongSupplier nanos) {
    List<String> audiences =
        Stream.concat(Stream.of(config.clientId()), config.audience().stream()).toList();
    return new ProviderAccess(
        config,
        new ProviderTokens(config.issuer(), audiences, keys, clock, nanos),
        new ProviderRoles(config),
        new ProviderLogin(config, config.clientSecret()));
  }

  /** Where it is noted what operators do. */
  public Audit audit() {
    return audit;
  }

  LoginConfig config() {
    return config;
  }

  OperatorTokens tokens() {
    return tokens;
  }

  Optional<ProviderAccess> provider() {
    return provider;
  }

  Sessions sessions() {
    return sessions;
  }

  SessionCookie cookie() {
    return cookie;
  }

  FailedLogins failed() {
    return failed;
  }

  InstantSource clock() {
    return clock;
  }

  /** Begins to look at the files with tokens, and to fetch the provider's keys. */
  public void start() {
    reloads.look(tokens.reloads());
    provider.ifPresent(it -> it.tokens().start());
  }

  /**
   * The filters of logins by a provider, which come after {@link #filter} and after whatever moves
   * a request to another thread: Helidon looks on the thread for who is who, and without a context
   * answers nobody.
   */
  public List<Filter> ofProvider() {
    return provider.isEmpty()
        ? List.of()
        : List.of(
            new OnPlatformThread(ProviderLogin.START),
            (chain, request, _) -> Contexts.runInContext(request.context(), chain::proceed),
            handler::aroundCallback);
  }

  /** Adds the pages of the login. */
  public void register(HttpRouting.Builder routing) {
    handler.register(routing);
  }

  /** The filter that finds out who sent a request, and refuses what the sender may not. */
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    if (!isOpen(request)) {
      Operator operator;
      try {
        operator = who(request);
      } catch (RelayException refusal) {
        if (refusal.code().status() != Status.UNAUTHORIZED_401.code() || !isPage(request)) {
          throw refusal;
        }
        response
            .status(Status.SEE_OTHER_303)
            .header(HeaderNames.LOCATION, LoginHandler.LOGIN)
            .header(HeaderNames.CACHE_CONTROL, "no-store")
            .send();
        return;
      }
      if (!isSafe(request) && !QUESTION.matcher(path(request)).matches()) {
        operator.require(Role.OPERATOR);
      }
      request.context().register(operator);
    }
    chain.proceed();
  }

  private static String path(ServerRequest request) {
    return request.path().path();
  }

  private static boolean isSafe(ServerRequest request) {
    return SAFE.contains(request.prologue().method());
  }

  /** Whether a path is one for which nobody has to log in. */
  private boolean isOpen(ServerRequest request) {
    String path = path(request);
    if (!config.isNone() && LoginHandler.PATHS.contains(path)) {
      return true;
    }
    Open open = config.isNone() ? Open.NOTHING : config.open();
    return isSafe(request)
        && switch (open) {
          case OBSERVE -> HEALTH.matcher(path).matches() || METRICS.matcher(path).matches();
          case HEALTH -> HEALTH.matcher(path).matches();
          case NOTHING -> false;
        };
  }

  /** Whether a browser is about to show what it asks for to somebody, who can log in then. */
  private static boolean isPage(ServerRequest request) {
    return isSafe(request)
        && !API.matcher(path(request)).matches()
        && String.join(",", request.headers().all(HeaderNames.ACCEPT, List::of))
            .contains("text/html");
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
      return Operator.of(
          request, BEARER + known.get().name(), known.get().roles(), known.get()::stands);
    }
    try {
      return provider
          .filter(it -> it.config().audience().isPresent())
          .map(it -> ofToken(request, it, token))
          .orElseThrow(() -> new RelayException(ErrorCode.BAD_TOKEN, "nobody has this token"));
    } catch (RelayException refusal) {
      throw refused(request, refusal);
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

  static RelayException nobody() {
    return new RelayException(ErrorCode.NOT_ALLOWED, "nothing in the token makes a role here");
  }

  /** What is noted of a login with a static token, or with a bearer token of its name. */
  static String named(OperatorTokens.Known known) {
    return BEARER + known.name();
  }

  /**
   * Counts and notes a login that was refused, unless so many of its address were that it has to
   * wait. Then nothing is noted: strangers must not fill the audit.
   *
   * @return the refusal that is answered
   */
  RelayException refused(ServerRequest request, RelayException why) {
    boolean isLogin =
        switch (why.code()) {
          // Nobody has shown anything: any page can send a browser here.
          case INVALID_REQUEST, IDENTITY_UNAVAILABLE -> false;
          default -> true;
        };
    if (!isLogin) {
      return why;
    }
    String address = Operator.address(request);
    if (failed.tooMany(address)) {
      return tooMany();
    }
    failed.failed(address);
    audit.noteIfPossible(
        Operator.of(request, "", Set.of(), () -> false),
        new Deed(LoginHandler.LOGIN_DEED, "", ""),
        AuditEntry.REFUSED + why.code());
    return why;
  }

  static RelayException tooMany() {
    return RelayException.retryAfter(
        ErrorCode.RATE_LIMITED,
        "too many logins from this address have failed",
        FailedLogins.WINDOW);
  }

  @Override
  public void close() {
    reloads.close();
    provider.ifPresent(it -> it.tokens().close());
  }
}
