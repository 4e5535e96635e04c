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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Publishers over kept-alive connections: each has one event on its way, and sends the next when it
 * has the answer. All of them are served by one thread, so that little is taken from the server,
 * which has the same cores.
 */
final class Load {
  private static final AtomicInteger RUNS = new AtomicInteger();
  private static final int ID_DIGITS = 9;

  private final int port;
  private final String path;
  private final String headers;
  private long answered;

  /**
   * @param path with {@code %s} for the tenant
   * @param headers further ones, each with its line end
   */
  Load(int port, String path, String headers) {
    this.port = port;
    this.path = path;
    this.headers = headers;
  }

  /** Events per second, counted after a warm-up. */
  double run(int connections, Duration warmUp, Duration measured) throws IOException {
    answered = 0;
    Events events = new Events();
    int run = RUNS.incrementAndGet();
    List<Publisher> publishers = new ArrayList<>();
    try (Selector selector = Selector.open()) {
      for (int i = 0; i < connections; i++) {
        publishers.add(new Publisher(selector, request(events, run, i)));
      }
      for (Publisher publisher : publishers) {
        publisher.send();
      }
      serve(selector, warmUp);
      long before = answered;
      long from = System.nanoTime();
      serve(selector, measured);
      return (answered - before) * 1e9 / (System.nanoTime() - from);
    } finally {
      for (Publisher publisher : publishers) {
        publisher.channel.close();
      }
    }
  }

  private void serve(Selector selector, Duration time) throws IOException {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      if (selector.select(1000) == 0) {
        throw new IOException("no answer for a second");
      }
      for (SelectionKey key : selector.selectedKeys()) {
        if (((Publisher) key.attachment()).receive()) {
          answered++;
        }
      }
      selector.selectedKeys().clear();
    }
  }

  private Request request(Events events, int run, int index) {
    String tenant = Events.tenant(index);
    String id =
        "%s-%03d-%04d-%09d"
            .formatted(Long.toString(ProcessHandle.current().pid(), 36), run, index, 0);
    String body = events.body(tenant, id);
    String text =
        "POST "
            + path.formatted(tenant)
            + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            + headers
            + "Content-Length: "
            + body.length()
            + "\r\n\r\n"
            + body;
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    return new Request(bytes, text.indexOf(id) + id.length());
  }

  /** The bytes of a request, in which the number at the end of the id counts on. */
  private static final class Request {
    private final ByteBuffer bytes;
    private final int idEnd;

    Request(byte[] bytes, int idEnd) {
      this.bytes = ByteBuffer.allocateDirect(bytes.length).put(bytes);
      this.idEnd = idEnd;
    }

    ByteBuffer next() {
      for (int at = idEnd - 1; at >= idEnd - ID_DIGITS; at--) {
        if (bytes.get(at) != '9') {
          bytes.put(at, (byte) (bytes.get(at) + 1));
          break;
        }
        bytes.put(at, (byte) '0');
      }
      return bytes.rewind();
    }
  }

  private final class Publisher {
    private final SocketChannel channel;
    private final Request request;
    private final ByteBuffer answer = ByteBuffer.allocate(8192);

    Publisher(Selector selector, Request request) throws IOException {
      this.request = request;
      this.channel =
          SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ, this);
    }

    void send() throws IOException {
      ByteBuffer bytes = request.next();
      channel.write(bytes);
      if (bytes.hasRemaining()) {
        throw new IOException("a request did not fit the socket's buffer");
      }
    }

    /** Reads what is there; once the answer is whole, sends the next event. */
    boolean receive() throws IOException {
      if (channel.read(answer) < 0) {
        throw new IOException("the server closed a connection");
      }
      String text = new String(answer.array(), 0, answer.position(), StandardCharsets.ISO_8859_1);
      int head = text.indexOf("\r\n\r\n");
      if (head < 0 || text.length() < head + 4 + contentLength(text, head)) {
        return false;
      }
      if (!text.startsWith("HTTP/1.1 2")) {
        throw new IOException("refused: " + text);
      }
      answer.clear();
      send();
      return true;
    }

    private static int contentLength(String text, int head) throws IOException {
      int name = text.indexOf("ontent-");
      while (name >= 0 && name < head) {
        if (text.regionMatches(true, name, "ontent-length: ", 0, 15)) {
          return Integer.parseInt(text.substring(name + 15, text.indexOf('\r', name)));
        }
        name = text.indexOf("ontent-", name + 1);
      }
      throw new IOException("an answer without a length: " + text);
    }
  }
}
