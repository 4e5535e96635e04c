package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Senders show nobody what they are refused; so operators are told, each time in three ways. */
class RefusalsTest {
  private static final String KEY = "shop-key-0123456789";
  private static final String EVENT = "{\"topic\":\"a\",\"type\":\"b\",\"id\":\"1\"}";

  private TestIssuer issuer;
  private RelayProcess relay;

  @BeforeEach
  void start() throws Exception {
    issuer = TestIssuer.start();
    relay =
        RelayProcess.start(
            """
            identity: { issuers: [%1$s] }
            publishers:
              - { name: shop, scheme: token, secrets: [%2$s], tenants: [acme], topics: ["a.>", a] }
              - { name: jobs, client-id: jobs, tenants: ["*"] }
            limits: { body-bytes: 64KiB, event-bytes: 64KiB }
            """
                .formatted(issuer.yaml(), KEY));
  }

  @AfterEach
  void stop() throws Exception {
    relay.stopWell();
    issuer.close();
  }

  private Map<String, Object> shop() throws Exception {
    Answer answer = relay.admin().get("/admin/publishers/shop");
    assertEquals(200, answer.status(), answer::toString);
    return answer.json();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> lastRefusal(Map<String, Object> of) {
    return (Map<String, Object>) of.get("lastRefusal");
  }

  private void assertTold(String publisher, String code, String pointer) throws Exception {
    relay.await(
        Pattern.compile(
            "level=WARNING logger=heliograph publish-refused publisher=%s code=%s refused=1 pointer=%s reason=[a-zA-Z]"
                .formatted(publisher, code, pointer)));
    assertTrue(
        relay.metric(
                "heliograph_publish_refusals_total",
                "publisher=\"" + publisher + "\"",
                "code=\"" + code + "\"")
            > 0);
    if (publisher.equals("shop")) {
      Map<String, Object> last = lastRefusal(shop());
      assertEquals(code, last.get("code"));
      assertEquals(pointer, last.get("pointer"));
      assertFalse(String.valueOf(last.get("detail")).isBlank());
      Instant at = Instant.parse(String.valueOf(last.get("at")));
      assertTrue(Duration.between(at, Instant.now()).abs().compareTo(Deadline.USUAL) < 0);
    }
  }

  @Test
  void whateverAWebhookIsRefusedIsToldByItsName() throws Exception {
    Publisher shop = Publisher.withKey(relay, "shop", KEY);
    Publisher.withKey(relay, "shop", "wrong").json(EVENT).assertProblem(401, "BAD_SIGNATURE");
    assertTold("shop", "BAD_SIGNATURE", "");
    shop.post("text/csv", EVENT).assertProblem(415, "UNSUPPORTED_MEDIA_TYPE");
    assertTold("shop", "UNSUPPORTED_MEDIA_TYPE", "");
    shop.json("x".repeat(70_000)).assertProblem(413, "TOO_LARGE");
    assertTold("shop", "TOO_LARGE", "");
    shop.json("{").assertProblem(400, "INVALID_JSON");
    assertTold("shop", "INVALID_JSON", "");
    shop.post(Publisher.JSON, EVENT, "Content-Encoding", "gzip")
        .assertProblem(400, "INVALID_REQUEST");
    assertTold("shop", "INVALID_REQUEST", "");
    shop.json("{\"topic\":\"a\"}").assertProblem(422, "INVALID_EVENT", "/type");
    assertTold("shop", "INVALID_EVENT", "/type");
    shop.json("{\"topic\":\"b\",\"type\":\"b\"}").assertProblem(403, "NOT_ALLOWED", "/topic");
    assertTold("shop", "NOT_ALLOWED", "/topic");
    assertEquals(7L, shop().get("refused"));
    assertFalse(relay.log().contains(KEY));
  }

  @Test
  void whatIsAcceptedIsCountedAndSoIsEachEventOfABatch() throws Exception {
    Publisher shop = Publisher.withKey(relay, "shop", KEY);
    assertFalse(shop().containsKey("lastAccepted"));
    assertEquals(202, shop.json(EVENT).status());
    assertEquals(202, shop.json(EVENT).status());
    Answer batch = shop.json("[" + EVENT + ",{\"topic\":\"a\",\"type\":\"b\"},{\"topic\":\"a\"}]");
    assertEquals(202, batch.status());
    assertTold("shop", "INVALID_EVENT", "/2/type");
    Map<String, Object> told = shop();
    Instant at = Instant.parse(String.valueOf(told.get("lastAccepted")));
    assertTrue(Duration.between(at, Instant.now()).abs().compareTo(Deadline.USUAL) < 0);
    assertEquals(2L, told.get("accepted"));
    assertEquals(2L, told.get("duplicates"));
    assertEquals(1L, told.get("refused"));
    assertEquals("token", told.get("scheme"));
    assertEquals(List.of("acme"), told.get("tenants"));
    assertEquals(List.of("a.>", "a"), told.get("topics"));
  }

  /** Callers must not learn it: it would help those who guess. */
  @Test
  void whyASignatureIsRefusedIsToldToOperatorsAlone() throws Exception {
    Answer missing = Publisher.bare(relay, "shop").json(EVENT);
    assertEquals("authorization: is missing", lastRefusal(shop()).get("reason"));
    relay.await(Pattern.compile("code=BAD_SIGNATURE .*reason=authorization: is missing"));
    Answer wrong = Publisher.withKey(relay, "shop", "wrong-key-0123456789").json(EVENT);
    String reason = String.valueOf(lastRefusal(shop()).get("reason"));
    assertTrue(reason.startsWith("no secret fits"), reason);
    Answer unknown = Publisher.withKey(relay, "nobody", KEY).json(EVENT);
    @SuppressWarnings("unchecked")
    Map<String, Object> strangers =
        (Map<String, Object>) relay.admin().get("/admin/publishers").json().get("unknown");

    assertEquals(missing.text(), wrong.text());
    assertEquals(missing.text(), unknown.text());
    assertEquals(missing.headers().keySet(), wrong.headers().keySet());
    assertFalse(lastRefusal(strangers).containsKey("reason"));
    assertFalse(relay.metrics().contains("secret") || relay.metrics().contains("authorization"));
  }

  /** Where a trial meets the bound of real requests itself, the refusal is theirs. */
  @Test
  void whatGrowsTooLargeIsSaidByATrialAsAtTheDoor() throws Exception {
    byte[] zipped = Publisher.gzip(new byte[70_000]);
    Answer trial =
        relay
            .admin()
            .post(
                "/admin/publishers/shop/try",
                "{\"headers\":{\"content-encoding\":\"gzip\",\"authorization\":\"Bearer %s\"},\"body_base64\":\"%s\"}"
                    .formatted(KEY, Base64.getEncoder().encodeToString(zipped)),
                "Content-Type",
                "application/json");
    Answer real =
        Publisher.withKey(relay, "shop", KEY)
            .post(Publisher.JSON, zipped, "Content-Encoding", "gzip");
    real.assertProblem(413, "TOO_LARGE");
    assertEquals(413L, trial.json().get("status"));
    assertTrue(trial.text().contains("\"step\":\"encoding\",\"outcome\":\"refused\""));
    assertFalse(relay.log().contains(KEY));
  }

  @Test
  void aFloodIsOneLineAndOneEntry() throws Exception {
    Publisher wrong = Publisher.withKey(relay, "shop", "wrong");
    for (int i = 0; i < 50; i++) {
      wrong.json(EVENT).assertProblem(401, "BAD_SIGNATURE");
    }
    assertTold("shop", "BAD_SIGNATURE", "");
    relay.assertLogged(1, "publish-refused");
    assertEquals(50L, shop().get("refused"));
  }

  @Test
  void whoIsNoPublisherIsNotToldByTheNameItClaims() throws Exception {
    Answer known = Publisher.withKey(relay, "shop", "wrong").json(EVENT);
    for (String name : List.of("nobody", "jobs", "other")) {
      Answer answer = Publisher.withKey(relay, name, KEY).json(EVENT);
      answer.assertProblem(401, "BAD_SIGNATURE");
      assertEquals(known.text(), answer.text());
    }
    Publisher.withToken(relay, "a.b.c").json(EVENT).assertProblem(401, "BAD_TOKEN");
    assertTold("unknown", "BAD_SIGNATURE", "");
    assertTold("unknown", "BAD_TOKEN", "");
    assertFalse(relay.log().contains("nobody") || relay.metrics().contains("nobody"));
    Map<String, Object> all = relay.admin().get("/admin/publishers").json();
    assertEquals(Set.of("publishers", "unknown"), all.keySet());
    assertEquals(2, ((List<?>) all.get("publishers")).size());
    @SuppressWarnings("unchecked")
    Map<String, Object> unknown = (Map<String, Object>) all.get("unknown");
    assertEquals(4L, unknown.get("refused"));
    assertEquals("BAD_TOKEN", lastRefusal(unknown).get("code"));
    relay.admin().get("/admin/publishers/nobody").assertProblem(404, "NOT_FOUND");
  }

  @Test
  void aClientIsKnownByItsToken() throws Exception {
    String token = issuer.token("jobs").with("azp", "jobs").signed();
    Publisher jobs = Publisher.withToken(relay, token);
    jobs.json("{\"tenant\":\"acme\",\"type\":\"b\"}").assertProblem(422, "INVALID_EVENT", "/topic");
    assertTold("jobs", "INVALID_EVENT", "/topic");
    Map<String, Object> told = relay.admin().get("/admin/publishers/jobs").json();
    assertEquals(1L, told.get("refused"));
    assertEquals("jobs", told.get("clientId"));
    assertEquals(List.of("*"), told.get("tenants"));
  }

  @Test
  void itIsToldBehindTheGuardOfTheAdminListener() throws Exception {
    relay.http().get("/admin/publishers").assertProblem(404, "NOT_FOUND");
    try (RawHttp client = RawHttp.connect(relay.admin().port())) {
      client.send("GET /admin/publishers HTTP/1.1\r\nHost: rebound.example\r\n\r\n");
      client.answer().assertProblem(421, "MISDIRECTED");
      client.send("POST /admin/publishers HTTP/1.1\r\nHost: localhost\r\n\r\n");
      client.answer().assertProblem(405, "METHOD_NOT_ALLOWED");
    }
  }
}
