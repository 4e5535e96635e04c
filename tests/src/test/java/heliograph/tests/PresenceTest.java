package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import heliograph.tests.Publisher.Signature;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A publisher that may know who is there asks about users of its tenants, and of no others. */
class PresenceTest {
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  @RegisterExtension
  static final Stage stage =
      Stage.of(
          """
          identity: { issuers: [%1$s] }
          publishers:
            - { name: backend, scheme: token, secrets: [%2$s], tenants: ["*"] }
            - { name: knows, scheme: token, secrets: [%2$s], tenants: [acme, globex], presence: true }
            - { name: any, scheme: token, secrets: [%2$s], tenants: ["*"], presence: true }
            - { name: signs, scheme: standard-webhooks, secrets: [%3$s], tenants: [acme], presence: true }
            - { name: slow, scheme: token, secrets: [%2$s], tenants: [acme], presence: true, per-second: 1 }
            - { name: measured, scheme: token, secrets: [%2$s], tenants: [acme], presence: true }
            - name: mapped
              scheme: token
              secrets: [%2$s]
              tenants: [acme, presence]
              mapping: { tenant: "{path:tenant}", topic: all, type: came }
            - name: curious
              scheme: token
              secrets: [%2$s]
              tenants: ["*"]
              presence: true
              mapping: { tenant: "{path:tenant}", topic: all, type: came }
          """,
          SECRET);

  private static Answer ask(String publisher, String body, String... headers) throws Exception {
    List<String> all = new ArrayList<>(List.of(headers));
    all.addAll(List.of("Content-Type", "application/json", "Authorization", "Bearer " + Stage.KEY));
    return stage
        .http()
        .post("/v1/hooks/" + publisher + "/presence", body, all.toArray(String[]::new));
  }

  private static void assertStreams(String expected, Answer answer) {
    assertEquals(200, answer.status(), answer::toString);
    assertEquals("{\"streams\":" + expected + "}", answer.text());
    assertEquals(Optional.of("application/json"), answer.header("Content-Type"));
    assertEquals(Optional.of("no-store"), answer.header("Cache-Control"));
  }

  @Test
  void itIsToldOfUsersOfOneOfItsTenantsAndOfNobodyElse() throws Exception {
    String both = "{\"tenant\":\"%s\",\"users\":[\"alice\",\"bob\"]}";
    try (SseClient _ = stage.join(stage.token("alice", "acme"), "");
        SseClient _ = stage.join(stage.token("alice", "acme"), "?topic=a");
        SseClient _ = stage.join(stage.token("alice", "globex"), "");
        SseClient _ = stage.join(stage.token("bob", "initech"), "")) {
      assertStreams("{\"alice\":2,\"bob\":0}", ask("knows", both.formatted("acme")));
      assertStreams("{\"alice\":1,\"bob\":0}", ask("knows", both.formatted("globex")));
      assertStreams("{\"alice\":0,\"bob\":1}", ask("any", both.formatted("initech")));
      ask("knows", both.formatted("initech")).assertProblem(403, "NOT_ALLOWED", "/tenant");
      ask("knows", both.formatted("nowhere")).assertProblem(403, "NOT_ALLOWED", "/tenant");
      assertStreams("{\"alice\":0,\"bob\":0}", ask("any", both.formatted("nowhere")));
    }
    Deadline.await(
        "all left",
        () ->
            ask("knows", both.formatted("acme"))
                .text()
                .equals("{\"streams\":{\"alice\":0,\"bob\":0}}"));
  }

  @Test
  void aQuestionIsSignedAsItsWebhooksAre() throws Exception {
    byte[] body = "{\"users\":[\"signed\"]}".getBytes(StandardCharsets.UTF_8);
    try (SseClient _ = stage.join(stage.token("signed", "acme"), "")) {
      assertStreams("{\"signed\":1}", signed(body, Signature.of(SECRET, body)));
      assertStreams(
          "{\"signed\":1}",
          signed(
              Publisher.gzip(body),
              Signature.of(SECRET, Publisher.gzip(body)),
              "Content-Encoding",
              "gzip"));
    }
    byte[] other = "{\"users\":[\"signee\"]}".getBytes(StandardCharsets.UTF_8);
    signed(body, Signature.of(SECRET, other)).assertProblem(401, "BAD_SIGNATURE");
    Instant early = Instant.now().minus(Duration.ofMinutes(6));
    signed(body, Signature.of(SECRET, "msg_1", early, body)).assertProblem(401, "STALE_REQUEST");
    ask("signs", "{\"users\":[\"signed\"]}").assertProblem(401, "BAD_SIGNATURE");
    byte[] elsewhere = "{\"users\":[\"a\"],\"tenant\":\"globex\"}".getBytes(StandardCharsets.UTF_8);
    signed(elsewhere, Signature.of(SECRET, elsewhere)).assertProblem(403, "NOT_ALLOWED", "/tenant");
  }

  private static Answer signed(byte[] body, Signature signature, String... headers)
      throws Exception {
    List<String> all = new ArrayList<>(List.of(signature.headers()));
    all.addAll(List.of(headers));
    all.addAll(List.of("Content-Type", "application/json"));
    return stage.http().send("POST", "/v1/hooks/signs/presence", body, all.toArray(String[]::new));
  }

  @Test
  void itIsOffByDefaultAndWhoCannotProveWhoItIsLearnsNotEvenThat() throws Exception {
    String body = "{\"tenant\":\"acme\",\"users\":[\"alice\"]}";
    ask("backend", body).assertProblem(403, "NOT_ALLOWED");
    // It is refused for who asks, and not for what.
    ask("backend", "garbage").assertProblem(403, "NOT_ALLOWED");
    ask("nobody", body).assertProblem(401, "BAD_SIGNATURE");
    for (String publisher : List.of("backend", "knows", "nobody")) {
      stage
          .http()
          .post("/v1/hooks/" + publisher + "/presence", body, "Content-Type", "application/json")
          .assertProblem(401, "BAD_SIGNATURE");
      stage
          .http()
          .post(
              "/v1/hooks/" + publisher + "/presence",
              "garbage",
              "Authorization",
              "Bearer wrong-key-0123456789")
          .assertProblem(401, "BAD_SIGNATURE");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "garbage                                                | INVALID_JSON    | ``",
        "[\"alice\"]                                            | INVALID_REQUEST | ``",
        "{\"tenant\":\"acme\"}                                  | INVALID_REQUEST | /users",
        "{\"tenant\":\"acme\",\"users\":[]}                     | INVALID_REQUEST | /users",
        "{\"tenant\":\"acme\",\"users\":\"alice\"}              | INVALID_REQUEST | ``",
        "{\"tenant\":\"acme\",\"users\":[7]}                    | INVALID_REQUEST | ``",
        "{\"tenant\":\"acme\",\"users\":[null]}                 | INVALID_REQUEST | ``",
        "{\"tenant\":\"acme\",\"users\":null}                   | INVALID_REQUEST | ``",
        "{\"tenant\":\"acme\",\"users\":[\"a\"],\"user\":\"b\"} | INVALID_REQUEST | ``",
        "{\"users\":[\"alice\"]}                                | INVALID_REQUEST | /tenant",
        "{\"tenant\":\"\",\"users\":[\"alice\"]}                | INVALID_REQUEST | /tenant",
        "{\"tenant\":\"a b\",\"users\":[\"alice\"]}             | INVALID_REQUEST | /tenant",
        "{\"tenant\":7,\"users\":[\"alice\"]}                   | INVALID_REQUEST | ``",
        "{\"tenant\":\"acme\",\"users\":[\"\\ud83d\"]}          | INVALID_JSON    | ``",
      })
  void aQuestionThatIsNoneIsRefused(String body, String code, String pointer) throws Exception {
    ask("knows", body).assertProblem(400, code, pointer);
  }

  @Test
  void aBodyOfAnotherTypeIsRefused() throws Exception {
    stage
        .http()
        .post(
            "/v1/hooks/knows/presence",
            "{\"tenant\":\"acme\",\"users\":[\"alice\"]}",
            "Content-Type",
            "text/plain",
            "Authorization",
            "Bearer " + Stage.KEY)
        .assertProblem(415, "UNSUPPORTED_MEDIA_TYPE");
  }

  @Test
  void aQuestionHasSoManyUsersEachAnsweredOnce() throws Exception {
    String users = String.join(",", Collections.nCopies(499, "\"a\"")) + ",\"q\\\"\\u2028\\n\"";
    assertStreams(
        "{\"a\":0,\"q\\\"\u2028\\n\":0}",
        ask("knows", "{\"tenant\":\"acme\",\"users\":[" + users + "]}"));
    ask("knows", "{\"tenant\":\"acme\",\"users\":[" + users + ",\"b\"]}")
        .assertProblem(400, "INVALID_REQUEST", "/users");
  }

  @Test
  void aQuestionCountsAsOneEventOfItsPublishersRate() throws Exception {
    Answer answer = ask("measured", "{\"users\":[\"alice\"]}");
    assertEquals(Optional.of("\"publish\";q=5000;w=1"), answer.header("RateLimit-Policy"));
    assertEquals(Optional.of("\"publish\";r=4999;t=1"), answer.header("RateLimit"));

    // What this takes is there again after more than a minute.
    String event = "{\"topic\":\"a\",\"type\":\"b\"}";
    Answer batch =
        Publisher.withKey(stage.relay(), "slow", Stage.KEY)
            .json("[" + String.join(",", Collections.nCopies(90, event)) + "]");
    assertEquals(202, batch.status(), batch::toString);
    ask("slow", "{\"users\":[\"alice\"]}").assertProblem(429, "RATE_LIMITED");
  }

  /** The path is also that of a tenant's webhooks, for publishers that may not ask. */
  @Test
  void theTenantOfThatNameKeepsItsPath() throws Exception {
    try (SseClient there = stage.join(stage.token("alice", "presence"), "")) {
      Answer stored = ask("mapped", "{\"users\":[\"alice\"]}");
      assertEquals(202, stored.status(), stored::toString);
      assertEquals("{\"users\":[\"alice\"]}", there.next("came").data());

      assertStreams(
          "{\"alice\":1}", ask("curious", "{\"users\":[\"alice\"],\"tenant\":\"presence\"}"));
      there.assertExhausted();
    }
    Answer wrong = stage.http().get("/v1/hooks/curious/presence");
    wrong.assertProblem(405, "METHOD_NOT_ALLOWED");
    assertEquals(Optional.of("POST, OPTIONS"), wrong.header("Allow"));
  }

  @Test
  void aRefusalIsToldToTheOperator() throws Exception {
    ask("backend", "{}").assertProblem(403, "NOT_ALLOWED");
    Map<String, Object> standing = stage.relay().admin().get("/admin/publishers/backend").json();
    assertFalse(String.valueOf(standing.get("lastRefusal")).contains("null"), standing::toString);
    assertEquals(
        "NOT_ALLOWED", ((Map<?, ?>) standing.get("lastRefusal")).get("code"), standing::toString);
  }
}
