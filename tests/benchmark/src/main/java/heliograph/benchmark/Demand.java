package heliograph.benchmark;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What somebody asks of the relay without an end: streams, each with a thread of its own here, and
 * events. It goes on until it is closed.
 */
final class Demand implements AutoCloseable {
  private static final int SMALL_BUFFER = 4096;

  private final int port;
  private final List<Thread> threads = new ArrayList<>();
  private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong broken = new AtomicLong();
  private volatile boolean over;

  Demand(int port) {
    this.port = port;
  }

  /** Something that is done again and again. */
  interface Task {
    void run() throws IOException;
  }

  /** Reads streams, of which it wants nothing; returns once all of them are open. */
  void read(List<String> requests) throws InterruptedException {
    CountDownLatch open = new CountDownLatch(requests.size());
    for (String request : requests) {
      begin(
          () -> {
            try (Socket socket = connect(0)) {
              InputStream in = ask(socket, request);
              awaitFirst(in);
              open.countDown();
              in.transferTo(OutputStream.nullOutputStream());
            }
          });
    }
    open.await();
  }

  /** Opens streams; once the first words of one have come, it opens that anew. */
  void openAgainAndAgain(List<String> requests) {
    for (String request : requests) {
      begin(
          () -> {
            while (!over) {
              try (Socket socket = connect(0)) {
                awaitFirst(ask(socket, request));
                done.incrementAndGet();
              } catch (IOException _) {
                // The relay was too late for its own timers, and who comes back keeps at it.
                broken.incrementAndGet();
              } finally {
                sockets.removeIf(Socket::isClosed);
              }
            }
          });
    }
  }

  /** Opens streams and reads nothing more once they are there. */
  void stall(List<String> requests) throws IOException {
    for (String request : requests) {
      awaitFirst(ask(connect(SMALL_BUFFER), request));
    }
  }

  /** Does something as often as it can until all is over. */
  void repeat(Task task) {
    begin(
        () -> {
          while (!over) {
            task.run();
            done.incrementAndGet();
          }
        });
  }

  private void begin(Task task) {
    threads.add(
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    task.run();
                  } catch (IOException _) {
                    broken.incrementAndGet();
                  }
                }));
  }

  private Socket connect(int receiveBuffer) throws IOException {
    Socket socket = new Socket();
    sockets.add(socket);
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return socket;
  }

  private static InputStream ask(Socket socket, String request) throws IOException {
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket.getInputStream();
  }

  /** Reads up to the end of the first event, which says that the stream is there. */
  private static void awaitFirst(InputStream in) throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.indexOf("event: system.connected") < 0 || !text.toString().endsWith("\n\n")) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("no stream: " + text);
      }
      text.append((char) next);
    }
  }

  /** How often something was done so far that is done again and again. */
  long done() {
    return done.get();
  }

  /** How often the relay broke off what was asked of it, as far as that was noticed. */
  long broken() {
    return broken.get();
  }

  @Override
  public void close() throws IOException {
    over = true;
    for (Socket socket : sockets) {
      socket.close();
    }
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
