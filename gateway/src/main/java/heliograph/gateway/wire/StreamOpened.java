package heliograph.gateway.wire;

import io.helidon.webserver.CloseConnectionException;

/**
 * Ends a stream's request, and leaves the connection to the stream. It unwinds the stack down to
 * {@link TimedConnections}: of the request, its headers and Helidon's handling of it nothing is
 * needed any more, and an idle stream should not keep it.
 */
public final class StreamOpened extends CloseConnectionException {
  private static final long serialVersionUID = 1L;

  private final transient Runnable stream;

  /**
   * A stream that is open.
   *
   * @param stream serves the stream on the thread that calls it, until it ends
   */
  public StreamOpened(Runnable stream) {
    super("a stream has the connection");
    this.stream = stream;
  }

  Runnable stream() {
    return stream;
  }

  /** Not an error: nobody asks where it comes from. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
