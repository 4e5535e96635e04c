package heliograph.gateway.revocation;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Credentials that are taken back: all that carry each of the facts named here and were issued no
 * later than {@code before}. Which facts are named is up to who takes back; at least one is.
 *
 * @param token the credential's own id ({@code jti})
 * @param session the session it belongs to ({@code sid})
 * @param subject whom it speaks for
 * @param before the last moment of issue; what is issued later is as good as any
 * @param expires when the last of these credentials has ended by itself
 */
public record Revocation(
    Optional<String> token,
    Optional<String> session,
    Optional<String> subject,
    Optional<String> tenant,
    Optional<String> issuer,
    Instant before,
    Instant expires) {

  public Revocation {
    if (Stream.of(token, session, subject, tenant).allMatch(Optional::isEmpty)) {
      // An issuer alone would be everybody of it; whoever means that takes it out of the
      // configuration.
      throw bad("one of token, session, subject and tenant is required");
    }
    tenant.ifPresent(Tenant::new);
    if (!Stream.of(token, session, subject, issuer)
        .flatMap(Optional::stream)
        .allMatch(Revocation::isUnicode)) {
      // Half of a surrogate pair would be kept as another character.
      throw bad("a text is not Unicode");
    }
  }

  private static boolean isUnicode(String text) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  private static RelayException bad(String detail) {
    return new RelayException(ErrorCode.INVALID_REQUEST, detail);
  }

  /**
   * What a credential is taken back by.
   *
   * @param subjects whom it speaks for; a publisher's token also for its client
   * @param tenants those that it is shown for
   */
  public record Facts(Claims.Proof proof, Set<String> subjects, Set<Tenant> tenants) {
    public Facts {
      subjects = Set.copyOf(subjects);
      tenants = Set.copyOf(tenants);
    }

    /** Of the credential that a subscriber's claims were read from. */
    static Facts of(Claims claims) {
      return new Facts(claims.proof(), Set.of(claims.subject()), Set.of(claims.tenant()));
    }

    /** The same, shown for these tenants besides. */
    public Facts with(Set<Tenant> others) {
      return new Facts(
          proof,
          subjects,
          Stream.concat(tenants.stream(), others.stream()).collect(Collectors.toSet()));
    }
  }

  /** Whether the credential of which these are the facts is taken back. */
  boolean covers(Facts facts) {
    return covers(facts.proof())
        && (subject.isEmpty() || facts.subjects().contains(subject.get()))
        && (tenant.isEmpty() || facts.tenants().contains(new Tenant(tenant.get())));
  }

  /** The same of a subscriber's; asked of each open stream, so nothing is made for the answer. */
  boolean covers(Claims claims) {
    return covers(claims.proof())
        && (subject.isEmpty() || subject.get().equals(claims.subject()))
        && (tenant.isEmpty() || tenant.get().equals(claims.tenant().name()));
  }

  private boolean covers(Claims.Proof proof) {
    return (token.isEmpty() || token.equals(proof.token()))
        && (session.isEmpty() || session.equals(proof.session()))
        && (issuer.isEmpty() || issuer.get().equals(proof.issuer()))
        // Who does not say when it was issued may well be old.
        && !proof.issued().isAfter(before);
  }

  /**
   * Whether it still matters. A publisher's token is good for a moment after its end, because
   * clocks differ.
   */
  boolean lives(Instant now) {
    return now.isBefore(expires.plus(Life.SKEW));
  }

  /** What this and an equal one take back; the facts are the same. */
  Revocation merged(Revocation equal) {
    return until(
        before.isAfter(equal.before) ? before : equal.before,
        expires.isAfter(equal.expires) ? expires : equal.expires);
  }

  private Revocation until(Instant before, Instant expires) {
    return new Revocation(token, session, subject, tenant, issuer, before, expires);
  }

  /** Whether it takes back a part of what somebody has. */
  boolean isOfOneLogin() {
    return subject.isPresent() && (token.isPresent() || session.isPresent());
  }

  /** All that its subject has, instead of a part. */
  Revocation ofWholeSubject(Instant before, Instant expires) {
    return new Revocation(
        Optional.empty(), Optional.empty(), subject, tenant, issuer, before, expires);
  }

  /**
   * Of those facts that are named, the one that the fewest credentials share: it is found by it.
   */
  Place place() {
    return token
        .map(it -> new Place(Place.Fact.TOKEN, issuer.orElse(""), it))
        .or(() -> session.map(it -> new Place(Place.Fact.SESSION, issuer.orElse(""), it)))
        .or(() -> subject.map(it -> new Place(Place.Fact.SUBJECT, issuer.orElse(""), it)))
        .or(() -> tenant.map(it -> new Place(Place.Fact.TENANT, issuer.orElse(""), it)))
        .orElseThrow(() -> new RelayException(ErrorCode.INTERNAL_ERROR, "names nothing"));
  }

  /**
   * Where revocations lie that name a fact: with an issuer apart from those without, so that no
   * issuer fills the place of another's.
   *
   * @param issuer empty where none is named
   */
  record Place(Fact fact, String issuer, String name) {
    /** In the order in which they are looked for. */
    enum Fact {
      TOKEN,
      SESSION,
      SUBJECT,
      TENANT
    }
  }
}
