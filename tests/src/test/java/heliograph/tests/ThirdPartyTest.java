package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Webhooks of GitHub, Stripe, GitLab and Slack become events, once each, and nobody else's do. */
class ThirdPartyTest {
  private static final String SECRET = "It's a Secret to Everybody";
  private static final String PUSH =
      "{\"ref\":\"refs/heads/main\",\"repository\":{\"url\":\"https://github.com/a/b\",\"name\":\"b.c\"},\"n\":\"%s\"}";

  private static TestIssuer issuer;
  private static RelayProcess relay;

  @BeforeAll
  static void start() throws Exception {
    issuer = TestIssuer.start();
    relay =
        RelayProcess.start(
            """
            identity: { issuers: [%1$s] }
            publishers:
              - { name: github, scheme: github, secrets: ["%2$s"], tenants: [acme, globex] }
              - name: bound
                scheme: github
                secrets: ["%2$s"]
                tenants: [acme]
                delivery: { body-window: PT10M }
              - { name: stripe, scheme: stripe, secrets: ["%2$s"], tenants: [acme] }
              - { name: gitlab, scheme: gitlab, secrets: ["%2$s"], tenants: [acme] }
              - { name: slack, scheme: slack, secrets: ["%2$s"], tenants: [acme] }
              - name: mapped
                scheme: github
                secrets: ["%2$s"]
                tenants: ["*"]
                mapping:
                  id: "{header:X-GitHub-Delivery}"
                  tenant: "{/tenant}"
                  topic: "repos.{/repository/name}.{header:X-GitHub-Event}"
                  users: "{/user}"
                  data: /repository
            """
                .formatted(issuer.yaml(), SECRET));
  }

  @AfterAll
  static void stop() throws Exception {
    assertTrue(!relay.log().contains(SECRET) && !relay.metrics().contains(SECRET));
    relay.stopWell();
    issuer.close();
  }

  private static SseClient join(String tenant) throws Exception {
    return SseClient.join(relay, issuer.token("alice", tenant), "?format=cloudevents");
  }

  private static Answer post(String path, String body, String... headers) throws Exception {
    List<String> all = new ArrayList<>(List.of("Content-Type", "application/json"));
    all.addAll(List.of(headers));
    return relay.http().post("/v1/hooks/" + path, body, all.toArray(String[]::new));
  }

  private static Answer github(String path, String delivery, String body) throws Exception {
    return post(
        path,
        body,
        "X-GitHub-Event",
        "push",
        "X-GitHub-Delivery",
        delivery,
        "X-Hub-Signature-256",
        "sha256=" + sign(body));
  }

  private static String sign(String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static String now() {
    return Long.toString(Instant.now().getEpochSecond());
  }

  private static Map<String, Object> stored(Answer answer, boolean duplicate) {
    assertEquals(202, answer.status(), answer::toString);
    assertEquals(duplicate, answer.json().get("duplicate"), answer::toString);
    return answer.json();
  }

  @Test
  void aDeliveryOfGithubBecomesOneEvent() throws Exception {
    String body = PUSH.formatted(UUID.randomUUID());
    try (SseClient acme = join("acme");
        SseClient globex = join("globex")) {
      Map<String, Object> first = stored(github("github/acme", "d-1", body), false);
      assertEquals("d-1", first.get("id"));

      SseParser.Event frame = acme.next("com.github.push");
      Map<String, Object> event = Json.object(frame.data());
      assertEquals("d-1", event.get("id"));
      assertEquals("https://github.com/a/b", event.get("source"));
      assertEquals("github.push", event.get("topic"));
      assertTrue(frame.data().endsWith(",\"data\":" + body + "}"), frame::data);

      assertEquals(
          first.get("cursor"), stored(github("github/acme", "d-1", body), true).get("cursor"));
      acme.assertExhausted();
      globex.assertExhausted();
    }
  }

  /**
   * Two real events may have one body, byte for byte: GitHub's of a workflow have no time in them.
   */
  @Test
  void aBodyThatComesAgainIsAnotherEvent() throws Exception {
    String body = PUSH.formatted(UUID.randomUUID());
    try (SseClient acme = join("acme")) {
      for (String delivery : List.of("d-21", "d-22")) {
        stored(github("github/acme", delivery, body), false);
        assertEquals(delivery, acme.nextData("com.github.push").get("id"));
      }
      acme.assertExhausted();
    }
  }

  /** Played again by somebody who recorded it and cannot sign. */
  @Test
  void withinItsWindowABodyCountsAsTheDeliveryItCameWithFirst() throws Exception {
    String body = PUSH.formatted(UUID.randomUUID());
    try (SseClient acme = join("acme")) {
      Map<String, Object> first = stored(github("bound/acme", "d-31", body), false);
      assertEquals("d-31", acme.nextData("com.github.push").get("id"));
      assertEquals(
          first.get("cursor"), stored(github("bound/acme", "d-32", body), true).get("cursor"));
      acme.assertExhausted();
    }
  }

  @Test
  void theTenantOfThePathIsOneOfThePublishers() throws Exception {
    String body = PUSH.formatted(UUID.randomUUID());
    github("github/initech", "d-3", body).assertProblem(403, "NOT_ALLOWED", "/tenant");
    for (String tenant : List.of("acm%C3%A9", "acm%FF", "acme%0A")) {
      github("github/" + tenant, "d-3", body).assertProblem(422, "INVALID_EVENT", "/tenant");
    }
    github("github", "d-3", body).assertProblem(422, "INVALID_EVENT", "/tenant");
    github("github/a%20b", "d-3", body).assertProblem(422, "INVALID_EVENT", "/tenant");
    github("mapped/acme", "d-3", body).assertProblem(404, "NOT_FOUND");
    github("nobody/acme", "d-3", body).assertProblem(401, "BAD_SIGNATURE");
    Answer unsigned = post("github/initech", body, "X-GitHub-Event", "push");
    unsigned.assertProblem(401, "BAD_SIGNATURE");
    assertEquals(post("nobody", body).text(), unsigned.text());
  }

  @Test
  void aMappingSaysWhoseAndWhereAndForWhom() throws Exception {
    String body =
        "{\"tenant\":\"acme\",\"user\":\"alice\",\"action\":\"made\",\"repository\":{\"url\":\"/u\",\"name\":\"b.c\"},"
            + " \"n\": 1}";
    try (SseClient alice = join("acme");
        SseClient bob = SseClient.join(relay, issuer.token("bob", "acme"), "")) {
      stored(github("mapped", "d-4", body), false);
      SseParser.Event frame = alice.next("com.github.push.made");
      assertEquals("repos.b-c.push", Json.object(frame.data()).get("topic"));
      assertTrue(
          frame.data().endsWith(",\"data\":{\"url\":\"/u\",\"name\":\"b.c\"}}"), frame::data);
      stored(github("mapped", "d-4", body), true);
      bob.assertExhausted();
      alice.assertExhausted();
    }
    github("mapped", "d-6", body.replace("alice", "")).assertProblem(422, "INVALID_EVENT", "/user");
    github("mapped", "d-7", body.replace("\"acme\"", "[\"acme\"]"))
        .assertProblem(422, "INVALID_EVENT", "/tenant");
  }

  /** As GitHub sends unless it is told otherwise, and signs it. */
  @Test
  void aFormOfGithubIsTheJsonInIt() throws Exception {
    String json = PUSH.formatted(UUID.randomUUID());
    String body = "payload=" + URLEncoder.encode(json, StandardCharsets.UTF_8);
    try (SseClient acme = join("acme")) {
      stored(form("github/acme", body, "f-1"), false);
      SseParser.Event frame = acme.next("com.github.push");
      assertEquals("https://github.com/a/b", Json.object(frame.data()).get("source"));
      assertTrue(frame.data().endsWith(",\"data\":" + json + "}"), frame::data);
      acme.assertExhausted();
    }
    form("github/acme", body + "%", "f-2").assertProblem(400, "INVALID_REQUEST");
  }

  private static Answer form(String path, String body, String delivery) throws Exception {
    return relay
        .http()
        .post(
            "/v1/hooks/" + path,
            body,
            "Content-Type",
            "application/x-www-form-urlencoded",
            "X-GitHub-Event",
            "push",
            "X-GitHub-Delivery",
            delivery,
            "X-Hub-Signature-256",
            "sha256=" + sign(body));
  }

  @Test
  void whatIsNeitherJsonNorAFormSaysWhatToSet() throws Exception {
    Answer answer =
        relay
            .http()
            .post(
                "/v1/hooks/github/acme",
                "x",
                "Content-Type",
                "text/plain",
                "X-Hub-Signature-256",
                "sha256=" + sign("x"));
    answer.assertProblem(415, "UNSUPPORTED_MEDIA_TYPE");
    assertTrue(answer.text().contains("application/json"), answer::text);
    post("github/acme", "{", "X-Hub-Signature-256", "sha256=" + sign("{"))
        .assertProblem(400, "INVALID_JSON");
    post("github/acme", "{}", "X-Hub-Signature-256", "sha256=" + sign("{}"))
        .assertProblem(422, "INVALID_EVENT", "/type");
  }

  @Test
  void anEventOfStripeIsKnownByItsIdWhenItIsSignedAnew() throws Exception {
    String body =
        "{\"id\":\"evt_1\",\"type\":\"invoice.paid\",\"created\":1614265330,\"data\":{\"object\":{\"id\":\"in_1\"}}}";
    String time = now();
    String before = Long.toString(Instant.now().getEpochSecond() - 5);
    try (SseClient acme = join("acme")) {
      stored(
          post(
              "stripe",
              body,
              "Stripe-Signature",
              "t=" + before + ",v0=x,v1=" + sign(before + "." + body)),
          false);
      Map<String, Object> event = acme.nextData("com.stripe.invoice.paid");
      assertEquals("evt_1", event.get("id"));
      assertEquals("stripe.invoice-paid", event.get("topic"));
      assertEquals("in_1", event.get("subject"));
      assertEquals("2021-02-25T15:02:10Z", event.get("time"));
      stored(
          post("stripe", body, "Stripe-Signature", "t=" + time + ",v1=" + sign(time + "." + body)),
          true);
      acme.assertExhausted();
    }
    post("stripe", body, "Stripe-Signature", "t=1,v1=" + sign("1." + body))
        .assertProblem(401, "STALE_REQUEST");
    post("stripe", body, "Stripe-Signature", "t=1,v1=" + sign("2." + body))
        .assertProblem(401, "BAD_SIGNATURE");
  }

  @Test
  void anEventOfGitlabIsKnownByItsKey() throws Exception {
    String body =
        "{\"object_kind\":\"issue\",\"object_attributes\":{\"action\":\"open\"},\"project\":{\"web_url\":\"https://gitlab.com/a/b\"}}";
    try (SseClient acme = join("acme")) {
      stored(post("gitlab", body, "X-Gitlab-Token", SECRET, "Idempotency-Key", "k-1"), false);
      Map<String, Object> event = acme.nextData("com.gitlab.issue.open");
      assertEquals("k-1", event.get("id"));
      assertEquals("https://gitlab.com/a/b", event.get("source"));
      assertEquals("gitlab.issue", event.get("topic"));
      stored(post("gitlab", body, "X-Gitlab-Token", SECRET, "Idempotency-Key", "k-1"), true);
      acme.assertExhausted();
    }
    post("gitlab", body, "X-Gitlab-Token", SECRET + "x").assertProblem(401, "BAD_SIGNATURE");
  }

  @Test
  void slackIsAnsweredItsChallengeAndSendsEvents() throws Exception {
    String challenge = "{\"token\":\"x\",\"challenge\":\"3eZbrw1a\",\"type\":\"url_verification\"}";
    Answer answer = slack(now(), challenge);
    assertEquals(200, answer.status(), answer::toString);
    assertEquals("3eZbrw1a", answer.text());
    assertTrue(answer.header("Content-Type").orElse("").startsWith("text/plain"));
    post("slack", challenge).assertProblem(401, "BAD_SIGNATURE");
    post("slack", challenge, "X-Slack-Request-Timestamp", now(), "X-Slack-Signature", "v0=0")
        .assertProblem(401, "BAD_SIGNATURE");
    slack("1531420618", challenge).assertProblem(401, "STALE_REQUEST");

    String body =
        "{\"type\":\"event_callback\",\"event_id\":\"Ev1\",\"team_id\":\"T1\",\"event_time\":1614265330,\"event\":{\"type\":\"app_mention\"}}";
    try (SseClient acme = join("acme")) {
      stored(slack(now(), body), false);
      Map<String, Object> event = acme.nextData("com.slack.app_mention");
      assertEquals("Ev1", event.get("id"));
      assertEquals("https://slack.com/T1", event.get("source"));
      assertEquals("slack.app_mention", event.get("topic"));
      stored(slack(now(), body), true);
      acme.assertExhausted();
    }
  }

  /** Whatever a sender's documentation says that it sends is an event. */
  @ParameterizedTest
  @MethodSource("whatSlackSends")
  void allThatSlackSendsIsTaken(String contentType, String body, String type, String source)
      throws Exception {
    try (SseClient acme = join("acme")) {
      Map<String, Object> first = stored(slack(now(), contentType, body), false);
      assertFalse(first.containsKey("warnings"), first::toString);
      Map<String, Object> event = acme.nextData(type);
      assertEquals(source, event.get("source"));
      stored(slack(now(), contentType, body), true);
      acme.assertExhausted();
    }
  }

  static Stream<Arguments> whatSlackSends() {
    String json = "application/json";
    String form = "application/x-www-form-urlencoded";
    return Stream.of(
        Arguments.of(
            json,
            "{\"token\":\"x\",\"type\":\"app_rate_limited\",\"team_id\":\"T1\",\"minute_rate_limited\":1518467820,\"api_app_id\":\"A1\"}",
            "com.slack.app_rate_limited",
            "https://slack.com/T1"),
        Arguments.of(
            form,
            "token=x&team_id=T2&team_domain=example&channel_id=C1&user_id=U1&command=%2Fweather&text=94070&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2F1&trigger_id=13345224609.738474920.80",
            "com.slack.command",
            "https://slack.com/T2"),
        Arguments.of(
            form,
            "payload="
                + URLEncoder.encode(
                    "{\"type\":\"block_actions\",\"team\":{\"id\":\"T3\",\"domain\":\"d\"},\"user\":{\"id\":\"U1\"},\"trigger_id\":\"1.2\",\"actions\":[{\"action_id\":\"a\",\"action_ts\":\"1548426417.840180\"}]}",
                    StandardCharsets.UTF_8),
            "com.slack.block_actions",
            "https://slack.com/T3"),
        Arguments.of(
            form,
            "payload="
                + URLEncoder.encode(
                    "{\"type\":\"message_action\",\"token\":\"x\",\"action_ts\":\"1548426417.840180\",\"team\":null,\"enterprise\":{\"id\":\"E1\"},\"message\":{\"text\":\"\"}}",
                    StandardCharsets.UTF_8),
            "com.slack.message_action",
            "https://slack.com/E1"),
        Arguments.of(form, "ssl_check=1&token=x", "com.slack.command", "https://slack.com/"));
  }

  @Test
  void whatHasNoRepositoryProjectOrObjectIsTakenToo() throws Exception {
    String ping =
        "{\"zen\":\"Keep it logically awesome.\",\"hook_id\":1,\"hook\":{\"type\":\"App\"}}";
    String thin =
        "{\"id\":\"evt_thin\",\"object\":\"v2.core.event\",\"type\":\"v1.billing.meter.error_report_triggered\",\"created\":\"2024-09-17T06:20:52.246Z\",\"related_object\":{\"id\":\"mtr_1\"}}";
    String member =
        "{\"event_name\":\"user_add_to_group\",\"created_at\":\"2020-12-11T04:57:22Z\",\"group_id\":1}";
    try (SseClient acme = join("acme")) {
      Answer pinged =
          post(
              "github/acme",
              ping,
              "X-GitHub-Event",
              "ping",
              "X-GitHub-Delivery",
              "ping-1",
              "X-Hub-Signature-256",
              "sha256=" + sign(ping));
      stored(pinged, false);
      assertEquals("https://github.com", acme.nextData("com.github.ping").get("source"));
      String time = now();
      stored(
          post("stripe", thin, "Stripe-Signature", "t=" + time + ",v1=" + sign(time + "." + thin)),
          false);
      Map<String, Object> event =
          acme.nextData("com.stripe.v1.billing.meter.error_report_triggered");
      assertEquals("mtr_1", event.get("subject"));
      assertEquals("2024-09-17T06:20:52.246Z", event.get("time"));
      stored(post("gitlab", member, "X-Gitlab-Token", SECRET, "Idempotency-Key", "k-2"), false);
      assertEquals(
          "gitlab.user_add_to_group", acme.nextData("com.gitlab.user_add_to_group").get("topic"));
      acme.assertExhausted();
    }
  }

  private static Answer slack(String time, String contentType, String body) throws Exception {
    return relay
        .http()
        .post(
            "/v1/hooks/slack",
            body,
            "Content-Type",
            contentType,
            "X-Slack-Request-Timestamp",
            time,
            "X-Slack-Signature",
            "v0=" + sign("v0:" + time + ":" + body));
  }

  private static Answer slack(String time, String body) throws Exception {
    return slack(time, "application/json", body);
  }

  @Test
  void aSignatureThatComesTwiceIsRefused() throws Exception {
    String body = PUSH.formatted("twice");
    String signature = "X-Hub-Signature-256: sha256=" + sign(body) + "\r\n";
    for (int times : new int[] {0, 2}) {
      try (RawHttp client = RawHttp.connect(relay.port())) {
        client.send(
            "POST /v1/hooks/github/acme HTTP/1.1\r\nHost: relay\r\nX-GitHub-Event: push\r\n"
                + "Content-Type: application/json\r\nContent-Length: "
                + body.length()
                + "\r\n"
                + signature.repeat(times)
                + "\r\n"
                + body);
        Answer answer = client.answer();
        answer.assertProblem(401, "BAD_SIGNATURE");
        assertNotEquals(Optional.empty(), answer.header("Content-Length"));
      }
    }
  }
}
