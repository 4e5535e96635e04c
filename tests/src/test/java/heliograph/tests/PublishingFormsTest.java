package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.tests.Publisher.Signature;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The forms in which events come: media types, headers, compression. */
class PublishingFormsTest {
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String STRUCTURED = "application/cloudevents+json";
  private static final String BATCH = "application/cloudevents-batch+json";
  private static final String PAID =
      "{\"topic\":\"orders.42\",\"type\":\"order.paid\",\"data\":{\"order\":42}}";

  @RegisterExtension
  static final Stage stage =
      Stage.of(
          """
          identity: { issuers: [%1$s] }
          publishers:
            - name: orders
              scheme: standard-webhooks
              secrets: [%3$s]
              tenants: [acme]
            - { name: backend, scheme: token, secrets: [%2$s], tenants: [acme, globex] }
            - { name: billing, client-id: billing-client, tenants: [acme], topics: ["bills.>"] }
          """,
          SECRET);

  @RegisterExtension final Listener acme = new Listener(stage);

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
    Answer answer = stage.post(contentType, body.formatted(id));

    assertEquals(202, answer.status(), answer::toString);
    boolean batch = body.strip().startsWith("[");
    assertEquals(batch, answer.json().containsKey("results"), answer::toString);
    assertEquals(id, acme.nextData("t").get("id"));
  }

  @Test
  void inBinaryModeAttributesComeInHeaders() throws Exception {
    Answer answer =
        stage.post(
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

  /** The binding wants them encoded by percents; what senders send all the same is UTF-8. */
  @Test
  void attributesInHeadersMayBeUtf8() throws Exception {
    String subject = "Euro € 😀 50%25";
    assertEquals(202, binary("ce-subject", subject.getBytes(StandardCharsets.UTF_8)).status());
    assertEquals("Euro € 😀 50%", acme.nextData("t").get("subject"));
    byte[] type = "text/plain; x=\"€\"".getBytes(StandardCharsets.UTF_8);
    assertEquals(202, binary("Content-Type", type).status());
    assertEquals("text/plain; x=\"€\"", acme.nextData("t").get("datacontenttype"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"E9", "C3", "80", "C0A0", "EDA080", "F4908080", "EFBFBD"})
  void whatIsNotUtf8InAHeaderIsNotReplaced(String hex) throws Exception {
    byte[] bytes = HexFormat.of().parseHex("61" + hex + "62");
    binary("ce-subject", bytes).assertProblem(422, "INVALID_EVENT", "/subject");
    binary("ce-id", bytes).assertProblem(422, "INVALID_EVENT", "/id");
    byte[] type = HexFormat.of().parseHex("746578742f" + hex);
    binary("Content-Type", type).assertProblem(422, "INVALID_EVENT", "/datacontenttype");
  }

  private static Answer binary(String header, byte[] value) throws Exception {
    try (RawHttp client = RawHttp.connect(stage.relay().port())) {
      client.send(
          "POST /v1/hooks/backend HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer "
              + Stage.KEY
              + "\r\nce-specversion: 1.0\r\nce-source: /a\r\nce-type: t\r\nce-tenant: acme\r\n"
              + "ce-topic: x\r\nContent-Length: 1\r\n"
              + (header.equals("ce-id") ? "" : "ce-id: " + UUID.randomUUID() + "\r\n")
              + header
              + ": ");
      client.send(value);
      return client.send("\r\n\r\n1").answer();
    }
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
    stage
        .post(
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
    "gzip, backend",
    "GZIP, backend",
    "x-gzip, backend",
    "identity, backend",
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
    byte[] sent = coding.equals("identity") ? body : Publisher.gzip(body);
    String token = stage.token("service").with("azp", "billing-client").signed();
    Answer answer =
        switch (door) {
          case "backend" -> stage.post(Publisher.JSON, sent, "Content-Encoding", coding);
          case "events" ->
              Publisher.withToken(stage.relay(), token)
                  .post(Publisher.JSON, sent, "Content-Encoding", coding);
          // The signature covers the bytes on the wire.
          default -> signed(sent, Signature.of(SECRET, sent), "Content-Encoding", coding);
        };
    assertEquals(202, answer.status(), answer::toString);
    assertEquals("zip".repeat(9999), acme.nextData("order.paid").get("data"));
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
    stage.post(contentType, PAID).assertProblem(415, "UNSUPPORTED_MEDIA_TYPE");
  }

  @Test
  void anotherContentCodingIsNotRead() throws Exception {
    for (String coding : List.of("br", "deflate", "gzip, gzip", "identity, gzip", "zstd")) {
      stage
          .post(Publisher.JSON, PAID, "Content-Encoding", coding)
          .assertProblem(415, "UNSUPPORTED_MEDIA_TYPE");
    }
    byte[] zipped = Publisher.gzip(PAID.getBytes(StandardCharsets.UTF_8));
    byte[] cut = java.util.Arrays.copyOf(zipped, zipped.length - 5);
    byte[] spoilt = zipped.clone();
    spoilt[zipped.length - 8] ^= 1;
    for (byte[] body : List.of(PAID.getBytes(StandardCharsets.UTF_8), cut, spoilt, new byte[3])) {
      stage
          .post(Publisher.JSON, body, "Content-Encoding", "gzip")
          .assertProblem(400, "INVALID_REQUEST");
    }
  }

  private static Answer signed(byte[] body, Signature signature, String... headers)
      throws Exception {
    return Publisher.bare(stage.relay(), "orders").signed(body, signature, headers);
  }
}
