package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reloads while backends publish without a pause, and while others reload. */
class ReloadUnderLoadTest {
  private static final int PUBLISHERS = 8;
  private static final int ROTATIONS = 5;
  private static final int MOST_WAITING = 16;
  private static final int REFUSED = 8;

  private static TestIssuer issuer;

  @TempDir private Path folder;

  @BeforeAll
  static void startTheIssuer() throws Exception {
    issuer = TestIssuer.start();
  }

  @AfterAll
  static void stopTheIssuer() {
    issuer.close();
  }

  private static String secret(int number) {
    return "rotating-key-of-round-" + number;
  }

  private static String with(String issuers, String... secrets) {
    return """
    identity: { issuers: [%s] }
    publishers: [ { name: orders, scheme: token, secrets: [%s], tenants: [acme] } ]
    """
        .formatted(issuers, String.join(",", secrets));
  }

  /** As the page of keys tells operators to do it: both, change the sender over, the new one. */
  @Test
  void secretsRotateWhileOthersPublishAndNothingIsRefused() throws Exception {
    try (RelayProcess relay = RelayProcess.start(with(issuer.yaml(), secret(0)));
        SseClient stream = SseClient.join(relay, issuer.token("ann", "acme"), "")) {
      Load load = new Load(relay);
      for (int i = 1; i <= ROTATIONS; i++) {
        load.awaitMore(20);
        relay.configure(with(issuer.yaml(), secret(i - 1), secret(i)));
        relay.reload();
        load.changeOver(i);
        relay.configure(with(issuer.yaml(), secret(i)));
        relay.reload();
        Publisher.withKey(relay, "orders", secret(i - 1))
            .json("{\"topic\":\"t\",\"type\":\"x\"}")
            .assertProblem(401, "BAD_SIGNATURE");
      }
      load.awaitMore(20);

      int published = load.stop();

      assertEquals(List.of(), List.copyOf(load.refused));
      Set<String> ids = new TreeSet<>();
      for (int i = 0; i < published; i++) {
        ids.add(stream.next("test.happened").data());
      }
      assertEquals(published, ids.size(), "each once");
      relay.assertWell();
    }
  }

  /** Backends that publish one event after the other. */
  private static final class Load {
    private final RelayProcess relay;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger[] uses = new AtomicInteger[PUBLISHERS];
    private final AtomicInteger published = new AtomicInteger();
    private final ConcurrentLinkedQueue<String> refused = new ConcurrentLinkedQueue<>();
    private volatile int secret;
    private volatile boolean stopped;

    Load(RelayProcess relay) {
      this.relay = relay;
      for (int i = 0; i < PUBLISHERS; i++) {
        int number = i;
        uses[i] = new AtomicInteger();
        threads.add(Thread.startVirtualThread(() -> publish(number)));
      }
    }

    private void publish(int number) {
      for (int i = 0; !stopped; i++) {
        int with = secret;
        uses[number].set(with);
        try {
          Answer answer =
              Publisher.withKey(relay, "orders", secret(with))
                  .json(
                      "{\"topic\":\"t\",\"type\":\"test.happened\",\"data\":\"%d.%d\"}"
                          .formatted(number, i));
          if (answer.status() == 202) {
            published.incrementAndGet();
          } else {
            refused.add(answer.toString());
          }
        } catch (Exception e) {
          refused.add(e.toString());
        }
      }
    }

    void awaitMore(int count) throws Exception {
      int least = published.get() + count;
      Deadline.await("events", () -> published.get() >= least || !refused.isEmpty());
    }

    /** Has all use another secret, and waits until none has a request with the one before. */
    void changeOver(int next) throws Exception {
      secret = next;
      for (AtomicInteger use : uses) {
        Deadline.await("the new secret", () -> use.get() == next);
      }
    }

    int stop() throws Exception {
      stopped = true;
      for (Thread thread : threads) {
        thread.join();
      }
      return published.get();
    }
  }

  /** The first reads a pipe that holds no secret yet, and so all wait for as long as we like. */
  @Test
  void reloadsDuringAReloadTakeTurnsSeeTheNewestFileAndAreBounded() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    try (RelayProcess relay = RelayProcess.start(with(issuer.yaml(), secret(0)))) {
      ConcurrentLinkedQueue<Answer> answers = new ConcurrentLinkedQueue<>();
      List<Thread> asking = new ArrayList<>();
      relay.configure(
          with(issuer.yaml(), secret(1))
              .replace("tenants: [acme]", "secret-files: [%s], tenants: [acme]".formatted(pipe)));
      asking.add(Thread.startVirtualThread(() -> answers.add(reload(relay))));
      // It opens when the reload has begun to read.
      try (OutputStream secrets = Files.newOutputStream(pipe)) {
        relay.configure(with(issuer.yaml(), secret(2)));
        for (int i = 0; i < MOST_WAITING + REFUSED; i++) {
          asking.add(Thread.startVirtualThread(() -> answers.add(reload(relay))));
        }
        Deadline.await("those for whom there is no turn", () -> answers.size() == REFUSED);
        answers.forEach(it -> it.assertProblem(503, "OVERLOADED"));
        assertTrue(answers.element().header("retry-after").isPresent());
        Publisher.withKey(relay, "orders", secret(0)).publish("acme", "t", "1");
        secrets.write("too short".getBytes(StandardCharsets.UTF_8));
      }
      for (Thread each : asking) {
        each.join();
      }

      assertEquals(1, answers.stream().filter(it -> it.status() == 422).count(), "the first");
      List<Answer> others = answers.stream().filter(it -> it.status() == 200).toList();
      assertEquals(MOST_WAITING, others.size());
      assertEquals(
          1,
          others.stream().filter(it -> it.text().contains("\"entry\":\"orders\"")).count(),
          "the rest found nothing new");
      Publisher.withKey(relay, "orders", secret(2)).publish("acme", "t", "2");
      Publisher.withKey(relay, "orders", secret(0))
          .json("{\"topic\":\"t\",\"type\":\"x\"}")
          .assertProblem(401, "BAD_SIGNATURE");
      relay.assertWell();
    }
  }

  private static Answer reload(RelayProcess relay) {
    try {
      return relay.reload("?reason=tested");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
