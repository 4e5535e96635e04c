package heliograph.benchmark;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Many streams of the relay, all on the thread of the caller: while nobody calls {@link #turn},
 * they do not read. A stream that breaks comes back. One thread.
 */
final class Crowd implements AutoCloseable {
  private static final int OPENING = 256;
  private static final Duration TURN = Duration.ofMillis(20);
  private static final Habit HURRIED = new Habit(OPENING, 20_000, _ -> Duration.ofSeconds(1));

  private final InetSocketAddress relay;
  private final String token;
  private final int receiveBuffer;
  private final Habit habit;
  private final Selector selector = Selector.open();
  private final byte[] buffer = new byte[64 * 1024];
  private final Map<Reader, SocketChannel> channels = new HashMap<>();
  private final Set<Reader> opening = new HashSet<>();
  private final PriorityQueue<Away> away =
      new PriorityQueue<>(Comparator.comparingLong(Away::until));
  private long broken;
  private long served;

  private record Away(Reader reader, long until) {}

  /**
   * How they come back.
   *
   * @param atOnce how many may be on the way at once; the others wait for their turn
   * @param mostBroken how many connections may break or be refused in all
   * @param pause how long one stays away whose connection broke
   */
  record Habit(int atOnce, int mostBroken, Function<Reader, Duration> pause) {}

  /** Makes a crowd of clients with the kernel's own receive buffers. */
  Crowd(int port, String token) throws IOException {
    this(port, token, 0);
  }

  Crowd(int port, String token, Habit habit) throws IOException {
    this(port, token, 0, habit);
  }

  /**
   * @param receiveBuffer bytes that the kernel takes for a client that does not read; 0 for its own
   *     choice
   */
  Crowd(int port, String token, int receiveBuffer) throws IOException {
    this(port, token, receiveBuffer, HURRIED);
  }

  private Crowd(int port, String token, int receiveBuffer, Habit habit) throws IOException {
    this.relay = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    this.token = token;
    this.receiveBuffer = receiveBuffer;
    this.habit = habit;
  }

  /** Lets readers come, and waits until all of them are there. */
  void join(List<Reader> readers) throws IOException {
    for (Reader reader : readers) {
      away.add(new Away(reader, System.nanoTime()));
    }
    if (!await(Duration.ofMinutes(2), this::isWhole)) {
      throw new IOException("not all streams could be opened");
    }
  }

  /** Whether nobody is away or on the way. */
  boolean isWhole() {
    return away.isEmpty() && opening.isEmpty();
  }

  /** Cuts a reader's connection; it comes back after a while. */
  void leave(Reader reader, Duration pause) throws IOException {
    SocketChannel channel = channels.remove(reader);
    if (channel != null) {
      channel.close();
      opening.remove(reader);
      reader.end();
      away.add(new Away(reader, System.nanoTime() + pause.toNanos()));
    }
  }

  /** How many connections ended that nobody here had ended. */
  long broken() {
    return broken;
  }

  /** How often one of them was served: an open stream, with its first frame. */
  long served() {
    return served;
  }

  /** Takes turns until something is so, but not for ever. */
  boolean await(Duration atMost, BooleanSupplier condition) throws IOException {
    long end = System.nanoTime() + atMost.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        return false;
      }
      turn();
    }
    return true;
  }

  /** Lets come who is due, and reads what is there, or waits a moment for it. */
  void turn() throws IOException {
    long now = System.nanoTime();
    while (opening.size() < habit.atOnce() && !away.isEmpty() && away.element().until() <= now) {
      connect(away.remove().reader());
    }
    selector.select(TURN.toMillis());
    for (SelectionKey key : selector.selectedKeys()) {
      if (key.isValid()) {
        serve(key, (Reader) key.attachment());
      }
    }
    selector.selectedKeys().clear();
  }

  private void connect(Reader reader) throws IOException {
    SocketChannel channel = SocketChannel.open();
    channels.put(reader, channel);
    opening.add(reader);
    if (receiveBuffer > 0) {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
    }
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_CONNECT, reader);
    try {
      channel.connect(relay);
    } catch (ConnectException _) {
      breakOff(reader);
    }
  }

  private void serve(SelectionKey key, Reader reader) throws IOException {
    SocketChannel channel = (SocketChannel) key.channel();
    int n;
    try {
      if (key.isConnectable()) {
        channel.finishConnect();
        key.interestOps(SelectionKey.OP_READ);
        // A new socket's buffer takes the few hundred bytes of a request at once.
        channel.write(reader.begin(token));
        return;
      }
      n = channel.read(ByteBuffer.wrap(buffer));
    } catch (IOException _) {
      n = -1;
    }
    if (n < 0) {
      breakOff(reader);
      return;
    }
    reader.take(buffer, n);
    if (reader.isReady() && opening.remove(reader)) {
      served++;
    }
  }

  private void breakOff(Reader reader) throws IOException {
    if (++broken > habit.mostBroken()) {
      throw new IOException("connections keep breaking");
    }
    leave(reader, habit.pause().apply(reader));
  }

  @Override
  public void close() throws IOException {
    for (Map.Entry<Reader, SocketChannel> entry : channels.entrySet()) {
      entry.getKey().end();
      entry.getValue().close();
    }
    selector.close();
  }
}
