package heliograph.gateway.identity;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.identity.IdentityConfig.IssuerConfig;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * Finds the issuer of a token by its signature, and checks that the token is meant for this relay.
 * Others judge its times and what else it says. Any thread.
 */
final class TokenVerifier {
  /**
   * The values of {@code typ} in an access token: that of any JWT (RFC 7519, section 5.1), or the
   * one of its own (RFC 9068).
   */
  static final Set<String> ACCESS = Set.of("jwt", "at+jwt");

  /**
   * The values of {@code typ} in a logout token (OpenID Connect Back-Channel Logout 1.0, section
   * 2.4).
   */
  static final Set<String> LOGOUT = Set.of("jwt", "logout+jwt");

  private final Map<String, Issuer> issuers;

  TokenVerifier(List<Issuer> issuers) {
    this.issuers =
        issuers.stream().collect(Collectors.toUnmodifiableMap(Issuer::name, Function.identity()));
  }

  /**
   * What was proven.
   *
   * @param keys the issuer's keys at that time; the proof holds while they are its keys
   */
  record Proven(Issuer issuer, KeySet keys, JsonNode payload) {}

  /**
   * Verifies a token.
   *
   * @param types the values that {@code typ} may have, in lower case
   * @param audiences gives, for the settings of the issuer, the audiences of which {@code aud} has
   *     to have one
   * @throws RelayException BAD_TOKEN, or IDENTITY_UNAVAILABLE while the issuer's keys are not here
   */
  Proven verify(String token, Set<String> types, Function<IssuerConfig, List<String>> audiences) {
    SignedToken signed = SignedToken.parse(token, types);
    JsonNode payload = signed.payload();
    // The token itself says which keys to look at, and they prove it.
    Issuer issuer = issuers.get(payload.path("iss").stringValue(""));
    if (issuer == null) {
      throw bad("the token's issuer is not one of ours");
    }
    KeySet keys = issuer.keys();
    if (keys.misses(signed)) {
      keys = issuer.refreshed();
    }
    keys.verify(signed);
    checkAddressee(payload.path("aud"), audiences.apply(issuer.settings()));
    return new Proven(issuer, keys, payload);
  }

  private static void checkAddressee(JsonNode claim, List<String> ours) {
    boolean addressed = false;
    for (JsonNode audience : claim.isArray() || claim.isMissingNode() ? claim : List.of(claim)) {
      addressed |= ours.contains(audience.stringValueOpt().orElseThrow(SignedToken::malformed));
    }
    if (!addressed) {
      throw bad("the token is not for this relay");
    }
  }

  private static RelayException bad(String detail) {
    return new RelayException(ErrorCode.BAD_TOKEN, detail);
  }
}
