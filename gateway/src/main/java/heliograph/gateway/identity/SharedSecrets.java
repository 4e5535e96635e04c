package heliograph.gateway.identity;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.crypto.Hmac;
import heliograph.gateway.settings.Secrets;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The secrets that an issuer shares with the relay. Each of them is tried with each token; a
 * token's {@code kid} chooses none, as secrets have no names here. Any thread.
 */
final class SharedSecrets implements Keys {
  private final Secrets secrets;
  private final Map<String, Hmac> byAlgorithm;

  private SharedSecrets(Secrets secrets, Map<String, Hmac> byAlgorithm) {
    this.secrets = secrets;
    this.byAlgorithm = byAlgorithm;
  }

  /**
   * Makes what verifies with any of the secrets, by any of the algorithms.
   *
   * @throws IllegalArgumentException if there is no secret, or one is shorter than the longest
   *     hash; the message does not contain it
   */
  static SharedSecrets of(List<String> texts, Set<MacAlgorithm> algorithms) {
    List<byte[]> keys = texts.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("at least one secret is required");
    }
    for (MacAlgorithm algorithm : algorithms) {
      if (keys.stream().anyMatch(key -> key.length < algorithm.bytes())) {
        throw new IllegalArgumentException(
            "a secret of %s has at least %d bytes".formatted(algorithm, algorithm.bytes()));
      }
    }
    return new SharedSecrets(
        new Secrets(texts),
        algorithms.stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    MacAlgorithm::name, it -> Hmac.of(keys, it.jdkName()))));
  }

  @Override
  public void verify(SignedToken token) {
    // A key id that cannot be read is no more good here than elsewhere.
    var _ = token.keyId();
    Hmac hmac = byAlgorithm.get(token.algorithm());
    if (hmac == null) {
      throw refused("the token's algorithm is not its issuer's");
    }
    byte[] signature = Base64.getUrlDecoder().decode(token.signature());
    if (!hmac.signed(List.of(token.content()), List.of(signature))) {
      throw refused("the token's signature is wrong");
    }
  }

  /** A secret is never named, so no token waits for a newer one. */
  @Override
  public boolean misses(SignedToken token) {
    return false;
  }

  @Override
  public boolean hasSameKeysAs(Keys other) {
    return other instanceof SharedSecrets shared && secrets.equals(shared.secrets);
  }

  private static RelayException refused(String detail) {
    return new RelayException(ErrorCode.BAD_TOKEN, detail);
  }

  /** Says how many secrets there are. */
  @Override
  public String toString() {
    return secrets.toString();
  }
}
