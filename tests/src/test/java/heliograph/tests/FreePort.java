package heliograph.tests;

import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports for a relay that is to come back at its address. */
final class FreePort {
  private FreePort() {}

  /**
   * A port below those that the system gives to clients: while the relay is down, nobody comes to
   * have it, and a client cannot meet itself there.
   */
  static int forRestarts() throws IOException {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(20_000, 30_000);
      try (ServerSocket socket = new ServerSocket(port)) {
        return socket.getLocalPort();
      } catch (BindException _) {
        // Somebody has it.
      }
    }
  }
}
