package heliograph.gateway.identity;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.identity.IdentityConfig.IssuerConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * Finds the issuer of a token by its signature, and checks that the token is meant for this relay.
 * Others judge its times and what else it says. Any thread.
 */
final class TokenVerifier {
  /** What a token is shown for; one that was made for another purpose is refused. */
  enum Purpose {
    /** To let somebody in: {@code typ} is that of any JWT, or the one of its own (RFC 9068). */
    ACCESS("jwt", "at+jwt"),
    /** To log somebody out (OpenID Connect Back-Channel Logout 1.0, section 2.4). */
    LOGOUT("jwt", "logout+jwt");

    private final Set<String> types;

    Purpose(String... types) {
      this.types = Set.of(types);
    }

    /** The values that {@code typ} may have. */
    Set<String> types() {
      return types;
    }
  }

  private final Map<String, Issuer> byName;
  private final Optional<Issuer> unnamed;

  /**
   * Makes a verifier.
   *
   * @param issuers the issuers, of which at most one has tokens that do not name it
   */
  TokenVerifier(List<Issuer> issuers) {
    this.byName =
        issuers.stream()
            .filter(Issuer::isNamed)
            .collect(Collectors.toUnmodifiableMap(Issuer::name, Function.identity()));
    this.unnamed = issuers.stream().filter(it -> !it.isNamed()).findFirst();
  }

  /**
   * What was proven.
   *
   * @param keys what the issuer's tokens were verified by at that time; the proof holds while they
   *     are
   */
  record Proven(Issuer issuer, Keys keys, JsonNode payload) {}

  /**
   * Verifies a token.
   *
   * @throws RelayException BAD_TOKEN, or IDENTITY_UNAVAILABLE while the issuer's keys are not here
   */
  Proven verify(String token, Purpose purpose) {
    SignedToken signed = SignedToken.parse(token, purpose.types);
    JsonNode payload = signed.payload();
    Issuer issuer = issuer(payload);
    checkAlgorithm(signed, issuer.algorithms());
    Keys keys = issuer.keys();
    if (keys.misses(signed)) {
      keys = issuer.refreshed();
    }
    keys.verify(signed);
    checkAddressee(payload.path("aud"), issuer.settings(), purpose);
    return new Proven(issuer, keys, payload);
  }

  /**
   * The issuer of a token. The token itself says which keys or secrets to look at, and they prove
   * it. No others are tried: then an attacker could choose what its token is compared with (RFC
   * 8725, sections 2.1 and 3.8). A token that names nobody can only be of the one issuer whose
   * tokens never do.
   */
  private Issuer issuer(JsonNode payload) {
    Optional<Issuer> issuer =
        payload.has("iss")
            ? Optional.ofNullable(byName.get(payload.path("iss").stringValue("")))
            : unnamed;
    return issuer.orElseThrow(() -> bad("the token's issuer is not one of ours"));
  }

  private static void checkAlgorithm(SignedToken token, Set<String> algorithms) {
    if (!algorithms.contains(token.algorithm())) {
      throw bad(
          "the token's algorithm is not one of "
              + String.join(", ", algorithms.stream().sorted().toList()));
    }
  }

  private static void checkAddressee(JsonNode claim, IssuerConfig issuer, Purpose purpose) {
    boolean addressed =
        switch (purpose) {
          // RFC 7519, section 4.1.3, has whoever is not called by a name refuse what is for a name.
          case ACCESS ->
              issuer.audiences().isEmpty()
                  ? claim.isMissingNode()
                  : names(claim, issuer.audiences());
          case LOGOUT -> names(claim, issuer.logoutAudience().stream().toList());
        };
    if (!addressed) {
      throw bad("the token is not for this relay");
    }
  }

  private static boolean names(JsonNode claim, List<String> ours) {
    boolean named = false;
    for (JsonNode audience : claim.isArray() || claim.isMissingNode() ? claim : List.of(claim)) {
      named |= ours.contains(audience.stringValueOpt().orElseThrow(SignedToken::malformed));
    }
    return named;
  }

  private static RelayException bad(String detail) {
    return new RelayException(ErrorCode.BAD_TOKEN, detail);
  }
}
