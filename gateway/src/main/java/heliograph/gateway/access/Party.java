package heliograph.gateway.access;

import heliograph.contract.Claims;
import heliograph.contract.Tenant;

/**
 * For whom an upstream is asked. What one party's questions do to the upstream must not be held
 * against another's.
 */
sealed interface Party {
  /**
   * A caller that has proved who it is.
   *
   * @param name tells it from others of its tenant; never printed
   */
  record Known(Tenant tenant, String name) implements Party {
    static Known of(Claims claims) {
      return new Known(claims.tenant(), claims.proof().issuer() + " " + claims.subject());
    }

    /** Without the name. */
    @Override
    public String toString() {
      return "a caller of " + tenant.name();
    }
  }

  /** Whoever has proved nothing yet: all of them are one party. */
  record Stranger() implements Party {}
}
