package heliograph.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A tenant that wants little: it publishes at a steady rate over one connection, and has one
 * stream. Each event is due at a time of its own, and what it took is counted from then, so that
 * who is late because the one before was late says so. One thread.
 */
final class Neighbour {
  static final String TENANT = "neighbour";
  static final int RATE = 50;

  private static final String TOPIC = "trips";
  private static final String DATA = "data: {\"seq\":";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final int port;
  private final String token;

  Neighbour(int port, String token) {
    this.port = port;
    this.token = token;
  }

  /**
   * What it saw.
   *
   * @param publishMillis of each event that was due, until the answer; in order of size
   * @param deliveryMillis of each of them that came, until it was read from the stream; likewise
   */
  record Seen(double[] publishMillis, double[] deliveryMillis) {
    double publish(double share) {
      return Paced.at(publishMillis, share);
    }

    double delivery(double share) {
      return Paced.at(deliveryMillis, share);
    }

    /** Events that were stored and did not come. */
    int unseen() {
      return publishMillis.length - deliveryMillis.length;
    }
  }

  /** Publishes for some time, and waits until all has come, but not for ever. */
  Seen look(Duration time) throws IOException {
    int count = Math.toIntExact(RATE * time.toMillis() / 1000);
    double[] publishes = new double[count];
    double[] deliveries = new double[count];
    AtomicInteger come = new AtomicInteger();
    try (Socket stream = new Socket(InetAddress.getLoopbackAddress(), port);
        Source source = new Source(port)) {
      stream.setTcpNoDelay(true);
      BufferedReader lines = open(stream);
      long start = System.nanoTime() + Duration.ofMillis(100).toNanos();
      Thread reading =
          Thread.ofPlatform().start(() -> read(lines, start, deliveries, come));
      for (int i = 0; i < count; i++) {
        long wait = due(start, i) - System.nanoTime();
        if (wait > 0) {
          Server.pause(Duration.ofNanos(wait));
        }
        source.send(source.event(TENANT, TOPIC, "{\"seq\":%d}".formatted(i)));
        publishes[i] = millisSince(due(start, i));
      }
      long last = System.nanoTime() + PATIENCE.toNanos();
      while (come.get() < count && System.nanoTime() < last) {
        Server.pause(Duration.ofMillis(5));
      }
      stream.shutdownInput();
      reading.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    double[] came = Arrays.copyOf(deliveries, come.get());
    Arrays.sort(publishes);
    Arrays.sort(came);
    return new Seen(publishes, came);
  }

  private BufferedReader open(Socket stream) throws IOException {
    String request =
        "GET /v1/stream?topic=%s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n\r\n"
            .formatted(TOPIC, token);
    stream.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(stream.getInputStream(), StandardCharsets.US_ASCII));
    String line = lines.readLine();
    while (line != null && !line.startsWith("event: system.connected")) {
      line = lines.readLine();
    }
    if (line == null) {
      throw new IOException("the neighbour's stream was not let in");
    }
    return lines;
  }

  /** Takes the times of events, which come in the order of their numbers. */
  private static void read(
      BufferedReader lines, long start, double[] deliveries, AtomicInteger come) {
    try {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(DATA)) {
          int next = come.get();
          int seq = Integer.parseInt(line, DATA.length(), line.indexOf('}'), 10);
          if (seq != next) {
            throw new IllegalStateException(seq + " came in the place of " + next);
          }
          deliveries[next] = millisSince(due(start, next));
          come.set(next + 1);
        }
      }
    } catch (IOException _) {
      // The stream is over, and what has not come is unseen.
    }
  }

  private static long due(long start, int number) {
    return start + number * 1_000_000_000L / RATE;
  }

  private static double millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e6;
  }
}
