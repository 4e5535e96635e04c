package heliograph.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Operators who look at the console: each has its stream of figures, and one of them may read the
 * list of streams again and again. They look until they are closed.
 */
final class Operators implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final HttpClient http = HttpClient.newHttpClient();
  private final String admin;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicInteger told = new AtomicInteger();
  private final AtomicInteger listed = new AtomicInteger();
  private volatile boolean over;

  /**
   * Lets them begin to look, and waits until each was told something.
   *
   * @param port of the admin listener
   * @param viewers how many have the stream of figures
   * @param lists how often in a second the list of streams is read
   */
  Operators(int port, int viewers, int lists) {
    this.admin = "http://127.0.0.1:" + port + "/admin/v1/";
    for (int i = 0; i < viewers; i++) {
      threads.add(Thread.ofVirtual().start(this::look));
    }
    if (lists > 0) {
      threads.add(Thread.ofVirtual().start(() -> list(Duration.ofSeconds(1).dividedBy(lists))));
    }
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (told.get() < viewers || (lists > 0 && listed.get() == 0)) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("the console tells nothing");
      }
      Server.pause(Duration.ofMillis(20));
    }
  }

  private void look() {
    HttpRequest request = HttpRequest.newBuilder(URI.create(admin + "live")).build();
    try (Stream<String> lines = http.send(request, HttpResponse.BodyHandlers.ofLines()).body()) {
      lines.takeWhile(_ -> !over).filter(it -> it.startsWith("data:")).forEach(_ -> told());
    } catch (IOException | UncheckedIOException e) {
      if (!over) {
        throw new IllegalStateException("a viewer was left alone", e);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void told() {
    told.incrementAndGet();
  }

  private void list(Duration pace) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(admin + "streams?limit=100&sort=-late")).build();
    try {
      for (long next = System.nanoTime(); !over; next += pace.toNanos()) {
        if (http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() != 200) {
          throw new IllegalStateException("the list of streams was refused");
        }
        listed.incrementAndGet();
        TimeUnit.NANOSECONDS.sleep(next + pace.toNanos() - System.nanoTime());
      }
    } catch (IOException e) {
      if (!over) {
        throw new UncheckedIOException(e);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** How often the list of streams was read. */
  int listed() {
    return listed.get();
  }

  @Override
  public void close() {
    over = true;
    http.shutdownNow();
    threads.forEach(Thread::interrupt);
  }
}
