package heliograph.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An honest publisher and an honest reader beside an attack: what they see of the relay. The
 * publisher keeps its connection, as a backend does; now and then a stranger knocks, who has none.
 * The reader's stream was open before.
 */
final class Witness {
  private static final Duration EACH_KNOCK = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final int port;
  private final String token;

  Witness(int port, String token) {
    this.port = port;
    this.token = token;
  }

  /**
   * What was seen.
   *
   * @param publishMillis of each publish, until its answer
   * @param refused publishes that were not stored
   * @param knockMillis of each new connection, until the answer to its first request
   * @param shut new connections that were not answered in time
   * @param unseen events that were stored, and that the reader was not shown
   */
  record Seen(
      List<Double> publishMillis, int refused, List<Double> knockMillis, int shut, int unseen) {
    double publishMedian() {
      return at(publishMillis, 0.5);
    }

    double publishMost() {
      return at(publishMillis, 0.99);
    }

    double knockMedian() {
      return at(knockMillis, 0.5);
    }

    private static double at(List<Double> values, double part) {
      if (values.isEmpty()) {
        return Double.NaN;
      }
      List<Double> sorted = new ArrayList<>(values);
      Collections.sort(sorted);
      return sorted.get((int) Math.min(sorted.size() - 1L, Math.round(part * sorted.size())));
    }
  }

  /** Publishes and reads for some time, an event after the other, while a stranger knocks. */
  Seen look(Duration time) throws IOException {
    List<Double> publishes = new ArrayList<>();
    List<Double> knocks = Collections.synchronizedList(new ArrayList<>());
    AtomicInteger shut = new AtomicInteger();
    int refused = 0;
    int stored = 0;
    long end = System.nanoTime() + time.toNanos();
    Thread knocking = Thread.ofVirtual().start(() -> knock(end, knocks, shut));
    try (Socket stream = connect();
        Socket kept = connect()) {
      Thread reading = read(stream);
      BufferedReader answers = reader(kept);
      for (int i = 0; System.nanoTime() < end; i++) {
        long from = System.nanoTime();
        if (publish(kept, answers, i) == 202) {
          stored++;
        } else {
          refused++;
        }
        publishes.add(millis(from));
        Server.pause(Duration.ofMillis(5));
      }
      long last = System.nanoTime() + PATIENCE.toNanos();
      while (events.get() < stored && System.nanoTime() < last) {
        Server.pause(Duration.ofMillis(10));
      }
      stream.shutdownInput();
      reading.join();
      knocking.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return new Seen(publishes, refused, knocks, shut.get(), (int) (stored - events.get()));
  }

  private void knock(long end, List<Double> knocks, AtomicInteger shut) {
    while (System.nanoTime() < end) {
      long from = System.nanoTime();
      if (isLetIn()) {
        knocks.add(millis(from));
      } else {
        shut.incrementAndGet();
      }
      Server.pause(EACH_KNOCK);
    }
  }

  private final AtomicLong events = new AtomicLong();

  private Thread read(Socket stream) throws IOException {
    events.set(0);
    send(
        stream,
        "GET /v1/stream?topic=witness HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n\r\n"
            .formatted(token));
    BufferedReader lines = reader(stream);
    String line = lines.readLine();
    while (line != null && !line.startsWith("event: system.connected")) {
      line = lines.readLine();
    }
    if (line == null) {
      throw new IOException("the reader was not let in");
    }
    return Thread.ofVirtual().start(() -> count(lines));
  }

  private void count(BufferedReader lines) {
    try {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.equals("event: witnessed")) {
          events.incrementAndGet();
        }
      }
    } catch (IOException _) {
      // The stream is over, and who looks sees what is missing.
    }
  }

  private static int publish(Socket kept, BufferedReader answers, int number) throws IOException {
    String body =
        "{\"tenant\":\"%s\",\"topic\":\"witness\",\"type\":\"witnessed\",\"data\":%d}"
            .formatted(Events.tenant(0), number);
    send(
        kept,
        "POST /v1/hooks/bench HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(Relay.SECRET, body.length(), body));
    return status(answers);
  }

  /** Whether somebody new is let in and answered. */
  private boolean isLetIn() {
    try (Socket socket = connect()) {
      send(socket, "GET /v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
      return status(reader(socket)) == 401;
    } catch (IOException _) {
      return false;
    }
  }

  private static int status(BufferedReader answer) throws IOException {
    String first = answer.readLine();
    if (first == null) {
      throw new IOException("no answer");
    }
    int length = 0;
    for (String line = answer.readLine(); line != null && !line.isEmpty(); ) {
      if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(line.substring(15).strip());
      }
      line = answer.readLine();
    }
    for (int i = 0; i < length; i++) {
      if (answer.read() < 0) {
        throw new IOException("half an answer");
      }
    }
    return Integer.parseInt(first.substring(9, 12));
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout((int) PATIENCE.toMillis());
    return socket;
  }

  private static BufferedReader reader(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    return new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII));
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static double millis(long from) {
    return (System.nanoTime() - from) / 1e6;
  }
}
