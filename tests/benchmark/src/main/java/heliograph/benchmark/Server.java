package heliograph.benchmark;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What {@link Ssebench} has to know of a running server.
 *
 * @param name what it is called in the results
 * @param pid its process, whose children count as well
 * @param options how it is subscribed to, and published to
 */
record Server(String name, long pid, int port, List<String> options) {
  /** What the names of topics begin with; a number follows. */
  static final String TOPICS = "orders.";

  private static final int FIRST_OF_CLIENTS = 32_768;
  private static final AtomicInteger NEXT =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(20_000, 30_000));

  private static final Duration GLANCE = Duration.ofMillis(200);
  private static final int GLANCES = 25;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  Server {
    options = List.copyOf(options);
  }

  /**
   * Waits, though not for ever, until the server is done with what was asked of it, so that it does
   * not take from the others: thousands of clients that left, or code to compile.
   */
  void awaitCalm() {
    for (int i = 0; i < GLANCES; i++) {
      Duration before = cpu();
      pause(GLANCE);
      if (cpu().minus(before).compareTo(GLANCE.dividedBy(10)) < 0) {
        return;
      }
    }
  }

  private Duration cpu() {
    ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
    Duration sum = process.info().totalCpuDuration().orElse(Duration.ZERO);
    for (ProcessHandle child : process.children().toList()) {
      sum = sum.plus(child.info().totalCpuDuration().orElse(Duration.ZERO));
    }
    return sum;
  }

  /**
   * A port that nobody listens on now. It is below those that the system gives to clients: while a
   * server is down, nobody comes to have its port, and a client cannot meet itself there.
   */
  static int freePort() throws IOException {
    for (int port = NEXT.getAndIncrement();
        port < FIRST_OF_CLIENTS;
        port = NEXT.getAndIncrement()) {
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (BindException _) {
        // Somebody has it.
      }
    }
    throw new IOException("no port is left");
  }

  /** Waits until a process listens. */
  static void awaitOpen(Process process, int port) {
    long from = System.nanoTime();
    while (!isOpen(port)) {
      if (!process.isAlive() || System.nanoTime() - from > PATIENCE.toNanos()) {
        stop(process);
        throw new IllegalStateException("did not start: " + process.info());
      }
      pause(Duration.ofMillis(5));
    }
  }

  private static boolean isOpen(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException _) {
      return false;
    }
  }

  static void pause(Duration time) {
    try {
      TimeUnit.NANOSECONDS.sleep(time.toNanos());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Asks a process to end, and sees to it. */
  static void stop(Process process) {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Ends whatever this program started and has not ended, as when it is interrupted. */
  static void stopChildren() {
    List<ProcessHandle> children = ProcessHandle.current().children().toList();
    children.forEach(ProcessHandle::destroy);
    for (ProcessHandle child : children) {
      child.onExit().completeOnTimeout(child, PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
      child.destroyForcibly();
    }
  }
}
