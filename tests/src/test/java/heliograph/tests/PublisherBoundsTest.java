package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each publisher and each tenant has its own bounds, and reaching them is nobody else's trouble.
 */
class PublisherBoundsTest {
  private static final String KEY = "bounds-key-0123456789";
  private static final String FILED = "the-first-secret-of-the-file";
  private static final String NEXT = "the-next-secret-of-the-file";

  @TempDir static Path folder;

  private static TestIssuer issuer;
  private static TestIssuer pinned;
  private static RelayProcess relay;
  private static Path secrets;

  @BeforeAll
  static void start() throws Exception {
    issuer = TestIssuer.start();
    pinned = TestIssuer.start();
    secrets = Files.writeString(folder.resolve("secret"), FILED + "\n");
    relay =
        RelayProcess.start(
            """
            identity:
              issuers: [%1$s, %4$s]
            publishers:
              - { name: flood, scheme: token, secrets: [%2$s], tenants: [acme], per-second: 3 }
              - { name: calm, scheme: token, secrets: [%2$s], tenants: [acme] }
              - { name: any, scheme: token, secrets: [%2$s], tenants: ["*"] }
              - name: both
                scheme: token
                secrets: [%2$s]
                client-id: both-client
                tenants: [initech]
                per-second: 2
              - name: small
                scheme: token
                secrets: [%2$s]
                client-id: small-client
                tenants: [initech]
                event-bytes: 1KiB
                batch-events: 2
              - { name: filed, scheme: token, secret-files: "%3$s", tenants: [acme] }
            limits: { publish-per-second-per-tenant: 40 }
            """
                .formatted(
                    issuer.yamlWithPrefix("any:"),
                    KEY,
                    secrets,
                    pinned.yaml(", tenants: [initech], subject-prefix: \"initech:\"")));
  }

  @AfterAll
  static void stop() throws Exception {
    String told = relay.log() + relay.metrics();
    for (String secret : List.of(KEY, FILED, NEXT)) {
      assertFalse(told.contains(secret));
    }
    relay.stopWell();
    issuer.close();
    pinned.close();
  }

  private static String event(String tenant) {
    return "{\"tenant\":\"%s\",\"topic\":\"a\",\"type\":\"b\"}".formatted(tenant);
  }

  /** Two who send as fast as they can, until they are told to stop; counts what became of it. */
  private static final class Flood implements AutoCloseable {
    final AtomicInteger refused = new AtomicInteger();
    final AtomicInteger odd = new AtomicInteger();
    private final AtomicBoolean over = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();

    Flood(String publisher, String tenant) {
      for (int i = 0; i < 2; i++) {
        threads.add(Thread.ofVirtual().start(() -> run(publisher, tenant)));
      }
    }

    private void run(String publisher, String tenant) {
      try {
        Publisher flooding = Publisher.withKey(relay, publisher, KEY);
        while (!over.get()) {
          Answer answer = flooding.post(Publisher.JSON, event(tenant));
          if (answer.status() == 429) {
            refused.incrementAndGet();
          } else if (answer.status() != 202) {
            odd.incrementAndGet();
          }
        }
      } catch (Exception _) {
        odd.incrementAndGet();
      }
    }

    @Override
    public void close() {
      over.set(true);
      try {
        for (Thread thread : threads) {
          thread.join();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
      assertEquals(0, odd.get(), "neither stored nor told to come back");
    }
  }

  @Test
  void aPublishersFloodDoesNotReachAnother() throws Exception {
    try (Flood flood = new Flood("flood", "acme")) {
      Deadline.await("the flood is held", () -> flood.refused.get() > 20);
      Publisher calm = Publisher.withKey(relay, "calm", KEY);
      for (int i = 0; i < 20; i++) {
        Answer answer = calm.post(Publisher.JSON, event("acme"));
        assertEquals(202, answer.status(), answer::toString);
      }
      int before = flood.refused.get();
      Deadline.await("the flood goes on", () -> flood.refused.get() > before);
    }
  }

  @Test
  void aTenantsFloodDoesNotReachAnother() throws Exception {
    try (Flood flood = new Flood("any", "flooded")) {
      Deadline.await("the flood is held", () -> flood.refused.get() > 20);
      Publisher any = Publisher.withKey(relay, "any", KEY);
      for (int i = 0; i < 20; i++) {
        Answer answer = any.post(Publisher.JSON, event("globex"));
        assertEquals(202, answer.status(), answer::toString);
      }
      Answer refused = any.post(Publisher.JSON, event("flooded"));
      while (refused.status() == 202) {
        refused = any.post(Publisher.JSON, event("flooded"));
      }
      refused.assertProblem(429, "RATE_LIMITED");
      assertEquals(Optional.of("\"tenant\";q=40;w=1"), refused.header("RateLimit-Policy"));
      assertEquals(Optional.of("\"tenant\";r=0;t=1"), refused.header("RateLimit"));
    }
  }

  @Test
  void bothDoorsOfAPublisherShareItsRate() throws Exception {
    Publisher hook = Publisher.withKey(relay, "both", KEY);
    Publisher bearer =
        Publisher.withToken(relay, issuer.token("both").with("client_id", "both-client").signed());
    Answer first = hook.post(Publisher.JSON, Collections.nCopies(30, event("initech")).toString());
    assertEquals(202, first.status(), first::toString);
    assertEquals(Optional.of("\"publish\";q=2;w=1"), first.header("RateLimit-Policy"));
    assertTrue(
        first.header("RateLimit").orElse("").matches("\"publish\";r=0;t=1[45]"), first::toString);

    bearer.post(Publisher.JSON, event("initech")).assertProblem(429, "RATE_LIMITED");
    hook.post(Publisher.JSON, event("initech")).assertProblem(429, "RATE_LIMITED");
  }

  @Test
  void anEventAndABatchCanHaveLowerLimits() throws Exception {
    Publisher small = Publisher.withKey(relay, "small", KEY);
    String large = event("initech").replace("}", ",\"data\":\"" + "x".repeat(1024) + "\"}");
    small.post(Publisher.JSON, large).assertProblem(413, "TOO_LARGE");
    small
        .post(Publisher.JSON, Collections.nCopies(3, event("initech")).toString())
        .assertProblem(413, "TOO_LARGE");
    Answer two = small.post(Publisher.JSON, Collections.nCopies(2, event("initech")).toString());
    assertEquals(202, two.status(), two::toString);
  }

  /** Being bound to tenants besides does not make it any freer. */
  @Test
  void lowerLimitsHoldForAnIssuerWithTenantsOfItsOwn() throws Exception {
    for (TestIssuer by : List.of(issuer, pinned)) {
      Publisher small =
          Publisher.withToken(relay, by.token("any").with("azp", "small-client").signed());
      small
          .post(Publisher.JSON, Collections.nCopies(3, event("initech")).toString())
          .assertProblem(413, "TOO_LARGE");
    }
  }

  @Test
  void aSecretInAFileIsChangedWithoutAStop() throws Exception {
    assertEquals(202, filed(FILED));
    assertEquals(401, filed(NEXT));
    assertEquals(1L, secrets().get("count"));
    Instant written = Files.getLastModifiedTime(secrets).toInstant();
    assertEquals(
        Map.of(
            "file",
            secrets.toString(),
            "changed",
            written.truncatedTo(ChronoUnit.MILLIS).toString()),
        secretFile());

    Files.writeString(secrets, FILED + "\n" + NEXT + "\n");
    Deadline.await("the new secret is taken", () -> filed(NEXT) == 202);
    assertEquals(202, filed(FILED));
    assertEquals(2L, secrets().get("count"));

    Files.writeString(secrets, NEXT + "\n");
    Deadline.await("the old one is gone", () -> filed(FILED) == 401);

    Files.delete(secrets);
    Deadline.await("it is told", () -> relay.logged("secrets-kept publisher=filed") == 1);
    assertEquals(202, filed(NEXT));
    Map<String, Object> kept = secretFile();
    assertEquals(secrets + " cannot be read", kept.get("error"));
    assertTrue(String.valueOf(kept.get("next")).startsWith("mend the file"), kept::toString);
    assertFalse(kept.containsKey("changed"), kept::toString);
    assertEquals(1L, secrets().get("count"));
  }

  /** What operators are told of the secrets of this publisher. */
  @SuppressWarnings("unchecked")
  private static Map<String, Object> secrets() throws Exception {
    Answer answer = relay.admin().get("/admin/v1/publishers?name=filed");
    assertFalse(answer.text().contains(FILED) || answer.text().contains(NEXT), "it holds a secret");
    var items = (List<Map<String, Object>>) answer.json().get("items");
    return (Map<String, Object>) items.getFirst().get("secrets");
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> secretFile() throws Exception {
    return ((List<Map<String, Object>>) secrets().get("files")).getFirst();
  }

  private static int filed(String key) throws Exception {
    return Publisher.withKey(relay, "filed", key).post(Publisher.JSON, event("acme")).status();
  }
}
