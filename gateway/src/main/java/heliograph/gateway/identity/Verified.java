package heliograph.gateway.identity;

import heliograph.contract.Claims;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.gateway.revocation.Revocation;
import java.util.Optional;
import java.util.Set;

/**
 * What was proven of a token, as far as it will be asked for again. Any thread.
 *
 * @param issuer whose token it is
 * @param keys the issuer's keys when that was proven
 * @param facts by what it can be taken back, whatever it is shown for
 * @param holder the subscriber that it makes of its bearer
 * @param client the client that it was given to, if it names one
 * @param length the token's, in characters
 */
record Verified(
    Issuer issuer,
    KeySet keys,
    TokenTimes times,
    Revocation.Facts facts,
    Holder holder,
    Optional<String> client,
    int length) {

  /** Who bears the token: not every token of a publisher is one of a subscriber. */
  sealed interface Holder {
    record Subscriber(Claims claims) implements Holder {}

    record Nobody(RelayException why) implements Holder {}

    /** Those that the token names, or would be taken to name. */
    default Set<Tenant> tenants() {
      return switch (this) {
        case Subscriber(Claims claims) -> Set.of(claims.tenant());
        case Nobody _ -> Set.of();
      };
    }
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
