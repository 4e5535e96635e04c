package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.tests.Publisher.Signature;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A mapping for who comes with a token, and for CloudEvents that lack what the relay needs. */
class MappedClientsTest {
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String STRUCTURED = "application/cloudevents+json";
  private static final String BATCH = "application/cloudevents-batch+json";

  @RegisterExtension
  static final Stage stage =
      Stage.of(
          """
          identity: { issuers: [%1$s] }
          publishers:
            - { name: backend, scheme: token, secrets: [%2$s], tenants: [acme] }
            - name: pushed
              client-id: pushed-client
              tenants: [acme]
              mapping: { type: "pushed.{/x}", topic: pushed }
            - name: clouds
              client-id: clouds-client
              scheme: token
              secrets: [%2$s]
              tenants: [acme, globex]
              mapping:
                topic: "{/type}.{/data/order|/data|'none'}"
                tenant: "{/subject|'acme'}"
                roles: ops
            - name: hub
              client-id: hub-client
              scheme: github
              secrets: ["a secret of at least 16"]
              tenants: [acme]
            - name: signed
              scheme: standard-webhooks
              secrets: [%3$s]
              tenants: [acme]
              mapping: { type: mapped, topic: "{/type|'none'}" }
          """,
          SECRET);

  @RegisterExtension final Listener acme = new Listener(stage, "ops");

  private static Publisher client(String claim, String client) {
    return Publisher.withToken(stage.relay(), stage.token("service").with(claim, client).signed());
  }

  private static Map<String, Object> stored(Answer answer) {
    assertEquals(202, answer.status(), answer::toString);
    return answer.json();
  }

  @ParameterizedTest
  @ValueSource(strings = {"azp", "client_id", "appid"})
  void whoSignsWithATokenNeedNotShapeItsBody(String claim) throws Exception {
    stored(client(claim, "pushed-client").json("{\"x\":1}"));
    Map<String, Object> event = acme.nextData("pushed.1");
    assertEquals("pushed", event.get("topic"));
    assertEquals("/publishers/pushed", event.get("source"));
    client(claim, "pushed-client").json("{}").assertProblem(422, "INVALID_EVENT", "/x");
    client(claim, "other").json("{\"x\":1}").assertProblem(403, "NOT_ALLOWED");
  }

  @Test
  void azpCountsBeforeTheOthers() throws Exception {
    String token =
        stage.token("service").with("azp", "other").with("appid", "pushed-client").signed();
    Publisher.withToken(stage.relay(), token).json("{\"x\":1}").assertProblem(403, "NOT_ALLOWED");
  }

  @Test
  void aCloudEventIsTakenBesideOwnBodies() throws Exception {
    String event =
        "{\"specversion\":\"1.0\",\"id\":\"c1\",\"source\":\"/s\",\"type\":\"com.example\",\"data\":[1.0]}";
    Map<String, Object> answer = stored(client("azp", "pushed-client").post(STRUCTURED, event));
    assertEquals("c1", answer.get("id"));
    SseParser.Event frame = acme.next("com.example");
    assertEquals("pushed", Json.object(frame.data()).get("topic"));
    assertTrue(frame.data().endsWith(",\"data\":[1.0]}"), frame::toString);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aCloudEventWithoutATopicKeepsAllElse(boolean bearer) throws Exception {
    Publisher clouds =
        bearer
            ? client("azp", "clouds-client")
            : Publisher.withKey(stage.relay(), "clouds", Stage.KEY);
    String id = "s-" + bearer;
    String event =
        "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/s\",\"type\":\"com.example.order\",\"time\":\"2026-01-01T00:00:00+01:00\",\"dataschema\":\"https://x/y\",\"extra\":7,\"data\":{\"order\":"
            + " 42}}";
    stored(clouds.post(STRUCTURED, event.formatted(id)));
    SseParser.Event frame = acme.next("com.example.order");
    Map<String, Object> read = Json.object(frame.data());
    assertEquals(id, read.get("id"));
    assertEquals("com-example-order.42", read.get("topic"));
    assertEquals("2026-01-01T00:00:00+01:00", read.get("time"));
    assertEquals("https://x/y", read.get("dataschema"));
    assertEquals(7L, read.get("extra"));
    assertTrue(frame.data().endsWith(",\"data\":{\"order\": 42}}"), frame::toString);

    Answer batch =
        clouds.post(
            BATCH,
            "["
                + event.formatted(id + "b")
                + ","
                + event.formatted(id + "c").replace("\"extra\"", "\"topic\":\"own.one\",\"extra\"")
                + "]");
    assertEquals(202, batch.status(), batch::toString);
    assertEquals("com-example-order.42", acme.nextData("com.example.order").get("topic"));
    assertEquals("own.one", acme.nextData("com.example.order").get("topic"));

    stored(
        clouds.post(
            "application/json",
            "{\"order\": 7}",
            "ce-specversion",
            "1.0",
            "ce-id",
            id + "d",
            "ce-source",
            "/s",
            "ce-type",
            "t",
            "ce-traceparent",
            "tp"));
    frame = acme.next("t");
    assertEquals("t.7", Json.object(frame.data()).get("topic"));
    assertEquals("tp", Json.object(frame.data()).get("traceparent"));
    stored(
        clouds.post(
            "text/plain",
            "words",
            "ce-specversion",
            "1.0",
            "ce-id",
            id + "e",
            "ce-source",
            "/s",
            "ce-type",
            "t"));
    assertEquals("t.words", acme.nextData("t").get("topic"));
  }

  @Test
  void whatComesAsAnEventIsHeldToItsRules() throws Exception {
    Publisher clouds = client("azp", "clouds-client");
    clouds
        .post(STRUCTURED, "{\"specversion\":\"1.0\",\"source\":\"/s\",\"type\":\"t\"}")
        .assertProblem(422, "INVALID_EVENT", "/id");
    clouds
        .post(
            STRUCTURED,
            "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"time\":\"now\"}")
        .assertProblem(422, "INVALID_EVENT", "/time");
    clouds
        .post(
            STRUCTURED,
            "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"subject\":\"initech\"}")
        .assertProblem(403, "NOT_ALLOWED", "/tenant");
    // Without a template for the type, application/json is an event too.
    stored(clouds.json("{\"type\":\"plain\",\"data\":1}"));
    assertEquals("plain.1", acme.nextData("plain").get("topic"));
    clouds.json("{\"data\":1}").assertProblem(422, "INVALID_EVENT", "/type");
  }

  @Test
  void anEventThatSaysWhomItIsForIsForNobodyElse() throws Exception {
    Publisher clouds = client("azp", "clouds-client");
    stored(clouds.json("{\"type\":\"secret\",\"users\":\"bob\",\"data\":1}"));
    // The role of the mapping was not added: the listener, who has it, sees what follows first.
    stored(clouds.json("{\"type\":\"shown\",\"data\":1}"));
    acme.next("shown");
  }

  @Test
  void theTenantOfThePathIsTheEventsOwn() throws Exception {
    Publisher clouds = Publisher.withKey(stage.relay(), "clouds/acme", Stage.KEY);
    clouds.json("{\"type\":\"t\",\"data\":1}").assertProblem(404, "NOT_FOUND");
  }

  /** Or a body that was recorded would be an event of whoever recorded it. */
  @Test
  void headersMakeNoEventOfABodyThatWasSigned() throws Exception {
    Publisher signed = Publisher.bare(stage.relay(), "signed");
    byte[] body = "{\"n\":1}".getBytes(StandardCharsets.UTF_8);
    stored(
        signed.signed(
            body,
            Signature.of(SECRET, body),
            "ce-specversion",
            "1.0",
            "ce-id",
            "1",
            "ce-source",
            "/s",
            "ce-type",
            "forged"));
    assertEquals("none", acme.nextData("mapped").get("topic"));

    byte[] event =
        "{\"specversion\":\"1.0\",\"id\":\"c1\",\"source\":\"/s\",\"type\":\"own\"}"
            .getBytes(StandardCharsets.UTF_8);
    stored(signed.post(STRUCTURED, event, Signature.of(SECRET, event).headers()));
    assertEquals("own", acme.nextData("own").get("topic"));
  }

  @Test
  void whatAThirdPartysSchemeBringsAlongIsForItsHooks() throws Exception {
    Answer answer =
        client("azp", "hub-client").json("{\"topic\":\"a\",\"type\":\"own\",\"data\":1}");
    assertFalse(stored(answer).containsKey("warnings"));
    acme.next("own");
  }
}
