package heliograph.gateway.wire;

import io.helidon.common.socket.SocketOptions;
import io.helidon.webserver.ConnectionContext;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLSocket;

/**
 * The sockets of a listener from the moment they are accepted, where something has to be said on
 * them before there can be requests: with TLS a handshake, behind a proxy the header of its PROXY
 * protocol. Helidon lets both take as long as they will, goes on counting a connection on which
 * they failed, and does not close it if the header failed. It also hides the socket under TLS, and
 * a TLS socket closes only in order: its {@code close_notify} waits for a write that nobody reads.
 * So each socket is known here by its client's address; it is cut if no request can come on it in
 * time, its connection can {@link #cut} it later, and the open ones are counted here. Any thread.
 */
public final class AcceptedSockets implements SocketOptions {
  private static final int FEW = 64;
  private static final Duration LOOK = Duration.ofMillis(10);

  private volatile SocketOptions options;
  private final Watchdog watchdog;
  private final Duration limit;
  private volatile int most = Integer.MAX_VALUE;
  private volatile boolean proxied;

  // Only the listener's thread uses these; closed sockets are removed when there are many.
  private final Set<Socket> open = new HashSet<>();
  private int enough = FEW;

  // A socket stands here until requests can come on it, or its time is over.
  private final Map<SocketAddress, Opening> opening = new ConcurrentHashMap<>();

  private final class Opening {
    private final SocketAddress client;
    private final Socket socket;
    private final Watchdog.Watch watch;

    private Opening(SocketAddress client, Socket socket) {
      this.client = client;
      this.socket = socket;
      this.watch = watchdog.watch(limit, this::giveUp);
    }

    private void giveUp() {
      // Another socket may have come from the same address since.
      if (opening.remove(client, this)) {
        cut(socket);
      }
    }
  }

  /**
   * Makes the sockets of one listener.
   *
   * @param options the options that every socket gets
   * @param limit how long it may take until requests can come
   */
  public AcceptedSockets(SocketOptions options, Watchdog watchdog, Duration limit) {
    this.options = options;
    this.watchdog = watchdog;
    this.limit = limit;
  }

  /**
   * Sets the most connections that may be open; beyond it the next one waits here, and further ones
   * in the kernel.
   */
  public void limit(int connections) {
    most = connections;
  }

  /** Sets that every connection begins with the header of the PROXY protocol. */
  public void expectProxies() {
    proxied = true;
  }

  /** Sets the options that sockets get from now on. */
  public void give(SocketOptions others) {
    options = others;
  }

  /** Helidon calls this on the listener's thread as soon as a socket is accepted. */
  @Override
  public void configureSocket(Socket socket) {
    options.configureSocket(socket);
    if (proxied || socket instanceof SSLSocket) {
      awaitRoom();
      open.add(socket);
      SocketAddress client = socket.getRemoteSocketAddress();
      opening.put(client, new Opening(client, socket));
    }
  }

  private void awaitRoom() {
    if (open.size() >= Math.min(enough, most)) {
      open.removeIf(Socket::isClosed);
      enough = Math.max(FEW, 2 * open.size());
    }
    while (open.size() >= most && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(this, LOOK.toNanos());
      open.removeIf(Socket::isClosed);
    }
  }

  /**
   * Takes the socket under a connection on which requests can come, and ends the watch over it;
   * empty without TLS, and if it was taken before.
   */
  Optional<Socket> claim(ConnectionContext connection) {
    if (!proxied && !connection.isSecure()) {
      return Optional.empty();
    }
    Opening done = opening.remove(connection.remotePeer().address());
    if (done == null) {
      return Optional.empty();
    }
    done.watch.close();
    return Optional.of(done.socket).filter(SSLSocket.class::isInstance);
  }

  /**
   * Closes a socket at once, even while others read from it or write to it; the client sees a
   * connection reset.
   */
  public static void cut(Socket socket) {
    try {
      // With SO_LINGER set, closing an SSLSocket does not wait for a write that goes on; with a
      // time of 0, the kernel sends a reset and does not wait for the client either.
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException _) {
      // A socket that cannot be closed any more is closed.
    }
  }

  @Override
  public Map<SocketOption<?>, Object> socketOptions() {
    return options.socketOptions();
  }

  @Override
  public Duration connectTimeout() {
    return options.connectTimeout();
  }

  @Override
  public Duration readTimeout() {
    return options.readTimeout();
  }

  @Override
  public Optional<Integer> socketReceiveBufferSize() {
    return options.socketReceiveBufferSize();
  }

  @Override
  public Optional<Integer> socketSendBufferSize() {
    return options.socketSendBufferSize();
  }

  @Override
  public boolean socketReuseAddress() {
    return options.socketReuseAddress();
  }

  @Override
  public boolean socketKeepAlive() {
    return options.socketKeepAlive();
  }

  @Override
  public boolean tcpNoDelay() {
    return options.tcpNoDelay();
  }
}
