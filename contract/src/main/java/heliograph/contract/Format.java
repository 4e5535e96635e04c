package heliograph.contract;

import java.util.Locale;

/** What a subscriber wants in the {@code data} of a frame. */
public enum Format {
  /** The event's data alone. */
  PLAIN,
  /** The whole event in the JSON format of CloudEvents 1.0. */
  CLOUDEVENTS;

  /**
   * Reads the {@code format} parameter.
   *
   * @throws RelayException INVALID_REQUEST for any other word
   */
  public static Format parse(String word) {
    for (Format format : values()) {
      if (format.name().toLowerCase(Locale.ROOT).equals(word)) {
        return format;
      }
    }
    throw new RelayException(ErrorCode.INVALID_REQUEST, "format: plain or cloudevents");
  }
}
