package heliograph.benchmark;

import java.io.IOException;
import java.util.List;

/**
 * The least that a fan-out can cost: a program of one thread that writes what is posted to all of
 * its sockets, without looking at it, keeping it, or checking anybody.
 */
final class Floor implements AutoCloseable {
  private final Process process;
  private final int port;

  private Floor(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static Floor start(Settings settings) throws IOException {
    int port = Server.freePort();
    Process process =
        new ProcessBuilder(settings.tools().resolve("floor").toString(), Integer.toString(port))
            .inheritIO()
            .start();
    Server.awaitOpen(process, port);
    return new Floor(process, port);
  }

  Server server() {
    return new Server(
        "floor", process.pid(), port, List.of("--path", "/sub", "--pub-path", "/pub"));
  }

  @Override
  public void close() {
    Server.stop(process);
  }
}
