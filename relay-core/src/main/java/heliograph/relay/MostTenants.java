package heliograph.relay;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import java.time.Duration;

/**
 * The bound on the tenants that a log holds. The operator is told once when an event is refused for
 * it, and again only after a part of the room was free in between. On the log thread.
 */
public final class MostTenants {
  private static final System.Logger LOGGER = System.getLogger("heliograph");
  private static final Duration RETRY = Duration.ofMinutes(1);
  private static final double FREE_AGAIN = 0.95;

  private final int most;
  private boolean told;

  /**
   * @param most the most tenants that a log holds
   */
  public MostTenants(int most) {
    this.most = most;
  }

  /** Whether there is room for one more tenant. If there is none, the operator is told. */
  public boolean hasRoom(int held) {
    if (held < most) {
      told &= held >= most * FREE_AGAIN;
      return true;
    }
    if (!told) {
      told = true;
      LOGGER.log(System.Logger.Level.WARNING, "tenants-full tenants={0}", Integer.toString(held));
    }
    return false;
  }

  /** The receipt for an event of a tenant for which there is no room. */
  public static Receipt.Refused refusal() {
    return new Receipt.Refused(
        RelayException.retryAfter(
            ErrorCode.LOG_UNAVAILABLE, "the log holds its most tenants", RETRY));
  }
}
