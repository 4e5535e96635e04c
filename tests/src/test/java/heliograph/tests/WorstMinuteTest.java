package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A relay that is killed with many streams open and publishers at work, and comes back at its
 * address: all return by themselves, each with its own place, and nobody misses anything. With the
 * figures of a busy relay the benchmark's section {@code worst} does the same.
 */
class WorstMinuteTest {
  private static final String KEY = "worst-minute-key-0123456789";
  private static final int KILLED = 128 + 9;
  private static final int KILLS = 2;
  private static final int STREAMS = 200;
  private static final int TOPICS = 8;
  private static final int EVENTS_PER_SECOND = 200;
  private static final int BETWEEN_KILLS = 300;
  private static final long BACKOFF_MILLIS = 50;
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @TempDir private Path folder;

  private RelayProcess relay(TestIssuer issuer, int port) throws Exception {
    return RelayProcess.start(
        """
        identity: { issuers: [%s] }
        publishers:
          - { name: backend, scheme: token, secrets: [%s], tenants: [acme] }
        log: { directory: "%s" }
        stream: { retry: PT1S }
        shutdown: { reconnect-window: PT1S }
        """
            .formatted(issuer.yaml(), KEY, folder.resolve("log")),
        Map.of(),
        "-Drelay.log.durability=fsync",
        "-Dserver.port=" + port);
  }

  @Test
  void allReturnFromEachKillAndNothingIsLostOrDoubled() throws Exception {
    int port = FreePort.forRestarts();
    List<ReturningClient> clients = new ArrayList<>();
    List<Backend> backends =
        IntStream.range(0, TOPICS).mapToObj(i -> new Backend(port, i)).toList();
    try (TestIssuer issuer = TestIssuer.start();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      RelayProcess relay = relay(issuer, port);
      try {
        for (int i = 0; i < STREAMS; i++) {
          String token = issuer.token("user" + i, "acme");
          clients.add(ReturningClient.of(port, token, Backend.topic(i % TOPICS)));
        }
        awaitOpened(clients, 1);
        List<Future<?>> publishing = new ArrayList<>();
        backends.forEach(backend -> publishing.add(threads.submit(backend::publish)));
        for (int kill = 1; kill <= KILLS; kill++) {
          awaitMore(backends, publishing);
          relay.kill();
          assertEquals(KILLED, relay.exitCode());
          relay.assertNoBugs();
          RelayProcess next = relay(issuer, port);
          relay.close();
          relay = next;
          awaitOpened(clients, kill + 1);
        }
        awaitMore(backends, publishing);
        backends.forEach(Backend::stop);
        for (Future<?> backend : publishing) {
          backend.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        assertAllHaveAll(clients, backends);
        relay.assertWell();
      } finally {
        backends.forEach(Backend::stop);
        for (ReturningClient client : clients) {
          client.close();
        }
        relay.close();
      }
    }
  }

  private static void awaitOpened(List<ReturningClient> clients, int times) throws Exception {
    Deadline.await(
        "each client served for the %s. time".formatted(times),
        PATIENCE,
        () -> clients.stream().allMatch(client -> client.opened() >= times));
  }

  /** Waits until the relay of now has taken events, of every back end some. */
  private static void awaitMore(List<Backend> backends, List<Future<?>> publishing)
      throws Exception {
    List<Integer> before = backends.stream().map(Backend::count).toList();
    Deadline.await(
        "further events",
        PATIENCE,
        () -> {
          for (Future<?> backend : publishing) {
            if (backend.isDone()) {
              backend.get();
            }
          }
          return IntStream.range(0, TOPICS)
              .allMatch(i -> backends.get(i).count() >= before.get(i) + BETWEEN_KILLS / TOPICS);
        });
  }

  private static void assertAllHaveAll(List<ReturningClient> clients, List<Backend> backends)
      throws Exception {
    Map<String, List<String>> acknowledged =
        backends.stream().collect(Collectors.toMap(Backend::topic, Backend::acknowledged));
    Deadline.await(
        "the last event at each client",
        PATIENCE,
        () ->
            clients.stream()
                .allMatch(it -> it.last().equals(acknowledged.get(it.topic()).getLast())));
    for (ReturningClient client : clients) {
      assertEquals(acknowledged.get(client.topic()), client.seen(), client::topic);
      assertFalse(
          client.notices().stream().anyMatch(it -> it.type().equals("system.gap")),
          () -> "a gap where nothing is missing: " + client.notices());
    }
    assertTrue(
        backends.stream().mapToInt(Backend::triedAgain).sum() > 0,
        "nobody published while the relay was away");
  }

  /** Publishes to a topic of its own, one event at a time, each until it is acknowledged. */
  private static final class Backend {
    private final Http http;
    private final int number;
    private final List<String> acknowledged = new ArrayList<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicInteger triedAgain = new AtomicInteger();
    private volatile boolean stopped;

    Backend(int port, int number) {
      this.http = new Http(port);
      this.number = number;
    }

    static String topic(int number) {
      return "backend." + number;
    }

    String topic() {
      return topic(number);
    }

    Void publish() throws Exception {
      try (http) {
        long from = System.nanoTime();
        long apart = TimeUnit.SECONDS.toNanos(TOPICS) / EVENTS_PER_SECOND;
        for (int i = 0; !stopped; i++) {
          // What was due while the relay was away is sent without a pause.
          TimeUnit.NANOSECONDS.sleep(from + i * apart - System.nanoTime());
          acknowledged.add(untilTaken(i));
          count.incrementAndGet();
        }
      }
      return null;
    }

    private String untilTaken(int i) throws Exception {
      String body =
          """
          {"id":"%1$s-%2$s","tenant":"acme","topic":"%3$s","type":"test.happened","data":%2$s}\
          """
              .formatted(number, i, topic());
      long limit = System.nanoTime() + PATIENCE.toNanos();
      for (int tries = 1; System.nanoTime() < limit; tries++) {
        try {
          Answer answer =
              http.post(
                  "/v1/hooks/backend",
                  body,
                  "Content-Type",
                  Publisher.JSON,
                  "Authorization",
                  "Bearer " + Secrets.key(KEY));
          if (answer.status() == 202) {
            assertTrue(tries > 1 || answer.json().get("duplicate").equals(false), answer::toString);
            return answer.json().get("cursor") + " " + i;
          }
          // All else that a relay may answer would be final to a sender.
          assertEquals(503, answer.status(), answer::toString);
        } catch (IOException _) {
          // Refused, or broken off before the answer: nobody knows whether it is stored.
        }
        triedAgain.incrementAndGet();
        TimeUnit.MILLISECONDS.sleep(BACKOFF_MILLIS);
      }
      throw new AssertionError("not acknowledged within " + PATIENCE + ": " + body);
    }

    void stop() {
      stopped = true;
    }

    int count() {
      return count.get();
    }

    int triedAgain() {
      return triedAgain.get();
    }

    /** Cursor and data of each event, in the order in which they were sent; once it has stopped. */
    List<String> acknowledged() {
      return List.copyOf(acknowledged);
    }
  }
}
