package heliograph.gateway.identity;

import heliograph.contract.Tenant;
import heliograph.gateway.json.Pointers;
import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JsonPointer;

/**
 * What the operator wrote under {@code relay.identity}.
 *
 * @param claims where a token's claims stand, unless its issuer has places of its own
 * @param defaultTenant the tenant of tokens that carry none; without it, such tokens are refused
 * @param cookie the name of the cookie in which a subscriber's token may come
 * @param queryParameter the name of the query parameter in which a subscriber's token may come
 * @param keys how the issuers' keys are kept
 */
public record IdentityConfig(
    List<IssuerConfig> issuers,
    ClaimPlaces claims,
    Optional<Tenant> defaultTenant,
    String cookie,
    String queryParameter,
    KeysConfig keys) {
  private static final String PREFIX = "subject-prefix";
  private static final String ISSUER = "issuer";
  private static final String LOGOUT_AUDIENCE = "logout-audience";

  /** Copies the issuers. */
  public IdentityConfig {
    issuers = List.copyOf(issuers);
  }

  /**
   * What the operator wrote about one issuer.
   *
   * @param issuer the value of {@code iss}, or what the relay calls it if its tokens have none
   * @param audiences the audiences of which {@code aud} has to have one; if empty, its tokens have
   *     no {@code aud}
   * @param jwksUri where the keys are; if empty, OIDC discovery tells
   * @param claims where its tokens' claims stand
   * @param tenants the only tenants its tokens can speak for; if empty, every tenant
   * @param logoutAudience the {@code aud} of its logout tokens; if empty, it logs nobody out
   * @param subjectPrefix tells its people from those of the other issuers
   * @param shared the secrets that it signs with; if empty, it has keys that it publishes
   */
  public record IssuerConfig(
      String issuer,
      List<String> audiences,
      Optional<URI> jwksUri,
      ClaimPlaces claims,
      Set<Tenant> tenants,
      Optional<String> logoutAudience,
      SubjectPrefix subjectPrefix,
      Optional<SharedConfig> shared) {
    /** Copies the audiences and the tenants. */
    public IssuerConfig {
      audiences = List.copyOf(audiences);
      tenants = Set.copyOf(tenants);
    }

    /** Whether its tokens name it, by {@code iss}. */
    boolean isNamed() {
      return shared.map(SharedConfig::named).orElse(true);
    }

    /**
     * Whether its tokens mean the same by another configuration of it: only by what they are
     * verified may differ.
     */
    public boolean meansTheSame(IssuerConfig other) {
      return equals(
          new IssuerConfig(
              other.issuer,
              other.audiences,
              jwksUri,
              other.claims,
              other.tenants,
              other.logoutAudience,
              other.subjectPrefix,
              shared.isPresent() == other.shared.isPresent() ? shared : other.shared));
    }

    /** Whether no tenant can hold people of both issuers whom the relay would take for one. */
    private boolean isApartFrom(IssuerConfig other) {
      boolean ownTenants =
          !tenants.isEmpty()
              && !other.tenants.isEmpty()
              && Collections.disjoint(tenants, other.tenants);
      return ownTenants || subjectPrefix.isApartFrom(other.subjectPrefix);
    }
  }

  /** Where in a token's payload its claims stand, as JSON pointers (RFC 6901). */
  public record ClaimPlaces(JsonPointer tenant, List<JsonPointer> roles, JsonPointer topics) {
    /** Copies the places of the roles. */
    public ClaimPlaces {
      roles = List.copyOf(roles);
    }

    private static final ClaimPlaces USUAL =
        new ClaimPlaces(
            JsonPointer.compile("/tenant"),
            List.of(
                JsonPointer.compile("/roles"),
                JsonPointer.compile("/groups"),
                JsonPointer.compile("/realm_access/roles")),
            JsonPointer.compile("/topics"));
  }

  /**
   * How the issuers' keys are kept.
   *
   * @param refresh after how long keys are fetched anew, unless the issuer says otherwise
   * @param outage how long keys serve while they cannot be fetched anew
   */
  public record KeysConfig(Duration refresh, Duration outage) {}

  /**
   * Reads what the operator wrote.
   *
   * @param identity the node {@code relay.identity}
   * @throws BadConfiguration naming the key at fault
   */
  public static IdentityConfig read(Settings identity) {
    ClaimPlaces claims = places(identity.section("claims"), ClaimPlaces.USUAL);
    List<IssuerConfig> issuers = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Settings entry : identity.list("issuers")) {
      IssuerConfig issuer = issuer(entry, claims);
      if (!names.add(issuer.issuer())) {
        throw entry.bad(issuer.isNamed() ? ISSUER : "name", "is named twice");
      }
      if (!issuer.isNamed() && !issuers.stream().allMatch(IssuerConfig::isNamed)) {
        throw entry.bad(ISSUER, "none is for one issuer: a token without iss could be of either");
      }
      for (IssuerConfig other : issuers) {
        if (!issuer.isApartFrom(other)) {
          throw entry.bad(
              PREFIX,
              "nothing tells its people from those of "
                  + other.issuer()
                  + ": give each of the two a subject-prefix, neither of which begins the other,"
                  + " or tenants that the other has not");
        }
      }
      issuers.add(issuer);
    }
    Settings keys = identity.section("keys");
    return new IdentityConfig(
        issuers,
        claims,
        defaultTenant(identity),
        identity.text("cookie", "access_token"),
        identity.text("query-parameter", "access_token"),
        new KeysConfig(
            keys.duration(
                "refresh", Duration.ofMinutes(5), Duration.ofMillis(100), Duration.ofDays(1)),
            keys.duration(
                "outage", Duration.ofDays(1), Duration.ofMillis(100), Duration.ofDays(365))));
  }

  /** What the operator wrote about an issuer, by what the relay calls it. */
  public Optional<IssuerConfig> issuer(String name) {
    return issuers.stream().filter(it -> it.issuer().equals(name)).findFirst();
  }

  /**
   * Makes the mapping for sessions. Sessions have their claims where tokens have them, and are
   * bound to no tenants, as they have no issuer.
   *
   * @param prefix the prefix of the subjects that have sessions
   */
  public ClaimMapping ofSessions(SubjectPrefix prefix) {
    return new ClaimMapping(claims, Set.of(), defaultTenant, prefix);
  }

  /**
   * Reads the prefix of the subjects that have sessions. With one issuer it is that issuer's, since
   * the application calls people as the issuer does. With several it is required: a session must
   * never be taken for a person of an issuer that nobody thought of.
   *
   * @param session the node {@code relay.identity.session}
   * @throws BadConfiguration if it is missing beside several issuers, or could be that of another's
   *     subjects
   */
  public SubjectPrefix prefixOfSessions(Settings session) {
    Optional<SubjectPrefix> written =
        session.all(PREFIX, session.text(PREFIX).stream().toList(), SubjectPrefix::new).stream()
            .findFirst();
    if (written.isEmpty() && session.exists() && issuers.size() > 1) {
      throw session.bad(
          PREFIX,
          "is required with several issuers: that of the issuer whose people have the sessions, or"
              + " one of their own");
    }
    for (IssuerConfig issuer : issuers) {
      if (written
          .filter(it -> !it.equals(issuer.subjectPrefix()))
          .filter(it -> !it.isApartFrom(issuer.subjectPrefix()))
          .isPresent()) {
        throw session.bad(
            PREFIX,
            "must be that of "
                + issuer.issuer()
                + ", or one of which neither begins the other; an issuer without one has the empty"
                + " one, which begins all");
      }
    }
    return written.orElse(
        issuers.isEmpty() ? SubjectPrefix.NONE : issuers.getFirst().subjectPrefix());
  }

  private static Optional<Tenant> defaultTenant(Settings identity) {
    return identity
        .text("default-tenant")
        .map(_ -> identity.checked("default-tenant", Tenant::new));
  }

  private static IssuerConfig issuer(Settings entry, ClaimPlaces usual) {
    Optional<SharedConfig> shared = SharedConfig.read(entry);
    List<String> audiences = audiences(entry, shared.isPresent());
    Optional<URI> jwksUri =
        entry.text("jwks-uri").map(_ -> entry.checked("jwks-uri", Settings::httpUri));
    Optional<String> logoutAudience =
        entry.text(LOGOUT_AUDIENCE).map(_ -> entry.required(LOGOUT_AUDIENCE));
    if (shared.isPresent() && (jwksUri.isPresent() || logoutAudience.isPresent())) {
      throw entry.bad(
          jwksUri.isPresent() ? "jwks-uri" : LOGOUT_AUDIENCE, "is for an issuer without secrets");
    }
    boolean pinned = entry.section("tenants").exists();
    List<String> tenants = entry.texts("tenants", List.of());
    if (pinned && tenants.isEmpty()) {
      // The operator who writes the key means to bind the issuer; an empty list must not free it.
      throw entry.bad("tenants", "names at least one tenant, or is left out");
    }
    if (shared.isPresent() && tenants.isEmpty()) {
      throw entry.bad("tenants", "is required beside secrets");
    }
    return new IssuerConfig(
        shared
            .map(it -> it.issuer(entry))
            .orElseGet(() -> entry.checked(ISSUER, Settings::httpUri).toString()),
        audiences,
        jwksUri,
        places(entry.section("claims"), usual),
        Set.copyOf(entry.all("tenants", tenants, Tenant::new)),
        logoutAudience,
        entry
            .text(PREFIX)
            .map(_ -> entry.checked(PREFIX, SubjectPrefix::new))
            .orElse(SubjectPrefix.NONE),
        shared);
  }

  /** The audiences of an issuer; empty if the operator wrote that its tokens are for nobody. */
  private static List<String> audiences(Settings entry, boolean shared) {
    List<String> audiences = entry.texts("audience", List.of());
    if (audiences.isEmpty() || audiences.stream().anyMatch(String::isBlank)) {
      throw entry.bad("audience", "is required: one text, or a list of them, none empty");
    }
    boolean none = shared && audiences.contains(SharedConfig.NONE);
    if (none && audiences.size() > 1) {
      throw entry.bad("audience", "none stands alone: a token has an audience or has none");
    }
    return none ? List.of() : List.copyOf(audiences);
  }

  private static ClaimPlaces places(Settings claims, ClaimPlaces usual) {
    List<String> roles =
        claims.texts("roles", usual.roles().stream().map(JsonPointer::toString).toList());
    return new ClaimPlaces(
        place(claims, "tenant", usual.tenant()),
        claims.all("roles", roles, Pointers::parse),
        place(claims, "topics", usual.topics()));
  }

  private static JsonPointer place(Settings claims, String key, JsonPointer usual) {
    return claims.text(key, usual.toString()).equals(usual.toString())
        ? usual
        : claims.checked(key, Pointers::parse);
  }
}
