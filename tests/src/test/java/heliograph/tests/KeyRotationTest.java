package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An issuer changes its keys, and goes away, while the relay runs. */
class KeyRotationTest {
  private static final KeyPair OLD = TestIssuer.keys("RSA");
  private static final KeyPair NEW = TestIssuer.keys("RSA");

  private TestIssuer issuer;

  @BeforeEach
  void start() throws Exception {
    issuer = TestIssuer.start();
    issuer.publishes(TestIssuer.rsa("old", OLD));
  }

  @AfterEach
  void stop() {
    issuer.close();
  }

  private RelayProcess relay(String keys) throws Exception {
    return RelayProcess.start(
        "identity: { issuers: [%s], keys: %s }\n".formatted(issuer.yaml(), keys));
  }

  private String token(String id, KeyPair keys) {
    return issuer
        .token("alice")
        .with("tenant", "acme")
        .header("kid", id)
        .signedBy(keys, "SHA256withRSA");
  }

  private static Answer ask(RelayProcess relay, String token) throws Exception {
    return relay.http().get("/v1/events", "Authorization", "Bearer " + token);
  }

  @Test
  void newKeysServeAtOnceAndOldOnesNoLonger() throws Exception {
    RelayProcess relay = relay("{}");
    try {
      String old = token("old", OLD);
      String renewed = token("new", NEW);
      assertEquals(200, ask(relay, old).status());
      issuer.publishes(TestIssuer.rsa("new", NEW));
      // Until somebody names the new key nobody has a reason to look.
      assertEquals(200, ask(relay, old).status());
      assertEquals(1, issuer.fetches());

      assertEquals(List.of(200), statuses(relay, renewed, 20));

      assertEquals(2, issuer.fetches());
      ask(relay, old).assertProblem(401, "BAD_TOKEN");
      relay.await(Pattern.compile("issuer-keys-changed issuer="));
      relay.assertLogged(1, "issuer-keys-changed");
    } finally {
      relay.stopWell();
    }
  }

  @Test
  void tokensWithMadeUpKeysCostTheIssuerNothing() throws Exception {
    RelayProcess relay = relay("{}");
    try {
      assertEquals(List.of(401), statuses(relay, token("made-up", OLD), 100));

      assertEquals(2, issuer.fetches());
      assertEquals(200, ask(relay, token("old", OLD)).status());
    } finally {
      relay.stopWell();
    }
  }

  /** The distinct answers to a token that many bring at once. */
  private static List<Integer> statuses(RelayProcess relay, String token, int times)
      throws Exception {
    List<Future<Integer>> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < times; i++) {
        answers.add(threads.submit((Callable<Integer>) () -> ask(relay, token).status()));
      }
    }
    List<Integer> statuses = new ArrayList<>();
    for (Future<Integer> answer : answers) {
      statuses.add(answer.get());
    }
    return statuses.stream().distinct().toList();
  }

  @Test
  void keysChangeInTheBackground() throws Exception {
    RelayProcess relay = relay("{ refresh: PT0.1S }");
    try {
      String old = token("old", OLD);
      assertEquals(200, ask(relay, old).status());

      issuer.publishes(TestIssuer.rsa("new", NEW));

      Deadline.await("the old key is gone", () -> ask(relay, old).status() == 401);
      assertEquals(200, ask(relay, token("new", NEW)).status());
    } finally {
      relay.stopWell();
    }
  }

  @Test
  void anIssuerThatIsDownTakesNoKeysAway() throws Exception {
    RelayProcess relay = relay("{ refresh: PT0.1S }");
    try {
      issuer.fails(true);
      relay.await(Pattern.compile("issuer-keys-failed issuer="));
      relay.awaitReady();

      try (SseClient client =
          SseClient.open(relay, "/v1/stream", "Authorization: Bearer " + token("old", OLD))) {
        client.next("system.connected");
      }
      // Nobody can tell whether the key is new, and the issuer's word will do when it is back.
      ask(relay, token("new", NEW)).assertProblem(503, "IDENTITY_UNAVAILABLE");
      issuer.publishes(TestIssuer.rsa("new", NEW));
      issuer.fails(false);
      Deadline.await("the new key serves", () -> ask(relay, token("new", NEW)).status() == 200);
    } finally {
      relay.stopWell();
    }
  }

  /** What a number costs grows with the square of its length. */
  @Test
  void aNumberOfAMillionDigitsLeavesTheKeysOfBeforeInForce() throws Exception {
    RelayProcess relay = relay("{ refresh: PT0.1S }");
    try {
      issuer.answers("{\"keys\":[{\"kty\":\"RSA\",\"n\":" + "7".repeat(1_000_000) + "}]}");
      int before = issuer.fetches();
      relay.await(
          Pattern.compile("issuer-keys-failed issuer=\\S+ cause=a number of over 1000 characters"));
      Deadline.await("it is fetched again", () -> issuer.fetches() > before + 2);

      assertEquals(200, ask(relay, token("old", OLD)).status());
      relay.assertLogged(1, "issuer-keys-failed");
    } finally {
      relay.stopWell();
    }
  }

  @Test
  void keysThatNobodyConfirmsServeNoLongerThanIsSaid() throws Exception {
    RelayProcess relay = relay("{ refresh: PT0.1S, outage: PT0.1S }");
    try {
      assertEquals(200, ask(relay, token("old", OLD)).status());
      issuer.fails(true);
      Deadline.await("the keys are too old", () -> ask(relay, token("old", OLD)).status() == 503);
      ask(relay, token("old", OLD)).assertProblem(503, "IDENTITY_UNAVAILABLE");
      assertEquals(503, relay.admin().get("/observe/health/ready").status());
      issuer.fails(false);
      Deadline.await("they are confirmed", () -> ask(relay, token("old", OLD)).status() == 200);
    } finally {
      relay.stopWell();
    }
  }
}
