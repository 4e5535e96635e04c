package heliograph.benchmark;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Connections that send what they have, read nothing before that, and come back when they are cut.
 * Bounded in number; one thread of its own, until it is closed.
 */
final class Flood implements AutoCloseable {
  // Connections begun in a second: without a pace it would measure whose loop is faster, as both
  // have the same processors.
  private static final int PACE = 1000;

  private final int port;
  private final byte[] script;
  private final int repeats;
  private final Selector selector = Selector.open();
  private final ByteBuffer dropped = ByteBuffer.allocate(4096);
  private final Thread thread;
  private volatile boolean over;
  private final AtomicLong opened = new AtomicLong();

  /**
   * @param connections how many there are at a time
   * @param script what each of them sends
   * @param repeats how many times
   */
  Flood(int port, int connections, String script, int repeats) throws IOException {
    this.port = port;
    this.script = script.getBytes(StandardCharsets.US_ASCII);
    this.repeats = repeats;
    this.thread = Thread.ofPlatform().name("flood").start(() -> run(connections));
  }

  private static final class Attacker {
    private final SocketChannel channel;
    private final ByteBuffer script;
    private int left;

    Attacker(SocketChannel channel, ByteBuffer script, int repeats) {
      this.channel = channel;
      this.script = script;
      this.left = repeats;
    }

    /** Sends what goes; false once all is sent. */
    boolean send() throws IOException {
      while (left > 0) {
        channel.write(script);
        if (script.hasRemaining()) {
          return true;
        }
        script.rewind();
        left--;
      }
      return false;
    }
  }

  private void run(int connections) {
    ByteBuffer shared = ByteBuffer.allocateDirect(script.length).put(script).flip();
    int open = 0;
    long began = System.nanoTime();
    long begun = 0;
    try {
      while (!over) {
        double due = (System.nanoTime() - began) / 1e9 * PACE;
        while (open < connections && begun < due && connect(shared)) {
          open++;
          begun++;
        }
        selector.select(10);
        for (SelectionKey key : List.copyOf(selector.selectedKeys())) {
          open -= serve(key) ? 0 : 1;
        }
        selector.selectedKeys().clear();
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean connect(ByteBuffer shared) throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
    try {
      channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    } catch (IOException _) {
      channel.close();
      return false;
    }
    Attacker attacker = new Attacker(channel, shared.duplicate(), repeats);
    channel.register(selector, SelectionKey.OP_CONNECT, attacker);
    return true;
  }

  /** False once it is gone. */
  private boolean serve(SelectionKey key) {
    Attacker attacker = (Attacker) key.attachment();
    try {
      if (key.isConnectable()) {
        attacker.channel.finishConnect();
        opened.incrementAndGet();
        key.interestOps(SelectionKey.OP_WRITE);
      }
      if (key.isWritable() && !attacker.send()) {
        // From now on only its end is of interest.
        key.interestOps(SelectionKey.OP_READ);
      }
      if (key.isReadable()) {
        dropped.clear();
        if (attacker.channel.read(dropped) < 0) {
          throw new IOException("closed");
        }
      }
      return true;
    } catch (IOException _) {
      close(attacker);
      return false;
    }
  }

  private static void close(Attacker attacker) {
    try {
      attacker.channel.close();
    } catch (IOException _) {
      // It is closed as far as it can be.
    }
  }

  /** How many connections were let in by the kernel so far. */
  long opened() {
    return opened.get();
  }

  @Override
  public void close() throws IOException {
    over = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    for (SelectionKey key : selector.keys()) {
      close((Attacker) key.attachment());
    }
    selector.close();
  }
}
