package heliograph.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A tenant that wants little: it publishes at a steady rate over one connection, and has one
 * stream. Each event is due at a time of its own, and what it took is counted from then, so that
 * who is late because the one before was late says so. One thread.
 */
final class Neighbour {
  static final String TENANT = "neighbour";
  static final int RATE = 100;

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
   * @param publishMillis of each event, until it was stored; in order of size
   * @param deliveryMillis of each of them that came, until it was read from the stream; likewise
   * @param refused how often one was not stored, or not answered in time
   * @param unsent how many were due and not sent, because those before took so long
   */
  record Seen(List<Double> publishMillis, List<Double> deliveryMillis, int refused, int unsent) {
    double publish(double share) {
      return at(publishMillis, share);
    }

    double delivery(double share) {
      return at(deliveryMillis, share);
    }

    private static double at(List<Double> sorted, double share) {
      int at = (int) Math.min(sorted.size() - 1L, Math.round(sorted.size() * share));
      return sorted.isEmpty() ? Double.POSITIVE_INFINITY : sorted.get(at);
    }

    /** Events that were stored and did not come. */
    int unseen() {
      return publishMillis.size() - deliveryMillis.size();
    }
  }

  /** Publishes for some time, and waits until all has come, but not for ever. */
  Seen look(Duration time) throws IOException {
    int most = Math.toIntExact(RATE * time.toMillis() / 1000);
    double[] publishes = new double[most];
    double[] deliveries = new double[most];
    AtomicInteger come = new AtomicInteger();
    int sent = 0;
    int refused = 0;
    Source source = new Source(port);
    try (Socket stream = new Socket(InetAddress.getLoopbackAddress(), port)) {
      stream.setTcpNoDelay(true);
      BufferedReader lines = open(stream);
      long start = System.nanoTime() + Duration.ofMillis(100).toNanos();
      Thread reading = Thread.ofPlatform().start(() -> read(lines, start, deliveries, come));
      while (sent < most && System.nanoTime() - due(start, most) < 0) {
        long wait = due(start, sent) - System.nanoTime();
        if (wait > 0) {
          Server.pause(Duration.ofNanos(wait));
        }
        if (isStored(source, source.event(TENANT, TOPIC, "{\"seq\":%d}".formatted(sent)))) {
          publishes[sent] = millisSince(due(start, sent));
          sent++;
        } else {
          refused++;
          source.close();
          source = new Source(port);
        }
      }
      await(come, sent);
      stream.shutdownInput();
      reading.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      source.close();
    }
    return new Seen(sorted(publishes, sent), sorted(deliveries, come.get()), refused, most - sent);
  }

  private static void await(AtomicInteger come, int sent) {
    long last = System.nanoTime() + PATIENCE.toNanos();
    while (come.get() < sent && System.nanoTime() < last) {
      Server.pause(Duration.ofMillis(5));
    }
  }

  private static List<Double> sorted(double[] millis, int count) {
    return Arrays.stream(millis, 0, count).sorted().boxed().toList();
  }

  private static boolean isStored(Source source, String event) {
    try {
      source.send(event);
      return true;
    } catch (IOException _) {
      return false;
    }
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
