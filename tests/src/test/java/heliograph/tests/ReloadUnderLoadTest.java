package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Reloads while backends publish without a pause, and while others reload. */
class ReloadUnderLoadTest {
  private static final int PUBLISHERS = 8;
  private static final int ROTATIONS = 5;
  private static final int MOST_WAITING = 16;

  private static TestIssuer issuer;

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

  /** The keys of an issuer that never answers hold up the first reload, and so all of them. */
  @Test
  void reloadsDuringAReloadTakeTurnsSeeTheNewestFileAndAreBounded() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        RelayProcess relay = RelayProcess.start(with(issuer.yaml(), secret(0)))) {
      String hanging =
          "%s, { issuer: \"http://127.0.0.1:%d\", audience: heliograph, tenants: [other] }"
              .formatted(issuer.yaml("tenants: [acme]"), silent.getLocalPort());
      relay.configure(with(hanging, secret(1)));
      ConcurrentLinkedQueue<Answer> answers = new ConcurrentLinkedQueue<>();
      Thread first = Thread.startVirtualThread(() -> answers.add(reload(relay)));
      silent.accept();
      // It has read its file, and waits for keys.
      relay.configure(with(hanging, secret(2)));
      CountDownLatch begin = new CountDownLatch(1);
      List<Thread> others = new ArrayList<>();
      for (int i = 0; i < MOST_WAITING + 8; i++) {
        others.add(
            Thread.startVirtualThread(
                () -> {
                  awaitQuietly(begin);
                  answers.add(reload(relay));
                }));
      }
      begin.countDown();
      Publisher.withKey(relay, "orders", secret(0)).publish("acme", "t", "1");
      first.join();
      for (Thread other : others) {
        other.join();
      }

      List<Answer> refused = answers.stream().filter(it -> it.status() != 200).toList();
      assertEquals(8, refused.size(), answers::toString);
      refused.forEach(it -> it.assertProblem(503, "OVERLOADED"));
      assertTrue(refused.getFirst().header("retry-after").isPresent());
      Publisher.withKey(relay, "orders", secret(2)).publish("acme", "t", "2");
      Publisher.withKey(relay, "orders", secret(1))
          .json("{\"topic\":\"t\",\"type\":\"x\"}")
          .assertProblem(401, "BAD_SIGNATURE");
      assertEquals(
          1,
          answers.stream().filter(it -> it.text().contains("\"entry\":\"orders\"")).count() - 1,
          "the first, and the first of the others; the rest found nothing new");
      relay.assertNoBugs();
    }
  }

  private static Answer reload(RelayProcess relay) {
    try {
      return relay.reload("");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void awaitQuietly(CountDownLatch begin) {
    try {
      begin.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
