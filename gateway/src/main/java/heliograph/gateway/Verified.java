package heliograph.gateway;

import heliograph.contract.Claims;
import heliograph.contract.RelayException;
import java.util.Optional;

/**
 * What was proven of a token, as far as it will be asked for again. Any thread.
 *
 * @param issuer whose token it is
 * @param keys the issuer's keys when that was proven
 * @param proof by what it can be taken back
 * @param holder the subscriber that it makes of its bearer
 * @param client the client that it was given to, if it names one
 * @param length the token's, in characters
 */
record Verified(
    Issuer issuer,
    KeySet keys,
    TokenTimes times,
    Claims.Proof proof,
    Holder holder,
    Optional<String> client,
    int length) {

  /** Who bears the token: not every token of a publisher is one of a subscriber. */
  sealed interface Holder {
    record Subscriber(Claims claims) implements Holder {}

    record Nobody(RelayException why) implements Holder {}
  }

  /**
   * Whether the issuer's keys are still those that proved it.
   *
   * @throws RelayException IDENTITY_UNAVAILABLE if it has none that serve
   */
  boolean stillStands() {
    return issuer.keys().hasSameKeysAs(keys);
  }
}
