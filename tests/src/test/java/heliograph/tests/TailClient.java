package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An operator who looks on at events; closing it is looking away. One thread. */
final class TailClient implements AutoCloseable {
  private final Socket socket;
  private final BufferedReader lines;

  /** What was told, and under which name. */
  record Told(String name, Map<String, Object> data) {}

  private TailClient(Socket socket, BufferedReader lines) {
    this.socket = socket;
    this.lines = lines;
  }

  /**
   * Looks on, and takes what a tail begins with.
   *
   * @param query the query without its question mark
   * @param headers whole lines with their ends
   */
  static TailClient open(RelayProcess relay, String query, String headers) throws IOException {
    TailClient client = request(relay, query, headers, 0);
    assertEquals("HTTP/1.1 200 OK", client.lines.readLine());
    Told first = client.next();
    assertEquals("tail", first.name());
    assertEquals(50L, first.data().get("perSecond"));
    return client;
  }

  /** Looks on through a receive buffer that is soon full, and reads nothing. */
  static TailClient stalled(RelayProcess relay, String query, String headers) throws IOException {
    return request(relay, query, headers, 16 * 1024);
  }

  private static TailClient request(
      RelayProcess relay, String query, String headers, int receiveBuffer) throws IOException {
    Socket socket = new Socket();
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), relay.admin().port()));
    socket.setSoTimeout((int) Deadline.USUAL.toMillis());
    String request =
        "GET /admin/v1/tail?%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n".formatted(query, headers);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return new TailClient(
        socket,
        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8)));
  }

  /** Whether it was let in; asked before anything else of it. */
  boolean isLetIn() throws IOException {
    return "HTTP/1.1 200 OK".equals(lines.readLine());
  }

  /** What is told next, with beats left out. */
  Told next() throws IOException {
    String name = "";
    String data = "";
    // Beats come each second, so that nothing comes is not found out by a read that waits.
    long until = System.nanoTime() + Deadline.USUAL.toNanos();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith("event:")) {
        name = line.substring("event:".length()).strip();
      } else if (line.startsWith("data:")) {
        data = line.substring("data:".length()).strip();
      } else if (line.isEmpty() && !data.isEmpty() && !name.equals("beat")) {
        return new Told(name, Json.object(data));
      } else if (System.nanoTime() - until > 0) {
        throw new AssertionError("nothing is told");
      }
    }
    return new Told("over", Map.of());
  }

  /** The next event; others than events are not expected before it. */
  Map<String, Object> event() throws IOException {
    Told told = next();
    assertEquals("event", told.name(), told::toString);
    return told.data();
  }

  /** All that is told until something of this name, which is the last. */
  List<Told> until(String name) throws IOException {
    List<Told> all = new ArrayList<>();
    do {
      all.add(next());
    } while (!all.getLast().name().equals(name) && !all.getLast().name().equals("over"));
    assertEquals(name, all.getLast().name(), all::toString);
    return all;
  }

  /** Looks away before the end of the test's story. */
  void leave() throws IOException {
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
