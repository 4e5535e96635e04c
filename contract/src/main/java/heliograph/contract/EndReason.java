package heliograph.contract;

import java.util.Locale;

/**
 * Says why a stream ended. The client is told of every reason but {@link #LEFT} before the
 * connection closes, if it still takes anything.
 */
public enum EndReason {
  /** The client went away, so nobody is left to be told. */
  LEFT,
  /** The relay is stopping. The client is told by {@code system.shutdown}. */
  SHUTDOWN,
  /** The token has expired. */
  EXPIRED,
  /** The token was taken back. */
  REVOKED,
  /** A newer stream of the same user took its place, at the limit of streams per user. */
  SUPERSEDED,
  /** The operator or the application has switched such streams off for this subscriber. */
  DISABLED,
  /** A limit on open streams is reached; the stream ends before it has begun. */
  LIMIT,
  /**
   * The relay cannot serve the stream now: it is stopping, an issuer's keys are not here yet, or
   * the log cannot be read. Or it cannot go on with the stream as it was opened, since an operator
   * has changed what lets it in or what is served there; the client comes back to what there is
   * now.
   */
  UNAVAILABLE,
  /**
   * The client took less than came. Either its queue was full, where the policy is to disconnect;
   * or it took nothing for the write timeout and was cut, and cannot be told.
   */
  SLOW,
  /** The relay has a bug, or the client breaks the protocol. */
  ERROR;

  /** The word for the reason on the wire, in logs and in metrics. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
