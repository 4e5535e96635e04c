package heliograph.contract;

import java.util.Locale;

/**
 * Why a stream ended. All but {@link #LEFT} are told to the client before the connection closes, as
 * long as it takes anything.
 */
public enum EndReason {
  /** The client went away; nobody is left to tell. */
  LEFT,
  /** The relay is stopping; told as {@code system.shutdown}. */
  SHUTDOWN,
  /** The token's time is over. */
  EXPIRED,
  /** The token was taken back. */
  REVOKED,
  /** A newer stream of the same user took its place, at the limit of streams per user. */
  SUPERSEDED,
  /** A limit on open streams is reached; the stream ends before it has begun. */
  LIMIT,
  /**
   * The relay cannot serve now: it is stopping, an issuer's keys are not here yet, or the log is to
   * be read and cannot.
   */
  UNAVAILABLE,
  /**
   * The client took less than came: its queue was full, where the policy is to disconnect, or it
   * took nothing at all for the write timeout and was cut, which nobody is left to tell.
   */
  SLOW,
  /** A bug in the relay, or a client that breaks the protocol. */
  ERROR;

  /** The word on the wire, in logs and in metrics. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
