package heliograph.gateway.identity;

import heliograph.contract.Tenant;
import heliograph.gateway.json.Pointers;
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
 * @param claims where a token says what it says, unless its issuer has places of its own
 * @param defaultTenant the tenant of tokens that carry none; such tokens are refused without it
 * @param cookie the name of the cookie a subscriber's token may come in
 * @param queryParameter the name of the query parameter likewise
 */
public record IdentitySettings(
    List<IssuerSettings> issuers,
    ClaimPlaces claims,
    Optional<Tenant> defaultTenant,
    String cookie,
    String queryParameter,
    KeySettings keys) {
  private static final String PREFIX = "subject-prefix";

  /**
   * What the operator wrote about one issuer.
   *
   * @param audiences of these, one has to be in {@code aud}; at least one
   * @param jwksUri where the keys are; by OIDC discovery when left out
   * @param tenants the only tenants its tokens can speak for; every one, if there are none
   * @param logoutAudience whom its logout tokens are for; it logs nobody out without it
   * @param subjectPrefix what tells its people from those of the other issuers
   */
  public record IssuerSettings(
      String issuer,
      List<String> audiences,
      Optional<URI> jwksUri,
      ClaimPlaces claims,
      Set<Tenant> tenants,
      Optional<String> logoutAudience,
      SubjectPrefix subjectPrefix) {
    /** Whether no tenant can hold people of both whom the relay would take for one. */
    private boolean isApartFrom(IssuerSettings other) {
      boolean ownTenants =
          !tenants.isEmpty()
              && !other.tenants.isEmpty()
              && Collections.disjoint(tenants, other.tenants);
      return ownTenants || subjectPrefix.isApartFrom(other.subjectPrefix);
    }
  }

  /** Where in a token's payload its claims stand, as JSON pointers. */
  public record ClaimPlaces(JsonPointer tenant, List<JsonPointer> roles, JsonPointer topics) {
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
   * @param refresh how long keys are used before they are fetched anew, unless the issuer says
   * @param outage how long keys serve on while they cannot be fetched anew
   */
  public record KeySettings(Duration refresh, Duration outage) {}

  public static IdentitySettings read(Settings identity) {
    ClaimPlaces claims = places(identity.section("claims"), ClaimPlaces.USUAL);
    List<IssuerSettings> issuers = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Settings entry : identity.list("issuers")) {
      IssuerSettings issuer = issuer(entry, claims);
      if (!names.add(issuer.issuer())) {
        throw entry.bad("issuer", "is named twice");
      }
      for (IssuerSettings other : issuers) {
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
    return new IdentitySettings(
        issuers,
        claims,
        defaultTenant(identity),
        identity.text("cookie", "access_token"),
        identity.text("query-parameter", "access_token"),
        new KeySettings(
            keys.duration(
                "refresh", Duration.ofMinutes(5), Duration.ofMillis(100), Duration.ofDays(1)),
            keys.duration(
                "outage", Duration.ofDays(1), Duration.ofMillis(100), Duration.ofDays(365))));
  }

  /** Sessions have their claims where tokens have them, and no issuer that is bound to tenants. */
  public ClaimMapping ofSessions(Settings session) {
    return new ClaimMapping(claims, Set.of(), defaultTenant, prefixOfSessions(session));
  }

  /**
   * The application calls people as the one issuer does. Of several it has to say whose they are: a
   * session must never be taken for somebody of an issuer that nobody thought of.
   */
  private SubjectPrefix prefixOfSessions(Settings session) {
    Optional<SubjectPrefix> written =
        session.all(PREFIX, session.text(PREFIX).stream().toList(), SubjectPrefix::new).stream()
            .findFirst();
    if (written.isEmpty() && session.exists() && issuers.size() > 1) {
      throw session.bad(
          PREFIX,
          "is required with several issuers: that of the issuer whose people have the sessions, or"
              + " one of their own");
    }
    for (IssuerSettings issuer : issuers) {
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

  private static IssuerSettings issuer(Settings entry, ClaimPlaces usual) {
    List<String> audiences = entry.texts("audience", List.of());
    if (audiences.isEmpty() || audiences.stream().anyMatch(String::isBlank)) {
      throw entry.bad("audience", "is required: one text, or a list of them, none empty");
    }
    boolean pinned = entry.section("tenants").exists();
    List<String> tenants = entry.texts("tenants", List.of());
    if (pinned && tenants.isEmpty()) {
      // Who writes the key means to bind the issuer. An empty list must not free it.
      throw entry.bad("tenants", "names at least one tenant, or is left out");
    }
    return new IssuerSettings(
        entry.checked("issuer", Settings::httpUri).toString(),
        List.copyOf(audiences),
        entry.text("jwks-uri").map(_ -> entry.checked("jwks-uri", Settings::httpUri)),
        places(entry.section("claims"), usual),
        Set.copyOf(entry.all("tenants", tenants, Tenant::new)),
        entry.text("logout-audience").map(_ -> entry.required("logout-audience")),
        entry
            .text(PREFIX)
            .map(_ -> entry.checked(PREFIX, SubjectPrefix::new))
            .orElse(SubjectPrefix.NONE));
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
