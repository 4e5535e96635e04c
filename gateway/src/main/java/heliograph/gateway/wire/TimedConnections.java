package heliograph.gateway.wire;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ProtocolConfig;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Selects Helidon's HTTP/1 for connections that are watched ({@link RequestingConnection}); Helidon
 * itself would wait for a client without end. A connection is left to a stream when {@link
 * StreamOpened} is thrown. Any thread.
 */
public final class TimedConnections implements ServerConnectionSelector {
  /**
   * Takes the place of Helidon's own selector, which Helidon would put beside ours if the operator
   * has keys for the protocol. With two selectors Helidon would call ours only after a connection's
   * first byte.
   */
  public static final ProtocolConfig IN_PLACE = new InPlace(Http1Config.create().type());

  private final Http1ConnectionSelector http1;
  private final RequestTimeouts timeouts;
  private final AcceptedSockets sockets;
  private final int maxChunk;

  /**
   * Makes the selector of one listener.
   *
   * @param maxChunk the most bytes of one chunk of a body
   */
  public TimedConnections(
      Http1Config config, RequestTimeouts timeouts, AcceptedSockets sockets, int maxChunk) {
    this.maxChunk = maxChunk;
    this.http1 = Http1ConnectionSelector.builder().config(config).build();
    this.timeouts = timeouts;
    this.sockets = sockets;
  }

  private record InPlace(String type) implements ProtocolConfig {
    @Override
    public String name() {
      return type;
    }
  }

  @Override
  public int bytesToIdentifyConnection() {
    return http1.bytesToIdentifyConnection();
  }

  @Override
  public Support supports(BufferData data) {
    return http1.supports(data);
  }

  @Override
  public Set<String> supportedApplicationProtocols() {
    return http1.supportedApplicationProtocols();
  }

  /** Helidon calls this on the connection's own thread, as soon as there is one. */
  @Override
  public ServerConnection connection(ConnectionContext context) {
    RequestingConnection requesting =
        new RequestingConnection(context, sockets.claim(context).orElse(null), timeouts, maxChunk);
    timeouts.connected(requesting);
    return new Timed(http1.connection(requesting));
  }

  /** A connection that is watched until its last request ends. */
  private final class Timed implements ServerConnection, InterruptableTask<Void> {
    // This is null once a stream has the connection, so that the stream keeps nothing of HTTP.
    private volatile @Nullable ServerConnection connection;

    private Timed(ServerConnection connection) {
      this.connection = connection;
    }

    @Override
    public void handle(Limit limit) throws InterruptedException {
      Optional<Runnable> stream = requests(limit);
      connection = null;
      stream.ifPresent(Runnable::run);
    }

    /** Serves requests until there are no more; returns the stream if one has the connection. */
    private Optional<Runnable> requests(Limit limit) throws InterruptedException {
      try {
        ServerConnection http = connection;
        if (http != null) {
          http.handle(limit);
        }
        return Optional.empty();
      } catch (StreamOpened opened) {
        return Optional.of(opened.stream());
      } finally {
        timeouts.left();
      }
    }

    @Override
    public Duration idleTime() {
      ServerConnection http = connection;
      return http == null ? Duration.ZERO : http.idleTime();
    }

    /** Closes a connection with requests; a stream is ended by the hub, before Helidon stops. */
    @Override
    public void close(boolean interrupt) {
      ServerConnection http = connection;
      if (http != null) {
        http.close(interrupt);
      }
    }

    @Override
    public boolean canInterrupt() {
      return connection instanceof InterruptableTask<?> task && task.canInterrupt();
    }
  }
}
