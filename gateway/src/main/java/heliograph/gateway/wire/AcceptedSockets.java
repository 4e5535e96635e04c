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
 * they failed, forgets to close it if it was the header, and passes on a TLS socket that can only
 * be closed in order: to say goodbye, that waits for a write which nobody reads. So each is known
 * here by its client's address; if nothing comes of it in time it is cut, its connection can {@link
 * #cut} it, and they are counted here. Any thread.
 */
public final class AcceptedSockets implements SocketOptions {
  private static final int FEW = 64;
  private static final Duration LOOK = Duration.ofMillis(10);

  private volatile SocketOptions options;
  private final Watchdog watchdog;
  private final Duration limit;
  private volatile int most = Integer.MAX_VALUE;
  private volatile boolean proxied;

  // The listener's thread; those that were closed are let go of now and then.
  private final Set<Socket> open = new HashSet<>();
  private int enough = FEW;

  // Until requests can come or the time for it is over.
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
      // Another one may have come from the same address since.
      if (opening.remove(client, this)) {
        cut(socket);
      }
    }
  }

  /**
   * Sockets of one listener.
   *
   * @param options what all sockets are given
   * @param limit how long it may take until requests can come
   */
  public AcceptedSockets(SocketOptions options, Watchdog watchdog, Duration limit) {
    this.options = options;
    this.watchdog = watchdog;
    this.limit = limit;
  }

  /**
   * From now on further connections wait while so many are open: one here, others in the kernel.
   */
  public void limit(int connections) {
    most = connections;
  }

  /** From now on each has to begin with the header of a proxy. */
  public void expectProxies() {
    proxied = true;
  }

  /** From now on sockets are given these. */
  public void give(SocketOptions others) {
    options = others;
  }

  /** On the thread of its listener, as soon as it is accepted. */
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

  /** The socket under a connection on which requests can come; empty without TLS. Once. */
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

  /** Closes a socket at once, whoever writes to it or reads; the client hears of a reset. */
  public static void cut(Socket socket) {
    try {
      // With any time to linger, closing does not wait for a write; and with none, nor does the
      // kernel for the client.
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
