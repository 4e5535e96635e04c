package heliograph.gateway.scheme;

import heliograph.gateway.crypto.Sha256;
import java.security.MessageDigest;
import java.util.List;

/**
 * Static keys that senders send themselves. They are kept and compared as hashes, so that neither
 * memory nor the time of a comparison tells of them. Any thread.
 */
final class HashedKeys {
  static final int MIN_LENGTH = 16;

  private final List<byte[]> hashes;

  private HashedKeys(List<byte[]> hashes) {
    this.hashes = hashes;
  }

  /**
   * Hashes some keys.
   *
   * @throws IllegalArgumentException if a key is shorter than {@link #MIN_LENGTH}, and so easily
   *     guessed; the message does not contain it
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
