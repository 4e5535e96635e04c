package heliograph.gateway.scheme;

import heliograph.gateway.crypto.Sha256;
import java.security.MessageDigest;
import java.util.List;

/**
 * Static keys that are sent as they are; kept and compared as hashes, so that neither memory nor
 * time tells of them. Any thread.
 */
final class HashedKeys {
  static final int MIN_LENGTH = 16;

  private final List<byte[]> hashes;

  private HashedKeys(List<byte[]> hashes) {
    this.hashes = hashes;
  }

  /**
   * @throws IllegalArgumentException for a key that is easily guessed; without the key in it
   */
  static HashedKeys of(List<String> keys) {
    if (keys.stream().anyMatch(key -> key.length() < MIN_LENGTH)) {
      throw new IllegalArgumentException("a token has at least " + MIN_LENGTH + " characters");
    }
    return new HashedKeys(keys.stream().map(Sha256::of).toList());
  }

  boolean contains(String given) {
    byte[] hash = Sha256.of(given);
    boolean right = false;
    for (byte[] key : hashes) {
      right |= MessageDigest.isEqual(key, hash);
    }
    return right;
  }
}
