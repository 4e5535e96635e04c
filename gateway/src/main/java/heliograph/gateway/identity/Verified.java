package heliograph.gateway.identity;

import heliograph.contract.Claims;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.gateway.revocation.Revocation;
import java.util.Optional;
import java.util.Set;

/**
 * What was proven of a token and will be asked for again. Any thread.
 *
 * @param issuer the issuer of the token
 * @param keys what the issuer's tokens were verified by when the token was verified
 * @param times the times within which the token is good
 * @param facts the facts by which the token can be revoked, whatever it is shown for
 * @param holder the subscriber that the token makes of its bearer, or why it makes none
 * @param client the client that the token was given to, if it names one
 * @param length the token's length in characters
 */
record Verified(
    Issuer issuer,
    Keys keys,
    TokenTimes times,
    Revocation.Facts facts,
    Holder holder,
    Optional<String> client,
    int length) {

  /** Who bears the token: a publisher's token need not be one of a subscriber. */
  sealed interface Holder {
    record Subscriber(Claims claims) implements Holder {}

    record Nobody(RelayException why) implements Holder {}

    /** The tenants that the token names. */
    default Set<Tenant> tenants() {
      return switch (this) {
        case Subscriber(Claims claims) -> Set.of(claims.tenant());
        case Nobody _ -> Set.of();
      };
    }
  }

  /**
   * Whether the issuer's keys are still those by which the token was verified.
   *
   * @throws RelayException IDENTITY_UNAVAILABLE if the issuer has no keys that are fresh enough
   */
  boolean stillStands() {
    return issuer.keys().hasSameKeysAs(keys);
  }
}
