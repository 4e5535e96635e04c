package heliograph.gateway.identity;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.identity.IdentitySettings.IssuerSettings;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * Says which issuer a token is from, by its signature, and that it is meant for this relay. What
 * the token says else, and its times, are for others to judge. Any thread.
 */
final class TokenVerifier {
  /**
   * What an access token calls itself: a JWT (RFC 7519 section 5.1), or exactly that (RFC 9068).
   */
  static final Set<String> ACCESS = Set.of("jwt", "at+jwt");

  /** Likewise a logout token (OpenID Connect Back-Channel Logout 1.0, section 2.4). */
  static final Set<String> LOGOUT = Set.of("jwt", "logout+jwt");

  private final Map<String, Issuer> issuers;

  TokenVerifier(List<Issuer> issuers) {
    this.issuers =
        issuers.stream().collect(Collectors.toUnmodifiableMap(Issuer::name, Function.identity()));
  }

  /**
   * What was proven.
   *
   * @param keys the issuer's keys then; while they are its keys, the proof holds
   */
  record Proven(Issuer issuer, KeySet keys, JsonNode payload) {}

  /**
   * @param types what the token may call itself in {@code typ}, in lower case
   * @param audiences of these, by its issuer's settings, one has to be in {@code aud}
   * @throws RelayException BAD_TOKEN, or IDENTITY_UNAVAILABLE while there are no keys to tell
   */
  Proven verify(String token, Set<String> types, Function<IssuerSettings, List<String>> audiences) {
    SignedToken signed = SignedToken.parse(token, types);
    JsonNode payload = signed.payload();
    // Its word is taken for which keys to look at, and proven by them.
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
