package heliograph.gateway.identity;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.gateway.identity.IdentitySettings.IssuerSettings;
import heliograph.gateway.identity.TokenVerifier.Proven;
import heliograph.gateway.identity.Verified.Holder;
import heliograph.gateway.revocation.Life;
import heliograph.gateway.revocation.Revocation;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/**
 * The door at which a token becomes verified claims; nothing else makes them. Whatever cannot be
 * read or checked is refused. Any thread.
 */
public final class Identity implements AutoCloseable {
  // OpenID Connect Back-Channel Logout section 2.4: of a provider that gives its logout tokens no
  // type of their own, only this tells them from tokens that let somebody in.
  private static final JsonPointer LOGOUT =
      JsonPointer.compile("/events/http:~1~1schemas.openid.net~1event~1backchannel-logout");

  private final Life life;
  private final InstantSource clock;
  private final List<Issuer> issuers;
  private final Map<String, ClaimMapping> mappings;
  private final TokenVerifier verifier;
  private final VerifiedTokens tokens;

  /**
   * The issuers of the configuration; {@link #start} begins to fetch their keys.
   *
   * @param life how long a token is good at most
   */
  public Identity(IdentitySettings settings, Life life, InstantSource clock, LongSupplier nanos) {
    this.life = life;
    this.clock = clock;
    this.issuers =
        settings.issuers().stream().map(it -> new Issuer(it, settings.keys(), nanos)).toList();
    this.mappings =
        settings.issuers().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    IssuerSettings::issuer,
                    it ->
                        new ClaimMapping(
                            it.claims(),
                            it.tenants(),
                            settings.defaultTenant(),
                            it.subjectPrefix())));
    this.verifier = new TokenVerifier(issuers);
    this.tokens = new VerifiedTokens(clock, nanos);
  }

  /** Begins to fetch the issuers' keys. */
  public void start() {
    issuers.forEach(Issuer::start);
  }

  /** Whether every issuer's keys are here. */
  public boolean isReady() {
    return issuers.stream().allMatch(Issuer::hasKeys);
  }

  /**
   * Who a subscriber's token says it is.
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
      // A stream ends when its token does, so a token within the tolerance would open one that ends
      // at once, and the client would be let in and sent away in turn.
      throw new RelayException(ErrorCode.EXPIRED_TOKEN, "the token's time is over");
    }
    return claims;
  }

  /**
   * A publisher's client.
   *
   * @param id its {@code azp}, or {@code client_id} (RFC 9068), or {@code appid} (Entra's version
   *     1)
   * @param tenants the only tenants that its token's issuer speaks for; every one, if there are
   *     none
   * @param facts by what its token can be taken back, besides the tenants that it publishes for
   */
  public record Client(String id, Set<Tenant> tenants, Revocation.Facts facts) {}

  /**
   * The client that a publisher's token was given to.
   *
   * @throws RelayException BAD_TOKEN, EXPIRED_TOKEN, NOT_ALLOWED or IDENTITY_UNAVAILABLE
   */
  public Client client(String token) {
    Verified verified = verified(token);
    return verified
        .client()
        .map(id -> new Client(id, verified.issuer().settings().tenants(), verified.facts()))
        .orElseThrow(() -> new RelayException(ErrorCode.NOT_ALLOWED, "the token names no client"));
  }

  /** What the token proves, by its signature or by memory, and that it still does. */
  private Verified verified(String token) {
    Optional<Verified> known = tokens.find(token);
    Verified verified = known.isPresent() ? known.get() : proven(token);
    checkStanding(verified);
    if (known.isEmpty()) {
      tokens.keep(token, verified);
    }
    return verified;
  }

  /** On every use of a token, remembered or not: what may have changed since it was proven. */
  private void checkStanding(Verified verified) {
    verified.times().check(clock.instant());
  }

  /** How many tokens are remembered. */
  long remembered() {
    return tokens.size();
  }

  /** What the token proves by its signature, without a look at whether it holds now. */
  Verified proven(String token) {
    Proven proven = verifier.verify(token, TokenVerifier.ACCESS, IssuerSettings::audiences);
    JsonNode payload = proven.payload();
    if (!payload.at(LOGOUT).isMissingNode()) {
      throw bad("the token is made for logging out");
    }
    TokenTimes times = TokenTimes.read(payload).within(life);
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
   * What a provider's logout token takes back (OpenID Connect Back-Channel Logout 1.0, section
   * 2.6): a session, or all of a subject, as far as issued before it.
   *
   * @throws RelayException BAD_TOKEN, EXPIRED_TOKEN or IDENTITY_UNAVAILABLE
   */
  Revocation loggedOut(String token) {
    Proven proven =
        verifier.verify(
            token, TokenVerifier.LOGOUT, issuer -> issuer.logoutAudience().stream().toList());
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
    // What was issued since is of a later login; so a token that is sent again takes nothing more.
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
   * Checks that a revocation by a subject means one person. Where issuers are told apart by their
   * tenants, two of them may call somebody the same.
   *
   * @throws RelayException INVALID_REQUEST
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

  /** The relay's name for whom the token is about. */
  private static Optional<String> subject(Proven proven) {
    return name(proven.payload(), "sub").map(proven.issuer().settings().subjectPrefix()::subject);
  }

  /** By these a token is taken back; one that could not be found by them is not let in. */
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

  @Override
  public void close() {
    issuers.forEach(Issuer::close);
  }
}
