package heliograph.benchmark;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Requests at a steady rate over kept-alive connections. Each is due at a time of its own, and what
 * it took is counted from then: who is late because the answer before was late says so.
 */
final class Paced {
  private static final int CONNECTIONS = 16;

  private final int port;
  private final int rate;
  private final IntFunction<String> request;
  private final double[] millis;
  private final List<Thread> threads = new ArrayList<>();
  private volatile @Nullable Throwable failure;

  /**
   * Begins at once.
   *
   * @param rate requests a second over all
   * @param request the whole text of the request of a number
   */
  Paced(int port, int rate, Duration time, IntFunction<String> request) {
    this.port = port;
    this.rate = rate;
    this.request = request;
    this.millis = new double[Math.toIntExact(rate * time.toSeconds())];
    long start = System.nanoTime();
    for (int i = 0; i < CONNECTIONS; i++) {
      int first = i;
      threads.add(
          Thread.ofPlatform()
              .uncaughtExceptionHandler((_, e) -> failure = e)
              .start(() -> send(first, start)));
    }
  }

  private void send(int first, long start) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      for (int i = first; i < millis.length; i += CONNECTIONS) {
        byte[] text = request.apply(i).getBytes(StandardCharsets.US_ASCII);
        long due = start + i * 1_000_000_000L / rate;
        long wait = due - System.nanoTime();
        if (wait > 0) {
          Server.pause(Duration.ofNanos(wait));
        }
        socket.getOutputStream().write(text);
        readAnswer(in);
        millis[i] = (System.nanoTime() - due) / 1e6;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void readAnswer(InputStream in) throws IOException {
    String status = line(in);
    if (!status.startsWith("HTTP/1.1 2")) {
      throw new IOException("refused: " + status);
    }
    int length = 0;
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      String lower = line.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Integer.parseInt(lower.substring(15).strip());
      }
    }
    in.readNBytes(length);
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new IOException("the server closed a connection");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  /** What the requests took in milliseconds, in order, without the first fifth. */
  double[] await() throws IOException, InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
    if (failure != null) {
      throw new IOException(failure);
    }
    double[] counted = Arrays.copyOfRange(millis, millis.length / 5, millis.length);
    Arrays.sort(counted);
    return counted;
  }

  static double at(double[] sorted, double share) {
    return sorted[(int) Math.min(sorted.length - 1L, Math.round(sorted.length * share))];
  }
}
