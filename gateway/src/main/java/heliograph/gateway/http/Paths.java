package heliograph.gateway.http;

/** The paths of the public listener that more than one room serves or speaks of. */
public final class Paths {
  /** Where backends publish, and where subscribers poll. */
  public static final String EVENTS = "/v1/events";

  /** Where streams are. */
  public static final String STREAM = "/v1/stream";

  private Paths() {}
}
