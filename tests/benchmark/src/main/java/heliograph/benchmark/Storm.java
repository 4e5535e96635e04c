package heliograph.benchmark;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Clients that come back all at once, as they do after a restart: evenly over a time, each with a
 * connection of its own and one request for a stream. They stay until all are there.
 */
final class Storm {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final byte[] OPEN = "HTTP/1.1 200 ".getBytes(StandardCharsets.US_ASCII);

  private final int port;
  private final byte[] request;

  /**
   * @param head the first line of the request without its version, such as {@code GET /x}, and the
   *     fields of its head, each line ended by CR LF
   */
  Storm(int port, String head) {
    this.port = port;
    this.request =
        (head.replaceFirst("\r\n", " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n") + "\r\n")
            .getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Has them come.
   *
   * @param clients how many
   * @param time over which they come
   * @return how long each waited from its connecting until its stream was open, in ms
   */
  Samples blow(int clients, Duration time) throws IOException {
    List<Future<Double>> waits = new ArrayList<>();
    List<Socket> open = new ArrayList<>();
    Samples samples = new Samples();
    long start = System.nanoTime();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < clients; i++) {
        long at = start + time.toNanos() * i / clients;
        Socket socket = new Socket();
        open.add(socket);
        waits.add(
            threads.submit(
                () -> {
                  TimeUnit.NANOSECONDS.sleep(at - System.nanoTime());
                  return come(socket);
                }));
      }
      for (Future<Double> wait : waits) {
        samples.add(wait.get());
      }
    } catch (Exception e) {
      throw new IOException("a client of the storm was not served", e);
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
    return samples;
  }

  private double come(Socket socket) throws IOException {
    long from = System.nanoTime();
    socket.setSoTimeout((int) PATIENCE.toMillis());
    socket.connect(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) PATIENCE.toMillis());
    socket.getOutputStream().write(request);
    InputStream in = socket.getInputStream();
    for (byte expected : OPEN) {
      if (in.read() != expected) {
        throw new IOException("no stream was opened");
      }
    }
    return (System.nanoTime() - from) / 1e6;
  }
}
