package heliograph.gateway;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import io.helidon.webserver.ServerConnectionException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * A connection as long as requests come by it, with a reader of its own. The reader keeps the bytes
 * that came last, and Helidon's own one lives as long as the connection: a stream would keep its
 * request, with the token in it, for hours.
 */
record RequestContext(ConnectionContext connection, @Nullable Socket tls, DataReader dataReader)
    implements ConnectionContext {
  /**
   * @param tls what is under it where it has TLS, as far as {@link TlsSockets} knows
   */
  RequestContext(ConnectionContext connection, @Nullable Socket tls) {
    this(connection, tls, new DataReader(() -> read(connection.serverSocket())));
  }

  private static byte[] read(HelidonSocket socket) {
    try {
      return socket.get();
    } catch (UncheckedIOException e) {
      // As Helidon's own reader has it; the request's handling knows what it means.
      throw new ServerConnectionException("the connection cannot be read", e);
    }
  }

  @Override
  public ListenerContext listenerContext() {
    return connection.listenerContext();
  }

  @Override
  public ExecutorService executor() {
    return connection.executor();
  }

  @Override
  public DataWriter dataWriter() {
    return connection.dataWriter();
  }

  @Override
  public Router router() {
    return connection.router();
  }

  @Override
  public Optional<ProxyProtocolData> proxyProtocolData() {
    return connection.proxyProtocolData();
  }

  @Override
  public HelidonSocket serverSocket() {
    return connection.serverSocket();
  }

  @Override
  public PeerInfo remotePeer() {
    return connection.remotePeer();
  }

  @Override
  public PeerInfo localPeer() {
    return connection.localPeer();
  }

  @Override
  public boolean isSecure() {
    return connection.isSecure();
  }

  @Override
  public String socketId() {
    return connection.socketId();
  }

  @Override
  public String childSocketId() {
    return connection.childSocketId();
  }
}
