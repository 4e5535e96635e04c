package heliograph.contract;

import java.util.Locale;

/**
 * Why a stream ended. All but {@link #LEFT} are told to the client before the connection closes.
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
  /** A newer stream of the same user took its place. */
  SUPERSEDED,
  /** A limit on open streams is reached. */
  LIMIT,
  /** The relay cannot serve now: starting, stopping, or the issuer's keys cannot be had. */
  UNAVAILABLE,
  /** The client took nothing for longer than the write timeout. */
  SLOW,
  /** A bug in the relay, or a client that breaks the protocol. */
  ERROR;

  /** The word on the wire, in logs and in metrics. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
