package heliograph.tests;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A connection on which anything can be said, also what no HTTP client would say. */
final class RawHttp implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;

  private RawHttp(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout((int) Deadline.USUAL.toMillis());
  }

  static RawHttp connect(int port) throws IOException {
    return new RawHttp(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  /** Opens a connection with TLS, or without if there is no context. */
  static RawHttp connect(int port, Optional<SSLContext> tls) throws IOException {
    Socket socket = tiny(port);
    return new RawHttp(tls.isPresent() ? layered(socket, tls.get()) : socket);
  }

  /** Opens a connection that takes next to nothing before it is read from. */
  private static Socket tiny(int port) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.setSendBufferSize(16 * 1024);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return socket;
  }

  private static Socket layered(Socket tcp, SSLContext tls) throws IOException {
    SSLSocket socket =
        (SSLSocket) tls.getSocketFactory().createSocket(tcp, "127.0.0.1", tcp.getPort(), true);
    socket.startHandshake();
    return socket;
  }

  RawHttp send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.UTF_8));
  }

  RawHttp send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
    return this;
  }

  /** Sends as much as the other side lets us. */
  RawHttp sendWhatGoes(byte[] bytes) throws IOException {
    try {
      return send(bytes);
    } catch (SocketException _) {
      // The relay may answer and close before it has heard all; its answer is what counts.
      return this;
    }
  }

  /** Says that nothing more will come, as a client does that goes away in mid-sentence. */
  void finish() throws IOException {
    socket.shutdownOutput();
  }

  /** Goes away without a word: a reset, not an orderly end. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  /** Whether something is to be read, or the end, before the time is over. */
  boolean hears(Duration wait) throws IOException {
    socket.setSoTimeout((int) wait.toMillis());
    in.mark(1);
    try {
      in.read();
      in.reset();
      return true;
    } catch (SocketTimeoutException _) {
      return false;
    } finally {
      socket.setSoTimeout((int) Deadline.USUAL.toMillis());
    }
  }

  /** Whether the relay closes the connection and says nothing more. */
  boolean isClosed() throws IOException {
    try {
      return in.read() < 0;
    } catch (SocketTimeoutException _) {
      return false;
    } catch (SocketException _) {
      return true;
    }
  }

  /** Reads and drops whatever comes; whether it ends, in order or not. */
  boolean ends() throws IOException {
    byte[] dropped = new byte[8192];
    try {
      while (in.read(dropped) >= 0) {}
      return true;
    } catch (SocketTimeoutException _) {
      return false;
    } catch (IOException _) {
      return true;
    }
  }

  /** The next response on this connection. */
  Answer answer() throws IOException {
    Answer head = head();
    return Answer.of(head.status(), head.headers(), body(head));
  }

  /** The head of the next response, of which the rest stays unread. */
  Answer head() throws IOException {
    String[] statusLine = line().split(" ", 3);
    if (!statusLine[0].equals("HTTP/1.1")) {
      throw new AssertionError("no status line: " + String.join(" ", statusLine));
    }
    Map<String, List<String>> headers = new LinkedHashMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      String[] parts = line.split(":", 2);
      headers.computeIfAbsent(parts[0], _ -> new ArrayList<>()).add(parts[1].strip());
    }
    return new Answer(Integer.parseInt(statusLine[1]), headers, "");
  }

  byte[] body(Answer head) throws IOException {
    if (head.header("Transfer-Encoding").isPresent()) {
      return chunks();
    }
    if (head.header("Content-Length").isPresent()) {
      return in.readNBytes(Integer.parseInt(head.header("Content-Length").get()));
    }
    return head.status() == 204 || head.status() < 200 ? new byte[0] : in.readAllBytes();
  }

  private byte[] chunks() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    while (true) {
      int size = Integer.parseInt(line(), 16);
      out.writeBytes(in.readNBytes(size));
      line();
      if (size == 0) {
        return out.toByteArray();
      }
    }
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("the connection ended after: " + line);
      }
      line.write(b);
    }
    return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
