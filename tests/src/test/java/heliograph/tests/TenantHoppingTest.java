package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Mallory is of one tenant and asks for another's in every way there is: nothing she can send is a
 * word about whose events she sees, but her token.
 */
class TenantHoppingTest {
  private static final String SECRET = "only-for-acme";

  private static String foreign;

  @RegisterExtension static final Stage stage = Stage.with("");

  @BeforeAll
  static void publish() throws Exception {
    // Acme's log is longer than hers, so that its cursors lie beyond her head.
    for (int i = 0; i < 5; i++) {
      foreign = stage.publish("acme", "orders.42", "\"" + SECRET + "\"");
    }
    stage.publish("evil", "orders.42", "\"her own\"");
  }

  private static String token() {
    return stage.token("mallory", "evil", "admin");
  }

  /** What one read of the past and one live event bring her. */
  private static void assertHersAlone(String query, String... headers) throws Exception {
    List<String> all = new ArrayList<>(List.of("Authorization", "Bearer " + token()));
    all.addAll(List.of(headers));
    Answer poll = stage.http().get("/v1/events" + query, all.toArray(String[]::new));
    assertFalse(poll.text().contains(SECRET), poll::text);

    List<String> lines = new ArrayList<>(List.of("Authorization: Bearer " + token()));
    for (int i = 0; i < headers.length; i += 2) {
      lines.add(headers[i] + ": " + headers[i + 1]);
    }
    try (SseClient stream = stage.open("/v1/stream" + query, lines.toArray(String[]::new))) {
      assertEquals("evil", stream.nextData("system.connected").get("tenant"));
      stage.publish("acme", "orders.42", "\"" + SECRET + "\"");
      stage.publish("evil", "orders.42", "\"the last\"");
      SseParser.Event event = stream.next();
      while (!event.data().equals("\"the last\"")) {
        event = stream.next();
      }
      assertFalse(stream.raw().contains(SECRET), stream::raw);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "?tenant=acme",
        "?tenant=acme&tenant=evil",
        "?topic=orders.42&tenant=acme",
        "?topic=%3E",
        "?snapshot=true",
        "?replay=100",
        "?since=PT1H",
        "?filter=event.tenant%20%3D%3D%20'acme'%20%7C%7C%20true",
      })
  void noParameterLeadsThere(String query) throws Exception {
    assertHersAlone(query);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"X-Tenant", "Tenant", "ce-tenant", "X-Tenant-Id", "Forwarded", "Host-Tenant"})
  void noHeaderDoes(String name) throws Exception {
    assertHersAlone("?replay=100", name, "acme");
  }

  @ParameterizedTest
  @ValueSource(strings = {"acme.orders.42", "acme.%3E", "*.orders.*"})
  void noTopicDoes(String topic) throws Exception {
    Answer answer =
        stage
            .http()
            .get("/v1/events?replay=100&topic=" + topic, "Authorization", "Bearer " + token());
    assertEquals(List.of(), answer.json().get("events"), answer::text);
  }

  /** A cursor is a place in the log of whoever shows it. */
  @Test
  void aCursorOfThereIsAPlaceHere() throws Exception {
    assertHersAlone("", "Last-Event-ID", foreign);
    for (String cursor : List.of(foreign, foreign.replaceFirst("-.*", "-0"))) {
      assertHersAlone("?lastEventId=" + cursor);
      Answer poll =
          stage.http().get("/v1/events?after=" + cursor, "Authorization", "Bearer " + token());
      assertEquals(200, poll.status(), poll::text);
      assertFalse(poll.text().contains(SECRET), poll::text);
    }
  }

  @Test
  void aTicketIsOfItsBuyersTenant() throws Exception {
    for (String body :
        List.of("{\"topics\":[\">\"],\"tenant\":\"acme\"}", "{\"topics\":[\">\"],\"claims\":{}}")) {
      stage
          .http()
          .post(
              "/v1/tickets",
              body,
              "Authorization",
              "Bearer " + token(),
              "Content-Type",
              "application/json")
          .assertProblem(400, "INVALID_REQUEST");
    }
    Map<String, Object> sold =
        stage
            .http()
            .post(
                "/v1/tickets?tenant=acme",
                "{\"topics\":[\">\"]}",
                "Authorization",
                "Bearer " + token(),
                "Content-Type",
                "application/json")
            .json();
    try (SseClient stream =
        stage.open("/v1/stream?replay=100&tenant=acme&ticket=" + sold.get("ticket"))) {
      assertEquals("evil", stream.nextData("system.connected").get("tenant"));
      stream.next("test.happened");
      assertFalse(stream.raw().contains(SECRET), stream::raw);
    }
  }

  @Test
  void anotherTenantsStreamsAreNotHersToRenewOrCount() throws Exception {
    String alice = stage.token("mallory", "acme");
    try (SseClient stream = stage.open("/v1/stream", "Authorization: Bearer " + alice)) {
      String id = (String) stream.nextData("system.connected").get("stream");
      stage
          .http()
          .post("/v1/streams/" + id + "/token", "", "Authorization", "Bearer " + token())
          .assertProblem(404, "NOT_FOUND");
      Answer status = stage.http().get("/v1/status", "Authorization", "Bearer " + token());
      assertEquals(0L, status.json().get("streams"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil/../acme", "evil\u0000acme", "evil,acme", " acme", "acme ", ""})
  void whatIsNoNameIsNoTenant(String tenant) throws Exception {
    String token = stage.token("mallory").with("tenant", tenant).signed();
    stage
        .http()
        .get("/v1/events?replay=100", "Authorization", "Bearer " + token)
        .assertProblem(401, "BAD_TOKEN");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ACME", "acme.", "acme-", "acm"})
  void whatIsNearlyANameIsAnothers(String tenant) throws Exception {
    String token = stage.token("mallory").with("tenant", tenant).signed();
    try (SseClient stream = stage.join(token, "?replay=100")) {
      stage.publish("acme", "orders.42", "\"" + SECRET + "\"");
      stage.publish(tenant, "orders.42", "\"the last\"");
      assertEquals("\"the last\"", stream.next("test.happened").data());
    }
  }
}
