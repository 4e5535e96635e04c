package heliograph.gateway.operator;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;

/**
 * What somebody does on the admin listener.
 *
 * @param action what is done, a word such as {@code revoke}
 * @param target to what or whom; may be empty
 * @param reason why, in the operator's own words; may be empty
 */
public record Deed(String action, String target, String reason) {
  /** The longest reason, in characters. */
  public static final int MAX_REASON = 500;

  /** The longest target that is noted, in characters; the rest is cut. */
  static final int MAX_TARGET = 500;

  /**
   * Checks the reason and cuts the target.
   *
   * @throws RelayException INVALID_REQUEST if the reason is too long
   */
  public Deed {
    if (reason.length() > MAX_REASON) {
      throw new RelayException(
          ErrorCode.INVALID_REQUEST, "reason: at most " + MAX_REASON + " characters");
    }
    target = target.length() <= MAX_TARGET ? target : target.substring(0, MAX_TARGET);
  }
}
