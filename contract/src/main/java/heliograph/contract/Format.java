package heliograph.contract;

/**
 * How a subscriber wants the frames of events to be: what is in their {@code data}, and whether the
 * type names them. Each format is a variant of the frame, which is made once for all who want it.
 */
public enum Format {
  /** The data is the event's data alone. */
  PLAIN,
  /** The data is the whole event in the JSON format of CloudEvents 1.0. */
  CLOUDEVENTS,
  /** The data is the event's data alone, and the frame has no name. */
  PLAIN_UNNAMED,
  /** The data is the whole event, and the frame has no name. */
  CLOUDEVENTS_UNNAMED;

  /**
   * Reads the parameters {@code format} and {@code event}.
   *
   * @throws RelayException INVALID_REQUEST if one of them has another word
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

  /** Whether a frame has the event's type as its name, under which browsers dispatch it. */
  boolean isNamed() {
    return this == PLAIN || this == CLOUDEVENTS;
  }
}
