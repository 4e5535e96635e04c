package heliograph.gateway.identity;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** The keys of an issuer that tokens can be verified with. Any thread. */
final class KeySet {
  /** The most keys that are looked at. */
  static final int MAX_KEYS = 100;

  // In the order of the set; for what has no order, as a set.
  private final Set<VerifyingKey> keys;
  private final int leftOut;

  private KeySet(Set<VerifyingKey> keys, int leftOut) {
    this.keys = keys;
    this.leftOut = leftOut;
  }

  /**
   * Reads a JWK set (RFC 7517 section 5). Keys that are of no use here are left out.
   *
   * @throws RelayException INVALID_JSON if it is none, has too many keys, or none of use
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

  /** How many of the set are of no use here. */
  int leftOut() {
    return leftOut;
  }

  boolean hasSameKeysAs(KeySet other) {
    return this == other || keys.equals(other.keys);
  }

  /** Whether the token names a key that is none of these, and may be one of tomorrow's. */
  boolean misses(SignedToken token) {
    return token.keyId().isPresent() && named(token).isEmpty();
  }

  /**
   * @throws RelayException BAD_TOKEN if none of these keys made the token's signature
   */
  void verify(SignedToken token) {
    List<VerifyingKey> named = named(token);
    if (named.isEmpty()) {
      throw refused("the token's key is not one of its issuer's");
    }
    // RFC 7517 section 4.5: keys of different kinds may share a name.
    if (named.stream().noneMatch(key -> key.fits(token.algorithm()))) {
      throw refused("the token's algorithm is not its key's");
    }
    if (named.stream().noneMatch(key -> key.verifies(token))) {
      throw refused("the token's signature is wrong");
    }
  }

  /** Without a name there is no choice to make only where there is one key. */
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
