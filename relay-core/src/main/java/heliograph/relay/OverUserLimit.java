package heliograph.relay;

/** What happens when a user opens one stream more than the limit allows. */
public enum OverUserLimit {
  /** The new stream is refused. */
  REFUSE,
  /** The user's oldest stream ends with {@code superseded}, and the new one takes its place. */
  SUPERSEDE
}
