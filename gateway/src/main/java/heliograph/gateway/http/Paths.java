package heliograph.gateway.http;

/** The paths of the public listener that more than one package serves or names. */
public final class Paths {
  /** The path at which backends publish and subscribers poll. */
  public static final String EVENTS = "/v1/events";

  /** The path of streams. */
  public static final String STREAM = "/v1/stream";

  private Paths() {}
}
