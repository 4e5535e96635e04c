package heliograph.contract;

import java.util.Locale;

/**
 * Some events a subscriber might have seen are gone; it is told so that it refetches its state.
 *
 * @param from the last place the subscriber is known to have had
 * @param to the place from which delivery goes on
 */
public record Gap(Reason reason, Cursor from, Cursor to) {
  /** How the events were lost. */
  public enum Reason {
    /** The log no longer holds them. */
    RETENTION,
    /** The cursor is of another life of the log. */
    EPOCH,
    /** The subscriber was too slow for events that are never replayed. */
    OVERFLOW;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
