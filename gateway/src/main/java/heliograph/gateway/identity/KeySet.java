package heliograph.gateway.identity;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** The keys of an issuer by which tokens can be verified. Any thread. */
final class KeySet implements Keys {
  /** The most keys that are looked at. */
  static final int MAX_KEYS = 100;

  // This iterates in the order of the JWK set, but two sets are compared without their order.
  private final Set<VerifyingKey> keys;
  private final int leftOut;

  private KeySet(Set<VerifyingKey> keys, int leftOut) {
    this.keys = keys;
    this.leftOut = leftOut;
  }

  /**
   * Reads a JWK set (RFC 7517, section 5). Keys that cannot verify tokens are left out.
   *
   * @throws RelayException INVALID_JSON if it is no JWK set, has too many keys, or none that can
   *     verify tokens
   */
  static KeySet parse(JsonNode set) {
    JsonNode entries = set.path("keys");
    if (!entries.isArray()) {
      throw bad("the key set has no keys");
    }
    if (entries.size() > MAX_KEYS) {
      throw bad("the key set has over " + MAX_KEYS + " keys");
    }
    Set<VerifyingKey> keys = new LinkedHashSet<>();
    int leftOut = 0;
    for (JsonNode entry : entries) {
      Optional<VerifyingKey> key = VerifyingKey.parse(entry.toString());
      key.ifPresent(keys::add);
      leftOut += key.isPresent() ? 0 : 1;
    }
    if (keys.isEmpty()) {
      throw bad("the key set has no key that tokens can be verified with");
    }
    return new KeySet(keys, leftOut);
  }

  int size() {
    return keys.size();
  }

  /** What the keys are called, in the order of the set. */
  List<Issuer.KeyName> names() {
    return keys.stream().map(it -> new Issuer.KeyName(it.id(), it.algorithms())).toList();
  }

  /** How many keys of the set were left out. */
  int leftOut() {
    return leftOut;
  }

  @Override
  public boolean hasSameKeysAs(Keys other) {
    return this == other || (other instanceof KeySet set && keys.equals(set.keys));
  }

  @Override
  public boolean misses(SignedToken token) {
    return token.keyId().isPresent() && named(token).isEmpty();
  }

  @Override
  public void verify(SignedToken token) {
    List<VerifyingKey> named = named(token);
    if (named.isEmpty()) {
      throw refused("the token's key is not one of its issuer's");
    }
    // RFC 7517, section 4.5, allows keys of different kinds with one name.
    if (named.stream().noneMatch(key -> key.fits(token.algorithm()))) {
      throw refused("the token's algorithm is not its key's");
    }
    if (named.stream().noneMatch(key -> key.verifies(token))) {
      throw refused("the token's signature is wrong");
    }
  }

  /**
   * The keys that the token may mean. If it names none, a set of one key leaves no doubt; any other
   * set does.
   */
  private List<VerifyingKey> named(SignedToken token) {
    return token
        .keyId()
        .map(id -> keys.stream().filter(key -> key.id().equals(id)).toList())
        .orElseGet(() -> keys.size() == 1 ? List.copyOf(keys) : List.of());
  }

  private static RelayException refused(String detail) {
    return new RelayException(ErrorCode.BAD_TOKEN, detail);
  }

  private static RelayException bad(String detail) {
    return new RelayException(ErrorCode.INVALID_JSON, detail);
  }
}
