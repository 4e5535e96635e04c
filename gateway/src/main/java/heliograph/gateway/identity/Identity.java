package heliograph.gateway.identity;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.gateway.identity.IdentityConfig.IssuerConfig;
import heliograph.gateway.identity.TokenVerifier.Proven;
import heliograph.gateway.identity.TokenVerifier.Purpose;
import heliograph.gateway.identity.Verified.Holder;
import heliograph.gateway.revocation.Life;
import heliograph.gateway.revocation.Revocation;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/**
 * Makes verified claims of tokens; nothing else does. Whatever cannot be read or checked is
 * refused. Any thread.
 */
public final class Identity implements AutoCloseable {
  // OpenID Connect Back-Channel Logout, section 2.4, has this event in every logout token. If a
  // provider gives its logout tokens no type of their own, only this tells them from tokens that
  // let somebody in.
  private static final JsonPointer LOGOUT =
      JsonPointer.compile("/events/http:~1~1schemas.openid.net~1event~1backchannel-logout");

  private final Life life;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final List<Issuer> issuers;
  private final Map<String, ClaimMapping> mappings;
  private final TokenVerifier verifier;
  private final VerifiedTokens tokens;

  /**
   * Makes the issuers of the configuration; {@link #start} begins to fetch their keys.
   *
   * @param life how long a token is good at most
   * @param nanos a clock of elapsed nanoseconds
   */
  public Identity(IdentityConfig settings, Life life, InstantSource clock, LongSupplier nanos) {
    this(settings, life, clock, nanos, Optional.empty());
  }

  /**
   * Makes the issuers of the configuration in place of others.
   *
   * @param before the issuers until now; one that is written as before is the same, and one whose
   *     keys are where they were has them from the beginning
   */
  public Identity(
      IdentityConfig settings,
      Life life,
      InstantSource clock,
      LongSupplier nanos,
      Optional<Identity> before) {
    this.life = life;
    this.clock = clock;
    this.nanos = nanos;
    this.issuers =
        settings.issuers().stream()
            .map(
                it ->
                    Issuer.of(
                        it,
                        settings.keys(),
                        nanos,
                        before.stream()
                            .flatMap(old -> old.issuers.stream())
                            .filter(old -> old.name().equals(it.issuer()))
                            .findFirst()))
            .toList();
    this.mappings =
        settings.issuers().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    IssuerConfig::issuer,
                    it ->
                        new ClaimMapping(
                            it.claims(),
                            it.tenants(),
                            settings.defaultTenant(),
                            it.subjectPrefix())));
    this.verifier = new TokenVerifier(issuers);
    this.tokens = new VerifiedTokens(clock, nanos);
  }

  /** Begins to fetch the keys of those issuers that have not begun yet. */
  public void start() {
    issuers.forEach(Issuer::start);
  }

  /**
   * Waits until the keys of all issuers are here.
   *
   * @return whether they came in time
   */
  public boolean awaitKeys(Duration most) {
    Instant until = clock.instant().plus(most);
    return issuers.stream().allMatch(it -> it.awaitKeys(Duration.between(clock.instant(), until)));
  }

  /** What reads the files with the issuers' secrets again. */
  public List<Runnable> secretFiles() {
    return issuers.stream()
        .filter(SecretIssuer.class::isInstance)
        .map(SecretIssuer.class::cast)
        .filter(SecretIssuer::hasFiles)
        .<Runnable>map(application -> application::reload)
        .toList();
  }

  /**
   * How an issuer is, as an operator is told it.
   *
   * @param name what the relay calls it
   * @param shared whether its tokens are signed with secrets that the relay has too
   * @param ready whether its tokens can be verified
   * @param keys the keys by their ids, each with its algorithms; of secrets the algorithms alone
   * @param fetched when keys were fetched last; empty if never
   * @param changed when fetching began to fail, or to succeed again; empty if it never did
   * @param failing whether the last fetch failed
   * @param lastError what the last fetch failed for that failed; empty if none did
   */
  public record IssuerView(
      String name,
      boolean shared,
      boolean ready,
      List<Key> keys,
      Optional<Instant> fetched,
      Optional<Instant> changed,
      boolean failing,
      String lastError) {}

  /** A key as an operator is told of it. */
  public record Key(String id, String algorithm) {}

  /** How the issuers are, in the order of the configuration. */
  public List<IssuerView> issuers() {
    return issuers.stream().map(it -> view(it.name(), it.view())).toList();
  }

  private IssuerView view(String name, Issuer.View view) {
    return new IssuerView(
        name,
        view.shared(),
        view.ready(),
        view.keys().stream().map(it -> new Key(it.id(), it.algorithm())).toList(),
        at(view.fetchedNanos()),
        at(view.changedNanos()),
        view.failing(),
        view.lastError());
  }

  private Optional<Instant> at(OptionalLong then) {
    return then.isEmpty()
        ? Optional.empty()
        : Optional.of(
            clock
                .instant()
                .minusNanos(nanos.getAsLong() - then.getAsLong())
                // Two clocks do not agree on less, and it is to be the same whenever it is asked.
                .truncatedTo(ChronoUnit.MILLIS));
  }

  /** Whether the tokens of every issuer can be verified. */
  public boolean isReady() {
    return issuers.stream().allMatch(Issuer::hasKeys);
  }

  /**
   * The claims of a subscriber's token.
   *
   * @throws RelayException BAD_TOKEN, EXPIRED_TOKEN, NOT_ALLOWED or IDENTITY_UNAVAILABLE
   */
  public Claims subscriber(String token) {
    Verified verified = verified(token);
    Claims claims =
        switch (verified.holder()) {
          case Holder.Subscriber(Claims known) -> known;
          case Holder.Nobody(RelayException why) -> throw why;
        };
    if (!clock.instant().isBefore(claims.expires())) {
      // The tolerance for clocks does not count here: a stream ends when its token does, so its
      // client would be let in and sent away again and again.
      throw new RelayException(ErrorCode.EXPIRED_TOKEN, "the token's time is over");
    }
    return claims;
  }

  /**
   * What a subscriber's token says at a pointer, beside its claims.
   *
   * @param pointer a JSON pointer (RFC 6901)
   * @return empty if there is nothing, or no text, number or boolean
   * @throws RelayException as {@link #subscriber} does
   */
  public Optional<String> claim(String token, String pointer) {
    var _ = subscriber(token);
    return ClaimMapping.value(SignedToken.parse(token, Purpose.ACCESS.types()).payload(), pointer);
  }

  /**
   * A publisher's client.
   *
   * @param id the claim {@code azp}, else {@code client_id} (RFC 9068), else {@code appid} (Entra's
   *     version 1)
   * @param tenants the only tenants that the token's issuer speaks for; if empty, every tenant
   * @param facts the facts by which the token can be revoked, besides the tenants for which it
   *     publishes
   */
  public record Client(String id, Set<Tenant> tenants, Revocation.Facts facts) {}

  /**
   * The client that a publisher's token was given to. A token signed with a shared secret is no
   * publisher's: whoever can verify it could make one.
   *
   * @throws RelayException BAD_TOKEN, EXPIRED_TOKEN, NOT_ALLOWED or IDENTITY_UNAVAILABLE
   */
  public Client client(String token) {
    Verified verified = verified(token);
    if (!verified.issuer().hasPublishers()) {
      throw new RelayException(
          ErrorCode.NOT_ALLOWED, "a token signed with a shared secret lets in no publisher");
    }
    return verified
        .client()
        .map(id -> new Client(id, verified.issuer().settings().tenants(), verified.facts()))
        .orElseThrow(() -> new RelayException(ErrorCode.NOT_ALLOWED, "the token names no client"));
  }

  /** What the token proves, by its signature or by memory, and still proves now. */
  private Verified verified(String token) {
    Optional<Verified> known = tokens.find(token);
    Verified verified = known.isPresent() ? known.get() : proven(token);
    checkStanding(verified);
    if (known.isEmpty()) {
      tokens.keep(token, verified);
    }
    return verified;
  }

  /** Checks what may have changed since a token was proven, on every use of it. */
  private void checkStanding(Verified verified) {
    verified.times().check(clock.instant());
  }

  /** How many tokens are remembered. */
  long remembered() {
    return tokens.size();
  }

  /** What the token proves by its signature, whether or not it is good now. */
  Verified proven(String token) {
    Proven proven = verifier.verify(token, Purpose.ACCESS);
    JsonNode payload = proven.payload();
    if (!payload.at(LOGOUT).isMissingNode()) {
      throw bad("the token is made for logging out");
    }
    TokenTimes times = proven.issuer().times(payload).within(life);
    Claims.Proof proof =
        new Claims.Proof(
            proven.issuer().name(),
            name(payload, "sid"),
            name(payload, "jti"),
            times.issued().orElse(Instant.EPOCH));
    Holder holder = holder(proven, times, proof);
    Optional<String> client =
        Stream.of("azp", "client_id", "appid")
            .flatMap(claim -> payload.path(claim).stringValueOpt().stream())
            .findFirst();
    return new Verified(
        proven.issuer(),
        proven.keys(),
        times,
        new Revocation.Facts(
            proof,
            Stream.concat(subject(proven).stream(), client.stream()).collect(Collectors.toSet()),
            holder.tenants()),
        holder,
        client,
        token.length());
  }

  private Holder holder(Proven proven, TokenTimes times, Claims.Proof proof) {
    try {
      ClaimMapping mapping = mappings.get(proven.issuer().name());
      return new Holder.Subscriber(
          java.util.Objects.requireNonNull(mapping)
              .claims(proven.payload(), times.expires(), proof));
    } catch (RelayException why) {
      return new Holder.Nobody(why);
    }
  }

  /**
   * The revocation that a provider's logout token asks for (OpenID Connect Back-Channel Logout 1.0,
   * section 2.6): of a session, or of all tokens of a subject, if they were issued before it.
   *
   * @throws RelayException BAD_TOKEN, EXPIRED_TOKEN or IDENTITY_UNAVAILABLE
   */
  Revocation loggedOut(String token) {
    Proven proven = verifier.verify(token, Purpose.LOGOUT);
    JsonNode payload = proven.payload();
    TokenTimes times = TokenTimes.read(payload);
    times.check(clock.instant());
    boolean meant = payload.at(LOGOUT).isObject();
    if (!meant || payload.has("nonce") || name(payload, "jti").isEmpty()) {
      throw bad("not a logout token");
    }
    Optional<String> session = name(payload, "sid");
    Optional<String> subject = subject(proven);
    if (session.isEmpty() && subject.isEmpty()) {
      throw bad("a logout token names a session or a subject");
    }
    // Tokens that were issued since belong to a later login, so a logout token that is sent again
    // revokes nothing more.
    Instant before = times.issued().orElseThrow(() -> bad("a logout token says when"));
    return new Revocation(
        Optional.empty(),
        session,
        subject,
        Optional.empty(),
        Optional.of(proven.issuer().name()),
        before,
        life.end(before));
  }

  /**
   * Checks that a revocation by a subject means one person. If issuers are told apart by their
   * tenants, two of them may have people of the same name.
   *
   * @throws RelayException INVALID_REQUEST if it may mean people of several issuers
   */
  public void checkOnePerson(Revocation revocation) {
    boolean alone = revocation.issuer().isEmpty() && revocation.tenant().isEmpty();
    long namesakes =
        revocation.subject().stream()
            .flatMap(
                subject ->
                    issuers.stream().filter(it -> it.settings().subjectPrefix().begins(subject)))
            .count();
    if (alone && namesakes > 1) {
      throw RelayException.invalid(
              "subject",
              "subject: may be somebody of several issuers; name the issuer or the tenant")
          .as(ErrorCode.INVALID_REQUEST);
    }
  }

  /** The subject that the relay knows for the token's {@code sub}. */
  private static Optional<String> subject(Proven proven) {
    return name(proven.payload(), "sub").map(proven.issuer().settings().subjectPrefix()::subject);
  }

  /**
   * The value of a claim by which a token can be revoked; empty if the claim is missing. A token
   * with a claim that cannot be read is refused, since a revocation could not find it.
   */
  public static Optional<String> name(JsonNode payload, String claim) {
    if (!payload.has(claim)) {
      return Optional.empty();
    }
    return Optional.of(
        payload
            .get(claim)
            .stringValueOpt()
            .orElseThrow(() -> bad("the " + claim + " claim is no text")));
  }

  private static RelayException bad(String detail) {
    return new RelayException(ErrorCode.BAD_TOKEN, detail);
  }

  /** Ends what those issuers do that others do not have. */
  public void closeBut(Identity others) {
    issuers.stream().filter(it -> !others.issuers.contains(it)).forEach(Issuer::close);
  }

  @Override
  public void close() {
    issuers.forEach(Issuer::close);
  }
}
