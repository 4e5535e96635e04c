package heliograph.gateway.identity;

import heliograph.contract.RelayException;

/** What verifies an issuer's tokens at one time. Any thread. */
sealed interface Keys permits KeySet, SharedSecrets {
  /**
   * Checks the token's signature.
   *
   * @throws RelayException BAD_TOKEN if none of these made the token's signature
   */
  void verify(SignedToken token);

  /** Whether the token names a key that is none of these, and may be a newer one. */
  boolean misses(SignedToken token);

  /** Whether the same tokens are verified as by other keys of the same issuer. */
  boolean hasSameKeysAs(Keys other);
}
