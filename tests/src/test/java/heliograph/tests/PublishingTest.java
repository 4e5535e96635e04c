package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.tests.Publisher.Signature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The publishers' doors: who gets in, in which forms events come, and what the answers are. */
class PublishingTest {
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String OLD_SECRET = "b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQtb2xk";
  private static final String KEY = "publishing-key-01234567";
  private static final String OLD_KEY = "an-older-key-0123456789";
  private static final String STRUCTURED = "application/cloudevents+json";
  private static final String BATCH = "application/cloudevents-batch+json";
  private static final String PAID =
      "{\"topic\":\"orders.42\",\"type\":\"order.paid\",\"data\":{\"order\":42}}";

  private static TestIssuer issuer;
  private static RelayProcess relay;
  private static Publisher many;
  private SseClient acme;

  @BeforeAll
  static void start() throws Exception {
    issuer = TestIssuer.start();
    relay =
        RelayProcess.start(
            """
            identity: { issuers: [%s] }
            publishers:
              - name: orders
                scheme: standard-webhooks
                secrets: [%s, %s]
                tenants: [acme]
                topics: ["orders.>", "alerts.*"]
                types: ["order.*", alert]
              - { name: many, scheme: token, secrets: [%s, %s], tenants: [acme, globex] }
              - { name: any, scheme: token, secrets: [%s], tenants: ["*"] }
              - { name: billing, client-id: billing-client, tenants: [acme], topics: ["bills.>"] }
            """
                .formatted(issuer.yaml(), SECRET, OLD_SECRET, KEY, OLD_KEY, KEY));
    many = Publisher.withKey(relay, "many", KEY);
  }

  @BeforeEach
  void join() throws Exception {
    acme = SseClient.join(relay, issuer.token("alice", "acme"), "?format=cloudevents");
  }

  @AfterEach
  void leave() throws Exception {
    acme.assertExhausted();
    acme.close();
  }

  @AfterAll
  static void stop() throws Exception {
    relay.stopWell();
    issuer.close();
  }

  // Who gets in.

  @Test
  void aKeyOpensTheDoorOfItsPublisher() throws Exception {
    for (String authorization : List.of("Bearer " + KEY, "bearer  " + KEY, "BEARER " + OLD_KEY)) {
      Answer answer =
          relay
              .http()
              .post(
                  "/v1/hooks/many",
                  "{\"tenant\":\"acme\",\"topic\":\"a\",\"type\":\"b\",\"id\":\"%s\"}"
                      .formatted(authorization.hashCode()),
                  "Authorization",
                  authorization,
                  "Content-Type",
                  "application/json");
      assertEquals(202, answer.status(), answer::toString);
      assertEquals(Optional.of("application/json"), answer.header("Content-Type"));
      assertTrue(
          answer
              .text()
              .matches("\\{\"id\":\"-?\\d+\",\"cursor\":\"[a-z0-9]+-\\d+\",\"duplicate\":false\\}"),
          answer::text);
      assertEquals(answer.json().get("id"), acme.nextData("b").get("id"));
    }
  }

  @Test
  void whoHasNoKeyIsNotToldWhichPublishersThereAre() throws Exception {
    Answer unknown = post("nobody", PAID, "Authorization", "Bearer " + KEY);
    unknown.assertProblem(401, "BAD_SIGNATURE");
    String[][] strangers = {
      {"many"},
      {"many", "Authorization", "Bearer " + KEY + "x"},
      {"many", "Authorization", "Basic " + KEY},
      {"many", "Authorization", KEY},
      {"orders"},
      {"orders", "Authorization", "Bearer " + KEY},
      {"billing", "Authorization", "Bearer " + KEY},
      {"nobody"},
    };
    for (String[] stranger : strangers) {
      Answer answer = post(stranger[0], PAID, List.of(stranger).subList(1, stranger.length));
      answer.assertProblem(401, "BAD_SIGNATURE");
      assertEquals(unknown.text(), answer.text(), "one answer for all: " + List.of(stranger));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"azp", "client_id"})
  void aTokenOfAPublishersClientOpensTheEventsDoor(String claim) throws Exception {
    String token = issuer.token("service").with(claim, "billing-client").signed();
    Publisher billing = Publisher.withToken(relay, token);

    billing.publish("{\"topic\":\"bills.7\",\"type\":\"bill.sent\",\"data\":7}");

    Map<String, Object> event = acme.nextData("bill.sent");
    assertEquals("/publishers/billing", event.get("source"));
    billing.post(Publisher.JSON, PAID).assertProblem(403, "NOT_ALLOWED", "/topic");
  }

  @Test
  void aTokenOfAnyOtherClientDoesNot() throws Exception {
    relay.http().post("/v1/events", PAID).assertProblem(401, "NO_CREDENTIALS");
    relay
        .http()
        .post("/v1/events?access_token=" + issuer.token("service", "acme"), PAID)
        .assertProblem(401, "NO_CREDENTIALS");
    for (Object client : List.of("billing", "orders", "", 7, List.of("billing-client"))) {
      Token token = issuer.token("billing-client").with("client_id", client);
      Publisher.withToken(relay, token.signed())
          .post(Publisher.JSON, PAID)
          .assertProblem(403, "NOT_ALLOWED");
    }
    Publisher.withToken(relay, KEY).post(Publisher.JSON, PAID).assertProblem(401, "BAD_TOKEN");
  }

  // Signatures that are right; the wrong ones are in BadSignatureTest.

  @Test
  void theStandardsOwnExampleIsTheSignatureWeMake() {
    Signature signature =
        Signature.of(
            SECRET,
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            Instant.ofEpochSecond(1614265330),
            "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8));
    assertEquals("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", signature.signature());
  }

  static Stream<Arguments> signatureLists() {
    String wrong = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    return Stream.of(
        Arguments.of("the new secret", SECRET, "%s"),
        Arguments.of("the old secret", OLD_SECRET, "%s"),
        Arguments.of("wrong ones before", SECRET, wrong + " " + wrong + " %s"),
        Arguments.of("wrong ones after", OLD_SECRET, "%s " + wrong),
        Arguments.of("unknown versions", SECRET, "v1a,c2ln v2,AAAA v0,AAAA vX %s v9,"),
        Arguments.of("what is no base64", SECRET, "v1,*** v1, v1 ,v1 %s"),
        Arguments.of("more blanks", SECRET, "  %s  "),
        Arguments.of(
            "the last of as many as are looked at", SECRET, (wrong + " ").repeat(15) + "%s"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("signatureLists")
  void oneRightSignatureInTheListIsEnough(String name, String secret, String list)
      throws Exception {
    Signature signature = Signature.of(secret, PAID.getBytes(StandardCharsets.UTF_8));
    Answer answer =
        signed(
            PAID.getBytes(StandardCharsets.UTF_8),
            new Signature(
                signature.id(), signature.timestamp(), list.formatted(signature.signature())));

    assertEquals(202, answer.status(), answer::toString);
    Map<String, Object> event = acme.nextData("order.paid");
    assertEquals(signature.id(), event.get("id"), "the delivery's id is the event's");
    assertEquals("/publishers/orders", event.get("source"));
    assertTrue(Instant.parse((String) event.get("time")).isBefore(Instant.now().plusSeconds(1)));
  }

  @Test
  void clocksMayDifferByAlmostFiveMinutes() throws Exception {
    byte[] body = PAID.getBytes(StandardCharsets.UTF_8);
    for (int seconds : new int[] {-290, 290}) {
      Instant at = Instant.now().plusSeconds(seconds);
      Answer answer = signed(body, Signature.of(SECRET, "clock" + seconds, at, body));
      assertEquals(202, answer.status(), answer::toString);
      acme.next("order.paid");
    }
  }

  // The forms in which events come.

  static Stream<Arguments> forms() {
    String full =
        "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/a\",\"type\":\"t\",\"tenant\":\"acme\",\"topic\":\"x\"}";
    return Stream.of(
        Arguments.of(STRUCTURED, full),
        Arguments.of("application/cloudevents+json; charset=utf-8", full),
        Arguments.of("Application/CloudEvents+JSON;charset=\"UTF-8\"", full),
        Arguments.of("application/json", full),
        Arguments.of("application/json; charset=utf-8; profile=x", full),
        Arguments.of(
            "application/json",
            "{\"id\":\"%s\",\"type\":\"t\",\"tenant\":\"acme\",\"topic\":\"x\",\"subject\":null}"),
        Arguments.of(BATCH, "[" + full + "]"),
        Arguments.of("application/cloudevents-batch+json; charset=utf-8", "[" + full + "]"),
        Arguments.of("application/json", " [ " + full + " ] "));
  }

  @ParameterizedTest
  @MethodSource("forms")
  void eachFormOfJsonIsRead(String contentType, String body) throws Exception {
    String id = UUID.randomUUID().toString();
    Answer answer = many.post(contentType, body.formatted(id));

    assertEquals(202, answer.status(), answer::toString);
    boolean batch = body.strip().startsWith("[");
    assertEquals(batch, answer.json().containsKey("results"), answer::toString);
    assertEquals(id, acme.nextData("t").get("id"));
  }

  @Test
  void inBinaryModeAttributesComeInHeaders() throws Exception {
    Answer answer =
        many.post(
            "application/json",
            "{\"n\": 1.0}",
            "ce-specversion",
            "1.0",
            "ce-id",
            "\"quoted \\\"id\\\" \\\\ here\"",
            "ce-source",
            "/a%3Fb",
            "CE-Type",
            "t",
            "ce-tenant",
            "acme",
            "ce-topic",
            "x",
            "ce-subject",
            "Euro%20%E2%82%AC%20%F0%9F%98%80%25 %22",
            "ce-ephemeral",
            "true",
            "ce-users",
            "alice, bob");
    assertEquals(202, answer.status(), answer::toString);
    assertEquals("quoted \"id\" \\ here", answer.json().get("id"));

    SseParser.Event frame = acme.next("t");
    Map<String, Object> event = Json.object(frame.data());
    assertEquals("quoted \"id\" \\ here", event.get("id"));
    assertEquals("/a?b", event.get("source"));
    assertEquals("Euro € 😀% \"", event.get("subject"));
    assertEquals("application/json", event.get("datacontenttype"));
    assertEquals("true", event.get("ephemeral"));
    assertTrue(frame.data().endsWith(",\"data\":{\"n\": 1.0}}"), frame::toString);
  }

  static Stream<Arguments> wrongBinaryAttributes() {
    return Stream.of(
        Arguments.of("ce-subject", "100%", "/subject"),
        Arguments.of("ce-subject", "%4", "/subject"),
        Arguments.of("ce-subject", "%zz", "/subject"),
        Arguments.of("ce-subject", "%C0%A0", "/subject"),
        Arguments.of("ce-subject", "%ED%A0%80", "/subject"),
        Arguments.of("ce-subject", "%00", "/subject"),
        Arguments.of("ce-subject", "a%0Aid: 7", "/subject"),
        Arguments.of("ce-datacontenttype", "text/plain", "/datacontenttype"),
        Arguments.of("ce-my_attribute", "x", "/my_attribute"),
        Arguments.of("ce-time", "yesterday", "/time"),
        Arguments.of("ce-ephemeral", "perhaps", "/ephemeral"),
        Arguments.of("ce-type", "twice", "/type"));
  }

  @ParameterizedTest
  @MethodSource("wrongBinaryAttributes")
  void aWrongAttributeOfBinaryModeIsNamed(String header, String value, String pointer)
      throws Exception {
    many.post(
            "application/json",
            "1",
            "ce-specversion",
            "1.0",
            "ce-id",
            "1",
            "ce-source",
            "/a",
            "ce-type",
            "t",
            "ce-tenant",
            "acme",
            "ce-topic",
            "x",
            header,
            value)
        .assertProblem(422, "INVALID_EVENT", pointer);
  }

  @ParameterizedTest
  @CsvSource({
    "gzip, many",
    "GZIP, many",
    "x-gzip, many",
    "identity, many",
    "gzip, orders",
    "gzip, events",
  })
  void aBodyMayBeCompressed(String coding, String door) throws Exception {
    byte[] body =
        ("{\"tenant\":\"acme\",\"topic\":\"%s.1\",\"type\":\"order.paid\",\"data\":\""
                + "zip".repeat(9999)
                + "\"}")
            .formatted(door.equals("events") ? "bills" : "orders")
            .getBytes(StandardCharsets.UTF_8);
    byte[] sent = coding.equals("identity") ? body : gzip(body);
    String token = issuer.token("service").with("azp", "billing-client").signed();
    Answer answer =
        switch (door) {
          case "many" -> many.post(Publisher.JSON, sent, "Content-Encoding", coding);
          case "events" ->
              Publisher.withToken(relay, token)
                  .post(Publisher.JSON, sent, "Content-Encoding", coding);
          // The signature covers the bytes on the wire.
          default -> signed(sent, Signature.of(SECRET, sent), "Content-Encoding", coding);
        };
    assertEquals(202, answer.status(), answer::toString);
    assertEquals("zip".repeat(9999), acme.nextData("order.paid").get("data"));
  }

  // What the answers are.

  @Test
  void theSameEventTwiceIsOneEvent() throws Exception {
    String event =
        "{\"tenant\":\"%s\",\"id\":\"twice\",\"source\":\"%s\",\"topic\":\"x\",\"type\":\"t\",\"data\":%d}";
    String first = many.publish(event.formatted("acme", "/one", 1));

    Answer again = many.post(Publisher.JSON, event.formatted("acme", "/one", 2));
    assertEquals(202, again.status(), again::toString);
    assertEquals(
        "{\"id\":\"twice\",\"cursor\":\"" + first + "\",\"duplicate\":true}", again.text());

    String otherSource = many.publish(event.formatted("acme", "/two", 3));
    assertNotEquals(first, otherSource);
    // Sequences are per tenant: the cursor may be equal, the event is another.
    Answer otherTenant = many.post(Publisher.JSON, event.formatted("globex", "/one", 4));
    assertEquals(false, otherTenant.json().get("duplicate"));

    assertEquals(1L, acme.nextData("t").get("data"));
    assertEquals(3L, acme.nextData("t").get("data"));
  }

  @Test
  void aWebhookDeliveredTwiceIsOneEvent() throws Exception {
    for (String body : List.of(PAID, "[" + PAID + "," + PAID.replace("42", "43") + "]")) {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      String id = "msg_" + body.length();
      Answer first = signed(bytes, Signature.of(SECRET, id, Instant.now(), bytes));
      // A sender's retry has the same id, a later time and so another signature.
      Answer again =
          signed(bytes, Signature.of(OLD_SECRET, id, Instant.now().plusSeconds(5), bytes));

      assertEquals(first.text().replace("\"duplicate\":false", "\"duplicate\":true"), again.text());
      acme.next("order.paid");
    }
    acme.next("order.paid");
  }

  @Test
  void aBatchIsAnsweredEventByEvent() throws Exception {
    Answer answer =
        many.post(
            Publisher.JSON,
            """
            [ {"tenant":"acme","topic":"x","type":"t","id":"b0","data":0},
              {"tenant":"acme","topic":"not a topic","type":"t"},
              {"tenant":"initech","topic":"x","type":"t"},
              7,
              {"tenant":"acme","topic":"x","type":"t","id":"b4","data":4},
              [{}],
              {"tenant":"acme","topic":"x","type":"system.end"},
              {"tenant":"acme","topic":"x","type":"t","id":"b0","data":7,"source":"/publishers/many"},
              {"topic":"x","type":"t"},
              {"tenant":"acme","topic":"x","type":"t","a/b~c":1},
              "text", null, {} ]\
            """);

    assertEquals(202, answer.status(), answer::toString);
    List<Map<String, Object>> results = results(answer);
    assertEquals(13, results.size());
    assertEquals("b0", results.get(0).get("id"));
    Answer.assertProblem(results.get(1), 422, "INVALID_EVENT", "/1/topic");
    Answer.assertProblem(results.get(2), 403, "NOT_ALLOWED", "/2/tenant");
    Answer.assertProblem(results.get(3), 422, "INVALID_EVENT", "/3");
    assertEquals(false, results.get(4).get("duplicate"));
    Answer.assertProblem(results.get(5), 422, "INVALID_EVENT", "/5");
    Answer.assertProblem(results.get(6), 422, "INVALID_EVENT", "/6/type");
    assertEquals(true, results.get(7).get("duplicate"));
    assertEquals(results.get(0).get("cursor"), results.get(7).get("cursor"));
    Answer.assertProblem(results.get(8), 422, "INVALID_EVENT", "/8/tenant");
    Answer.assertProblem(results.get(9), 422, "INVALID_EVENT", "/9/a~1b~0c");
    Answer.assertProblem(results.get(10), 422, "INVALID_EVENT", "/10");
    Answer.assertProblem(results.get(11), 422, "INVALID_EVENT", "/11");
    assertEquals("INVALID_EVENT", results.get(12).get("code"));

    assertEquals(0L, acme.nextData("t").get("data"));
    assertEquals(4L, acme.nextData("t").get("data"));
    assertEquals("{\"results\":[]}", many.post(BATCH, "[]").text());
  }

  @ParameterizedTest
  @CsvSource({
    "acme, orders.1, order.paid, ''",
    "acme, alerts.1, alert, ''",
    "globex, orders.1, order.paid, /tenant",
    "acme, bills.1, order.paid, /topic",
    "acme, orders, order.paid, /topic",
    "acme, alerts.1.2, alert, /topic",
    "acme, orders.1, alert.red, /type",
    "acme, orders.1, bill.paid, /type",
  })
  void aPublisherHasItsBounds(String tenant, String topic, String type, String pointer)
      throws Exception {
    byte[] body =
        "{\"tenant\":\"%s\",\"topic\":\"%s\",\"type\":\"%s\"}"
            .formatted(tenant, topic, type)
            .getBytes(StandardCharsets.UTF_8);
    Answer answer = signed(body, Signature.of(SECRET, body));
    if (pointer.isEmpty()) {
      assertEquals(202, answer.status(), answer::toString);
      acme.next(type);
    } else {
      answer.assertProblem(403, "NOT_ALLOWED", pointer);
    }
  }

  @Test
  void anEventWithoutTenantIsOfThePublishersOnlyOne() throws Exception {
    byte[] body = PAID.getBytes(StandardCharsets.UTF_8);
    assertEquals(202, signed(body, Signature.of(SECRET, body)).status());
    assertEquals("acme", acme.nextData("order.paid").get("tenant"));

    many.post(Publisher.JSON, PAID).assertProblem(422, "INVALID_EVENT", "/tenant");
    Publisher any = Publisher.withKey(relay, "any", KEY);
    any.post(Publisher.JSON, PAID).assertProblem(422, "INVALID_EVENT", "/tenant");
    any.publish("never-heard-of", "a", "1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/events", "/v1/hooks/orders", "/v1/hooks/nobody"})
  void theHandshakeOfCloudEventsIsAnswered(String path) throws Exception {
    Answer consent =
        relay
            .http()
            .send(
                "OPTIONS",
                path,
                new byte[0],
                "WebHook-Request-Origin",
                "eventemitter.example.com",
                "WebHook-Request-Rate",
                "120",
                "WebHook-Request-Callback",
                issuer.uri() + "/called");
    assertEquals(204, consent.status());
    assertEquals(Optional.of("eventemitter.example.com"), consent.header("WebHook-Allowed-Origin"));
    assertEquals(Optional.of("300000"), consent.header("WebHook-Allowed-Rate"));
    String methods = path.equals("/v1/events") ? "GET, POST, OPTIONS" : "POST, OPTIONS";
    assertEquals(Optional.of(methods), consent.header("Allow"));

    Answer unasked = relay.http().send("OPTIONS", path, new byte[0]);
    assertEquals(204, unasked.status());
    assertEquals(Optional.empty(), unasked.header("WebHook-Allowed-Origin"));
    assertEquals(Optional.empty(), unasked.header("WebHook-Allowed-Rate"));
  }

  @ParameterizedTest
  @CsvSource({
    "PUT, /v1/events, 'GET, POST, OPTIONS'",
    "DELETE, /v1/events, 'GET, POST, OPTIONS'",
    "GET, /v1/hooks/orders, 'POST, OPTIONS'",
    "DELETE, /v1/hooks/orders, 'POST, OPTIONS'",
    "PATCH, /v1/hooks/nobody, 'POST, OPTIONS'",
    "POST, /v1/stream, GET",
    "OPTIONS, /v1/stream, GET",
    "PROPFIND, /v1/stream, GET",
  })
  void anotherMethodIsToldWhichAreAllowed(String method, String path, String allowed)
      throws Exception {
    Answer answer = relay.http().send(method, path, new byte[0]);
    answer.assertProblem(405, "METHOD_NOT_ALLOWED");
    assertEquals(Optional.of(allowed), answer.header("Allow"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/v1",
        "/v1/",
        "/v1/hooks",
        "/v1/hooks/",
        "/v1/hooks/a/b",
        "/v2/events",
        "/V1/events"
      })
  void whatIsNotThereIsNotFound(String path) throws Exception {
    relay
        .http()
        .post(path, PAID, "Content-Type", "application/json")
        .assertProblem(404, "NOT_FOUND");
    relay.http().get(path).assertProblem(404, "NOT_FOUND");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/cloudevents+xml",
        "application/cloudevents-batch+xml",
        "application/cloudevents",
        "application/cloudevents+json; charset=iso-8859-1",
        "application/json; charset=utf-16",
        "application/jsonp",
        "json",
        ";",
      })
  void anotherMediaTypeIsNotRead(String contentType) throws Exception {
    many.post(contentType, PAID).assertProblem(415, "UNSUPPORTED_MEDIA_TYPE");
  }

  @Test
  void anotherContentCodingIsNotRead() throws Exception {
    for (String coding : List.of("br", "deflate", "gzip, gzip", "identity, gzip", "zstd")) {
      many.post(Publisher.JSON, PAID, "Content-Encoding", coding)
          .assertProblem(415, "UNSUPPORTED_MEDIA_TYPE");
    }
    byte[] zipped = gzip(PAID.getBytes(StandardCharsets.UTF_8));
    byte[] cut = java.util.Arrays.copyOf(zipped, zipped.length - 5);
    byte[] spoilt = zipped.clone();
    spoilt[zipped.length - 8] ^= 1;
    for (byte[] body : List.of(PAID.getBytes(StandardCharsets.UTF_8), cut, spoilt, new byte[3])) {
      many.post(Publisher.JSON, body, "Content-Encoding", "gzip")
          .assertProblem(400, "INVALID_REQUEST");
    }
  }

  private static Answer signed(byte[] body, Signature signature, String... headers)
      throws IOException, InterruptedException {
    List<String> all = new java.util.ArrayList<>(List.of(signature.headers()));
    all.addAll(List.of(headers));
    return Publisher.bare(relay, "orders").post(Publisher.JSON, body, all.toArray(String[]::new));
  }

  private static Answer post(String publisher, String body, String... headers)
      throws IOException, InterruptedException {
    return post(publisher, body, List.of(headers));
  }

  private static Answer post(String publisher, String body, List<String> headers)
      throws IOException, InterruptedException {
    return Publisher.bare(relay, publisher)
        .post(Publisher.JSON, body, headers.toArray(String[]::new));
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> results(Answer answer) {
    return (List<Map<String, Object>>) answer.json().get("results");
  }

  static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
      zip.write(bytes);
    }
    return out.toByteArray();
  }
}
