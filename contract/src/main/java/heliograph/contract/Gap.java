package heliograph.contract;

import java.util.Locale;

/**
 * A stretch of the log that a subscriber has missed some events of. It is told, so that it fetches
 * its state anew.
 *
 * @param from the last place that the subscriber is known to have reached
 * @param to the place after which delivery goes on
 */
public record Gap(Reason reason, Cursor from, Cursor to) {
  /** Says how the events were lost. */
  public enum Reason {
    /** The log no longer holds them. */
    RETENTION,
    /** The cursor is of another life of the log. */
    EPOCH,
    /** The subscriber was too slow for events that are never replayed. */
    OVERFLOW;

    /** The word for the reason on the wire and in metrics. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
