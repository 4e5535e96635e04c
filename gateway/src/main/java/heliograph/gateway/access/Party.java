package heliograph.gateway.access;

import heliograph.contract.Claims;
import heliograph.contract.Tenant;

/**
 * The party for which an upstream is asked. What one party's questions do to the upstream must not
 * be held against another party.
 */
sealed interface Party {
  /**
   * A caller that has proved who it is.
   *
   * @param name tells the caller from others of its tenant; never printed
   */
  record Known(Tenant tenant, String name) implements Party {
    static Known of(Claims claims) {
      return new Known(claims.tenant(), claims.proof().issuer() + " " + claims.subject());
    }

    /** Describes the caller without its name, which is personal. */
    @Override
    public String toString() {
      return "a caller of " + tenant.name();
    }
  }

  /** Everybody who has proved nothing yet; all of them are one party. */
  record Stranger() implements Party {}
}
