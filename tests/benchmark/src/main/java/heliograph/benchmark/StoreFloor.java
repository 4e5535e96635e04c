package heliograph.benchmark;

import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;

/**
 * The least that a durable publish can cost on the relay's web server: each request's body waits
 * for one thread, which appends all that wait to a file, syncs it once, and lets them be answered.
 * Nobody is checked, nothing is read out of a body, no duplicate is known, and nothing could be
 * found again.
 */
final class StoreFloor implements AutoCloseable {
  private static final int MOST_WAITING = 4096;
  private static final int FILE = 64 * 1024 * 1024;

  private final Process process;
  private final int port;

  private StoreFloor(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static StoreFloor start(Settings settings) throws IOException {
    int port = Server.freePort();
    List<String> command = new ArrayList<>(List.of(settings.java().toString()));
    command.addAll(Relay.JVM);
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            StoreFloor.class.getName(),
            Integer.toString(port),
            settings.work().resolve("floor.data").toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(settings.work().resolve("floor.log").toFile())
            .start();
    Server.awaitOpen(process, port);
    return new StoreFloor(process, port);
  }

  int port() {
    return port;
  }

  @Override
  public void close() {
    Server.stop(process);
  }

  /** Serves, until the process is ended; its arguments are a port and a file. */
  public static void main(String[] arguments) throws IOException {
    BlockingQueue<Body> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    FileChannel file =
        FileChannel.open(
            Path.of(arguments[1]),
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    Thread.ofPlatform().start(() -> store(file, waiting));
    WebServer.builder()
        .address(InetAddress.getLoopbackAddress())
        .port(Integer.parseInt(arguments[0]))
        .connectionOptions(options -> options.tcpNoDelay(true))
        .routing(
            routing ->
                routing.post("/", (request, response) -> publish(waiting, request, response)))
        .build()
        .start();
  }

  private record Body(ByteBuffer bytes, CountDownLatch stored) {}

  private static void publish(
      BlockingQueue<Body> waiting, ServerRequest request, ServerResponse response)
      throws InterruptedException {
    Body body =
        new Body(ByteBuffer.wrap(request.content().as(byte[].class)), new CountDownLatch(1));
    waiting.put(body);
    body.stored.await();
    response.status(Status.ACCEPTED_202).send("{}".getBytes(StandardCharsets.US_ASCII));
  }

  private static void store(FileChannel file, BlockingQueue<Body> waiting) {
    List<Body> batch = new ArrayList<>();
    try {
      while (true) {
        batch.clear();
        batch.add(waiting.take());
        waiting.drainTo(batch);
        if (file.size() > FILE) {
          file.truncate(0);
        }
        ByteBuffer[] bytes = batch.stream().map(Body::bytes).toArray(ByteBuffer[]::new);
        long left = batch.stream().mapToLong(body -> body.bytes.remaining()).sum();
        while (left > 0) {
          left -= file.write(bytes);
        }
        file.force(false);
        batch.forEach(body -> body.stored.countDown());
      }
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
