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
 * A revocation of credentials: of all that carry each of the facts named here and were issued no
 * later than {@code before}. It names at least one of token, session, subject and tenant. Any
 * thread.
 *
 * @param token the credential's own id ({@code jti})
 * @param session the session it belongs to ({@code sid})
 * @param subject whom it speaks for ({@code sub})
 * @param tenant the tenant that it is shown for
 * @param issuer who issued it ({@code iss})
 * @param before the last moment of issue; credentials that are issued later are not revoked
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
      // An issuer alone would revoke all that it ever issued; whoever means that takes it out of
      // the configuration.
      throw bad("one of token, session, subject and tenant is required");
    }
    tenant.ifPresent(Tenant::new);
    if (!Stream.of(token, session, subject, issuer)
        .flatMap(Optional::stream)
        .allMatch(Revocation::isUnicode)) {
      // Half of a surrogate pair would be stored as another character.
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
   * The facts of one credential, which are compared with revocations.
   *
   * @param proof the facts of its issue
   * @param subjects whom it speaks for; for a publisher's token also its client
   * @param tenants the tenants that it is shown for
   */
  public record Facts(Claims.Proof proof, Set<String> subjects, Set<Tenant> tenants) {
    public Facts {
      subjects = Set.copyOf(subjects);
      tenants = Set.copyOf(tenants);
    }

    /** The facts of the credential that a subscriber's claims were read from. */
    static Facts of(Claims claims) {
      return new Facts(claims.proof(), Set.of(claims.subject()), Set.of(claims.tenant()));
    }

    /** These facts, shown for further tenants as well. */
    public Facts with(Set<Tenant> others) {
      return new Facts(
          proof,
          subjects,
          Stream.concat(tenants.stream(), others.stream()).collect(Collectors.toSet()));
    }
  }

  /** Whether a credential with these facts is revoked. */
  boolean covers(Facts facts) {
    return covers(facts.proof())
        && (subject.isEmpty() || facts.subjects().contains(subject.get()))
        && (tenant.isEmpty() || facts.tenants().contains(new Tenant(tenant.get())));
  }

  /**
   * Whether the credential of these claims is revoked; allocates nothing, as it is asked for each
   * open stream.
   */
  boolean covers(Claims claims) {
    return covers(claims.proof())
        && (subject.isEmpty() || subject.get().equals(claims.subject()))
        && (tenant.isEmpty() || tenant.get().equals(claims.tenant().name()));
  }

  private boolean covers(Claims.Proof proof) {
    return (token.isEmpty() || token.equals(proof.token()))
        && (session.isEmpty() || session.equals(proof.session()))
        && (issuer.isEmpty() || issuer.get().equals(proof.issuer()))
        // A credential that does not say when it was issued counts as old.
        && !proof.issued().isAfter(before);
  }

  /**
   * Whether this still revokes anything. A publisher's token is good for {@link Life#SKEW} after
   * its end, because clocks differ.
   */
  boolean lives(Instant now) {
    return now.isBefore(expires.plus(Life.SKEW));
  }

  /** What this and another revocation of the same facts revoke together. */
  Revocation merged(Revocation equal) {
    return until(
        before.isAfter(equal.before) ? before : equal.before,
        expires.isAfter(equal.expires) ? expires : equal.expires);
  }

  private Revocation until(Instant before, Instant expires) {
    return new Revocation(token, session, subject, tenant, issuer, before, expires);
  }

  /** Whether this revokes single tokens or sessions of a subject. */
  boolean isOfOneLogin() {
    return subject.isPresent() && (token.isPresent() || session.isPresent());
  }

  /** The revocation of everything that the subject of this one has. */
  Revocation ofWholeSubject(Instant before, Instant expires) {
    return new Revocation(
        Optional.empty(), Optional.empty(), subject, tenant, issuer, before, expires);
  }

  /**
   * The place at which this is found: by its token, else its session, else its subject, else its
   * tenant, of which the first is shared by the fewest credentials.
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
   * The place of all revocations that name a fact. Revocations that name an issuer lie apart from
   * those that name none, so that no issuer fills the place of another's.
   *
   * @param issuer an empty text if none is named
   */
  record Place(Fact fact, String issuer, String name) {
    /** The facts, in the order in which they are looked for. */
    enum Fact {
      TOKEN,
      SESSION,
      SUBJECT,
      TENANT
    }
  }
}
