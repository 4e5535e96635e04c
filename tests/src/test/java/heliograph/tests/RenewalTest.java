package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A stream outlives its first token where the client brings another in time. */
class RenewalTest {
  private static final String KEY = "renewal-key-0123456789";

  private static TestIssuer issuer;
  private static TestIssuer another;
  private static RelayProcess relay;
  private static Publisher publisher;

  @BeforeAll
  static void start() throws Exception {
    issuer = TestIssuer.start();
    another = TestIssuer.start();
    relay =
        RelayProcess.start(
            """
            identity: { issuers: [%s, %s] }
            publishers:
              - { name: backend, scheme: token, secrets: [%s], tenants: ["*"] }
            stream: { reauth: PT10S, heartbeat: PT0.2S }
            """
                .formatted(issuer.yamlWithPrefix("one:"), another.yamlWithPrefix("another:"), KEY));
    publisher = Publisher.withKey(relay, "backend", KEY);
  }

  @AfterAll
  static void stop() throws Exception {
    relay.stopWell();
    issuer.close();
    another.close();
  }

  private static Token token(String subject, String... roles) {
    return issuer.token(subject).with("tenant", "acme").with("roles", List.of(roles));
  }

  private static SseClient open(String token) throws Exception {
    return SseClient.open(relay, "/v1/stream", "Authorization: Bearer " + token);
  }

  private static String id(SseClient client) throws Exception {
    return (String) client.nextData("system.connected").get("stream");
  }

  private static Answer renew(String stream, String token) throws Exception {
    return relay
        .http()
        .post("/v1/streams/" + stream + "/token", "", "Authorization", "Bearer " + token);
  }

  private static void publishFor(String role, int number) throws Exception {
    publisher.publish(
        """
        {"tenant":"acme","topic":"a","type":"test.happened","roles":["%s"],"data":%d}\
        """
            .formatted(role, number));
  }

  @Test
  void whoseTokenEndsSoonIsToldAndGoesOnWithAnother() throws Exception {
    Token first = token("alice").at("exp", Duration.ofSeconds(4));
    try (SseClient client = open(first.signed())) {
      String stream = id(client);
      Instant told = Instant.parse((String) client.nextData("system.reauth").get("expires"));
      assertEquals(first.claims().get("exp"), told.getEpochSecond());

      Token second = token("alice").at("exp", Duration.ofMinutes(5));
      Answer answer = renew(stream, second.signed());
      assertEquals(200, answer.status(), answer::toString);
      Instant expires = Instant.parse((String) answer.json().get("expires"));
      assertEquals(second.claims().get("exp"), expires.getEpochSecond());

      Deadline.await("the first token has ended", () -> told.isBefore(Instant.now()));
      // And the stream was looked after since.
      client.awaitKeepalives(client.keepalives() + 2, Deadline.USUAL);
      publisher.publish("acme", "a", "1");
      assertEquals("1", client.next("test.happened").data());
      client.assertExhausted();
    }
  }

  @Test
  void withoutAnotherTheStreamEndsWithItsToken() throws Exception {
    try (SseClient client = open(token("alice").at("exp", Duration.ofSeconds(3)).signed())) {
      id(client);
      client.next("system.reauth");
      client.assertEnded("expired");
    }
  }

  @Test
  void newClaimsDecideFromTheNextEventOn() throws Exception {
    try (SseClient client = open(token("bob").signed())) {
      String stream = id(client);
      publishFor("billing", 1);
      assertEquals(200, renew(stream, token("bob", "billing").signed()).status());
      publishFor("billing", 2);
      assertEquals("2", client.next("test.happened").data());
      assertEquals(200, renew(stream, token("bob").signed()).status());
      publishFor("billing", 3);
      publisher.publish("acme", "a", "4");
      assertEquals("4", client.next("test.happened").data());
    }
  }

  /** To whoever it is not, a stream is one that does not exist. */
  @Test
  void aStreamIsRenewedByItsOwnSubscriberAlone() throws Exception {
    try (SseClient client = open(token("carol").signed())) {
      String stream = id(client);
      renew(stream, token("mallory").signed()).assertProblem(404, "NOT_FOUND");
      renew(stream, issuer.token("carol", "other")).assertProblem(404, "NOT_FOUND");
      renew(stream, another.token("carol", "acme")).assertProblem(404, "NOT_FOUND");
      renew("s_000000000000000000", token("carol").signed()).assertProblem(404, "NOT_FOUND");
      renew(stream, token("carol").at("exp", Duration.ofMinutes(-2)).signed())
          .assertProblem(401, "EXPIRED_TOKEN");
      renew(stream, "no.token.atall").assertProblem(401, "BAD_TOKEN");
      relay
          .http()
          .post("/v1/streams/" + stream + "/token", "")
          .assertProblem(401, "NO_CREDENTIALS");
      relay.http().get("/v1/streams/" + stream + "/token").assertProblem(405, "METHOD_NOT_ALLOWED");
      publisher.publish("acme", "a", "1");
      assertEquals("1", client.next("test.happened").data());
    }
  }
}
