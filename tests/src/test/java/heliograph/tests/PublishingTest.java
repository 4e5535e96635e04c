package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import heliograph.tests.Publisher.Signature;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What publishers are answered, and what becomes of the same event twice. */
@Tag("log")
class PublishingTest {
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String OLD_SECRET = "b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQtb2xk";
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
              secrets: [%3$s, %4$s]
              tenants: [acme]
            - { name: backend, scheme: token, secrets: [%2$s], tenants: [acme, globex] }
          """,
          SECRET, OLD_SECRET);

  @RegisterExtension final Listener acme = new Listener(stage);

  @Test
  void theSameEventTwiceIsOneEvent() throws Exception {
    String event =
        "{\"tenant\":\"%s\",\"id\":\"twice\",\"source\":\"%s\",\"topic\":\"x\",\"type\":\"t\",\"data\":%d}";
    String first = stage.publish(event.formatted("acme", "/one", 1));

    Answer again = stage.post(Publisher.JSON, event.formatted("acme", "/one", 2));
    assertEquals(202, again.status(), again::toString);
    assertEquals(
        "{\"id\":\"twice\",\"cursor\":\"" + first + "\",\"duplicate\":true}", again.text());

    String otherSource = stage.publish(event.formatted("acme", "/two", 3));
    assertNotEquals(first, otherSource);
    // Sequences are per tenant: the cursor may be equal, the event is another.
    Answer otherTenant = stage.post(Publisher.JSON, event.formatted("globex", "/one", 4));
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
        stage.post(
            Publisher.JSON,
            """
            [ {"tenant":"acme","topic":"x","type":"t","id":"b0","data":0},
              {"tenant":"acme","topic":"not a topic","type":"t"},
              {"tenant":"initech","topic":"x","type":"t"},
              7,
              {"tenant":"acme","topic":"x","type":"t","id":"b4","data":4},
              [{}],
              {"tenant":"acme","topic":"x","type":"system.end"},
              {"tenant":"acme","topic":"x","type":"t","id":"b0","data":7,"source":"/publishers/backend"},
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
    assertEquals("{\"results\":[]}", stage.post(BATCH, "[]").text());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/events", "/v1/hooks/orders", "/v1/hooks/nobody"})
  void theHandshakeOfCloudEventsIsAnswered(String path) throws Exception {
    Answer consent =
        stage
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
                stage.issuer().uri() + "/called");
    assertEquals(204, consent.status());
    assertEquals(Optional.of("eventemitter.example.com"), consent.header("WebHook-Allowed-Origin"));
    assertEquals(Optional.of("300000"), consent.header("WebHook-Allowed-Rate"));
    String methods = path.equals("/v1/events") ? "GET, HEAD, POST, OPTIONS" : "POST, OPTIONS";
    assertEquals(Optional.of(methods), consent.header("Allow"));

    Answer unasked = stage.http().send("OPTIONS", path, new byte[0]);
    assertEquals(204, unasked.status());
    assertEquals(Optional.empty(), unasked.header("WebHook-Allowed-Origin"));
    assertEquals(Optional.empty(), unasked.header("WebHook-Allowed-Rate"));
  }

  @ParameterizedTest
  @CsvSource({
    "PUT, /v1/events, 'GET, HEAD, POST, OPTIONS'",
    "DELETE, /v1/events, 'GET, HEAD, POST, OPTIONS'",
    "GET, /v1/hooks/orders, 'POST, OPTIONS'",
    "DELETE, /v1/hooks/orders, 'POST, OPTIONS'",
    "PATCH, /v1/hooks/nobody, 'POST, OPTIONS'",
    "POST, /v1/stream, 'GET, HEAD'",
    "OPTIONS, /v1/stream, 'GET, HEAD'",
    "PROPFIND, /v1/stream, 'GET, HEAD'",
  })
  void anotherMethodIsToldWhichAreAllowed(String method, String path, String allowed)
      throws Exception {
    Answer answer = stage.http().send(method, path, new byte[0]);
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
    stage
        .http()
        .post(path, PAID, "Content-Type", "application/json")
        .assertProblem(404, "NOT_FOUND");
    stage.http().get(path).assertProblem(404, "NOT_FOUND");
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> results(Answer answer) {
    return (List<Map<String, Object>>) answer.json().get("results");
  }

  private static Answer signed(byte[] body, Signature signature, String... headers)
      throws Exception {
    return Publisher.bare(stage.relay(), "orders").signed(body, signature, headers);
  }
}
