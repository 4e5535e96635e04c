package heliograph.gateway.wire;

import io.helidon.webserver.CloseConnectionException;

/**
 * Ends the request that opened a stream, and leaves the connection to the stream. It unwinds the
 * stack down to {@link TimedConnections}: nothing is needed any more of the request, its headers
 * and Helidon's handling of it, and an idle stream should not keep them.
 */
public final class StreamOpened extends CloseConnectionException {
  private static final long serialVersionUID = 1L;

  private final transient Runnable stream;

  /**
   * Makes the exception for an open stream.
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

  /** Fills in nothing: this is no error, and a stack trace would cost time for each stream. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
