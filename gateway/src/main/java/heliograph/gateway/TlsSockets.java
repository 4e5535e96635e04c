package heliograph.gateway;

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
 * The sockets of a listener with TLS, from the moment they are accepted. Helidon lets a handshake
 * take as long as it will, goes on counting a connection whose handshake failed, and passes on a
 * socket that can only be closed in order: to say goodbye, that waits for a write which nobody
 * reads. So each is known here by its client's address; if no handshake comes of it in time it is
 * cut, its stream can {@link #cut} it, and they are counted here. Any thread.
 */
final class TlsSockets implements SocketOptions {
  private static final int FEW = 64;
  private static final Duration LOOK = Duration.ofMillis(10);

  private volatile SocketOptions options;
  private final Watchdog watchdog;
  private final Duration limit;
  private volatile int most = Integer.MAX_VALUE;

  // The listener's thread; those that were closed are let go of now and then.
  private final Set<Socket> open = new HashSet<>();
  private int enough = FEW;

  // Until the handshake is done or its time is over.
  private final Map<SocketAddress, Handshake> shaking = new ConcurrentHashMap<>();

  private final class Handshake {
    private final SocketAddress client;
    private final Socket socket;
    private final Watchdog.Watch watch;

    private Handshake(SocketAddress client, Socket socket) {
      this.client = client;
      this.socket = socket;
      this.watch = watchdog.watch(limit, this::giveUp);
    }

    private void giveUp() {
      // Another one may have come from the same address since.
      if (shaking.remove(client, this)) {
        cut(socket);
      }
    }
  }

  /**
   * @param options what all sockets are given
   * @param limit how long a handshake may take
   */
  TlsSockets(SocketOptions options, Watchdog watchdog, Duration limit) {
    this.options = options;
    this.watchdog = watchdog;
    this.limit = limit;
  }

  /**
   * From now on further connections wait while so many are open: one here, others in the kernel.
   */
  void limit(int connections) {
    most = connections;
  }

  /** From now on sockets are given these. */
  void give(SocketOptions others) {
    options = others;
  }

  /** On the thread of its listener, as soon as it is accepted. */
  @Override
  public void configureSocket(Socket socket) {
    options.configureSocket(socket);
    if (socket instanceof SSLSocket) {
      awaitRoom();
      open.add(socket);
      SocketAddress client = socket.getRemoteSocketAddress();
      shaking.put(client, new Handshake(client, socket));
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

  /** The socket of a connection whose handshake is done; empty without TLS. Once. */
  Optional<Socket> claim(ConnectionContext connection) {
    if (!connection.isSecure()) {
      return Optional.empty();
    }
    Handshake done = shaking.remove(connection.remotePeer().address());
    if (done == null) {
      return Optional.empty();
    }
    done.watch.close();
    return Optional.of(done.socket);
  }

  /** Closes a socket at once, whoever writes to it or reads; the client hears of a reset. */
  static void cut(Socket socket) {
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
