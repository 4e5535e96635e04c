package heliograph.gateway.operator;

import heliograph.contract.RelayException;
import heliograph.gateway.http.Bodies;
import heliograph.gateway.http.OnPlatformThread;
import heliograph.gateway.http.OwnOrigin;
import heliograph.gateway.identity.IdentityConfig.KeysConfig;
import heliograph.gateway.identity.ProviderTokens;
import heliograph.gateway.operator.LoginConfig.Open;
import heliograph.gateway.settings.SecretReloads;
import io.helidon.common.context.Contexts;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http.ServerRequest;
import java.time.InstantSource;
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

  private final LoginConfig config;
  private final Audit audit;
  private final OperatorTokens tokens;
  private final Optional<ProviderAccess> provider;
  private final Sessions sessions;
  private final Credentials credentials;
  private final Refused refused;
  private final SecretReloads reloads;
  private final InstantSource clock;
  private final LoginHandler handler;
  private final Optional<ProviderLoginHandler> atProvider;

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
    this.refused = new Refused(audit, nanos);
    this.credentials =
        new Credentials(
            this.config, tokens, provider, sessions, new SessionCookie(origin), refused, clock);
    this.reloads = new SecretReloads();
    this.handler = new LoginHandler(this, bodies);
    this.atProvider = provider.map(it -> new ProviderLoginHandler(this, it, handler));
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

  Credentials credentials() {
    return credentials;
  }

  Refused refused() {
    return refused;
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
    return atProvider
        .map(
            it ->
                List.<Filter>of(
                    new OnPlatformThread(ProviderLogin.START),
                    (chain, request, _) -> Contexts.runInContext(request.context(), chain::proceed),
                    it::aroundCallback))
        .orElse(List.of());
  }

  /** Adds the pages of the login. */
  public void register(HttpRouting.Builder routing) {
    handler.register(routing);
    atProvider.ifPresent(it -> it.register(routing));
  }

  /** The filter that finds out who sent a request, and refuses what the sender may not. */
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    if (!isOpen(request)) {
      Operator operator;
      try {
        operator = credentials.who(request);
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
      if (!Credentials.isSafe(request) && !QUESTION.matcher(path(request)).matches()) {
        requireOperator(request, operator);
      }
      request.context().register(operator);
      request.context().register(refused);
    }
    chain.proceed();
  }

  private void requireOperator(ServerRequest request, Operator operator) {
    try {
      operator.require(Role.OPERATOR);
    } catch (RelayException refusal) {
      throw refused.request(request, operator, refusal);
    }
  }

  private static String path(ServerRequest request) {
    return request.path().path();
  }

  /** Whether a path is one for which nobody has to log in. */
  private boolean isOpen(ServerRequest request) {
    String path = path(request);
    if (!config.isNone() && LoginHandler.PATHS.contains(path)) {
      return true;
    }
    Open open = config.isNone() ? Open.NOTHING : config.open();
    return Credentials.isSafe(request)
        && switch (open) {
          case OBSERVE -> HEALTH.matcher(path).matches() || METRICS.matcher(path).matches();
          case HEALTH -> HEALTH.matcher(path).matches();
          case NOTHING -> false;
        };
  }

  /** Whether a browser is about to show what it asks for to somebody, who can log in then. */
  private static boolean isPage(ServerRequest request) {
    return Credentials.isSafe(request)
        && !API.matcher(path(request)).matches()
        && String.join(",", request.headers().all(HeaderNames.ACCEPT, List::of))
            .contains("text/html");
  }

  @Override
  public void close() {
    reloads.close();
    provider.ifPresent(it -> it.tokens().close());
  }
}
