package heliograph.contract;

/**
 * How a subscriber wants the frames of events: what is in their {@code data}, and whether they are
 * named by the type. Each is a variant of the frame, made once for all who want it.
 */
public enum Format {
  /** The event's data alone. */
  PLAIN,
  /** The whole event in the JSON format of CloudEvents 1.0. */
  CLOUDEVENTS,
  /** Plain, and without a name. */
  PLAIN_UNNAMED,
  /** The whole event, and without a name. */
  CLOUDEVENTS_UNNAMED;

  /**
   * Reads the parameters {@code format} and {@code event}.
   *
   * @throws RelayException INVALID_REQUEST for any other word
   */
  public static Format parse(String format, String event) {
    boolean named =
        switch (event) {
          case "type" -> true;
          case "none" -> false;
          default -> throw new RelayException(ErrorCode.INVALID_REQUEST, "event: type or none");
        };
    return switch (format) {
      case "plain" -> named ? PLAIN : PLAIN_UNNAMED;
      case "cloudevents" -> named ? CLOUDEVENTS : CLOUDEVENTS_UNNAMED;
      default ->
          throw new RelayException(ErrorCode.INVALID_REQUEST, "format: plain or cloudevents");
    };
  }

  /** Whether a frame says the event's type, as which browsers dispatch it. */
  boolean isNamed() {
    return this == PLAIN || this == CLOUDEVENTS;
  }
}
