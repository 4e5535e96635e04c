package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams at paths of the operator's choosing, in the words of an application. */
class ProfileTest {
  @RegisterExtension
  static final Stage stage =
      Stage.with(
          """
          stream: { heartbeat: PT15S, retry: PT7S }
          limits: { streams-per-user: 1000 }
          types: [ { type: "secret.*", masks: [ { fields: [/iban], roles: [billing] } ] } ]
          streams:
            - name: dashboard
              path: "/api/v1/events/{id}/live"
              topics: ["event.{path.id}"]
              event: none
              envelope: '{"type":{event.type},"event_id":{path.id|number},"payload":{data}}'
              frames:
                connected: "off"
                gap: { event: none, data: '{"type":"summary_updated","event_id":{path.id|number},"payload":{}}' }
              slow: drop-oldest
              poll: true
            - name: alive
              path: "/api/v1/alive/{id}"
              topics: ["event.{path.id}"]
              heartbeat: { every: PT1S, when: idle, event: none, data: '{"type":"keepalive","event_id":{path.id|number},"payload":{}}' }
              frames: { connected: "off" }
            - name: pinged
              path: /api/v1/pinged
              topics: ["event.>"]
              heartbeat: { every: PT1S, when: always, event: "sync:ping", data: '{"timestamp":{now}}' }
            - name: channels
              path: /api/sse
              query: { channels: { split: ",", only: [validation, notifications, dashboard] } }
              topics: ["{query.channels}"]
              heartbeat: { comment: keepalive }
              frames: { connected: { event: connected, data: '{"clientId":{stream}}' } }
            - name: workers
              path: /api/events/stream
              topics: ["workers.>"]
              envelope: '{"type":{event.type},"source":{event.source},"time":{event.time},"data":{data}}'
              frames:
                connected: { event: connected, data: '{"status":"connected","user":{subject},"client_id":{stream}}' }
                end: { expired: { event: auth.session.expired, data: "{}" } }
              window: PT0.1S
              batch: { types: ["worker.metrics.*"], most: 3, envelope: '{"event_type":{event.type},"count":{count},"events":{items}}' }
              start: { replay: 1 }
              poll: true
            - name: thrice
              path: /api/v1/thrice
              topics: [sync]
              frames:
                gap: [ { event: "items:updated", data: "{}" }, { event: "wishlists:updated", data: "{}" }, { event: "marks:updated", data: "{}" } ]
            - name: noids
              path: /api/v1/noids
              topics: [sync]
              ids: false
              frames: { gap: "off" }
          """);

  private static SseClient open(String tenant, String target, String... headers) throws Exception {
    String[] all = List.of(headers).toArray(new String[headers.length + 1]);
    all[headers.length] = "Authorization: Bearer " + stage.token("alice", tenant);
    return stage.open(target, all);
  }

  private static Answer get(String tenant, String target, String... headers) throws Exception {
    String[] all = List.of(headers).toArray(new String[headers.length + 2]);
    all[headers.length] = "Authorization";
    all[headers.length + 1] = "Bearer " + stage.token("alice", tenant);
    return stage.http().get(target, all);
  }

  private static String publish(String tenant, String topic, String type, String data)
      throws Exception {
    return stage.publish(
        "{\"tenant\":\"%s\",\"topic\":\"%s\",\"type\":\"%s\",\"data\":%s}"
            .formatted(tenant, topic, type, data));
  }

  /** Its event_id is a number, as the page compares it with one; its frames have no name. */
  @Test
  void aPageHearsItsOwnEnvelope() throws Exception {
    try (SseClient client = open("own", "/api/v1/events/42/live")) {
      awaitOpen("dashboard", 1);
      publish("own", "event.7", "candidate_updated", "{\"id\":1}");
      String cursor = publish("own", "event.42", "task_updated", "{ \"id\" : 2 }");

      assertEquals(
          new SseParser.Event(
              "message",
              "{\"type\":\"task_updated\",\"event_id\":42,\"payload\":{ \"id\" : 2 }}",
              cursor),
          client.next("message"));
      client.assertExhausted();
      assertTrue(client.head().contains("\r\nHeliograph-Stream: s_"), client::head);
      assertFalse(client.raw().contains("system."), client::raw);
    }
  }

  private static void awaitOpen(String profile, int streams) throws Exception {
    Deadline.await(
        "open streams of " + profile,
        () -> stage.metric("heliograph_streams_open", "profile=\"" + profile + "\"") == streams);
  }

  @Test
  void whoComesBackMissesNothing() throws Exception {
    String before = publish("back", "event.5", "a", "1");
    String missed = publish("back", "event.5", "b", "2");
    for (String way : List.of("header", "query")) {
      boolean header = way.equals("header");
      try (SseClient client =
          header
              ? open("back", "/api/v1/events/5/live", "Last-Event-ID: " + before)
              : open("back", "/api/v1/events/5/live?lastEventId=" + before)) {
        assertEquals(missed, client.next("message").id());
      }
    }
  }

  /** The page that was superseded, or whose stream was ended for good, is sent away here too. */
  @Test
  void aFinalPositionIsAnsweredWithNothing() throws Exception {
    Answer answer = get("final", "/api/v1/events/5/live", "Last-Event-ID", "k3f9-1~");
    assertEquals(204, answer.status());
  }

  @Test
  void aPositionOfAnotherLifeIsAGapInThePagesOwnWords() throws Exception {
    try (SseClient client = open("gap", "/api/v1/events/5/live", "Last-Event-ID: otherlife-7")) {
      assertEquals(
          "{\"type\":\"summary_updated\",\"event_id\":5,\"payload\":{}}",
          client.next("message").data());
    }
    try (SseClient client = open("gap", "/api/v1/thrice", "Last-Event-ID: otherlife-7")) {
      client.next("system.connected");
      client.next("items:updated");
      client.next("wishlists:updated");
      client.next("marks:updated");
      client.assertExhausted();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "abc",
        "1%2e5",
        "..%2f",
        "%2e%2e%2f7",
        "a.b",
        "*",
        "%3E",
        "%2A",
        "%00",
        "%0a",
        "a%20b",
        "%e2%80%a8",
        "%ff",
        "1e5",
        "0x10",
        "-",
        "+1",
        "%2f",
        "a%2fb",
      })
  void whatIsNoSegmentOfATopicIsRefusedByName(String id) throws Exception {
    Answer answer = get("strange", "/api/v1/events/" + id + "/live");
    assertTrue(answer.status() == 400 || answer.status() == 404, answer::toString);
    if (answer.status() == 400) {
      assertTrue(answer.text().contains("INVALID_REQUEST"), answer::text);
    }
  }

  @Test
  void aVariableOfTenKilobytesIsRefused() throws Exception {
    get("long", "/api/v1/events/" + "1".repeat(10_000) + "/live")
        .assertProblem(400, "INVALID_REQUEST");
  }

  /** Nobody widens a profile: what the query of other streams can say is not even read here. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "topic=%3E",
        "topic=event.7",
        "type=*",
        "replay=9",
        "filter=true",
        "filter=%28",
        "snapshot=true",
        "since=PT1H",
        "format=cloudevents",
        "event=type",
        "window=PT5S",
        "latest=true",
        "topics=a",
        "heartbeat=event",
        "topic=a&topic=b&type=c&type=d",
      })
  void whatTheQuerySaysOfOtherStreamsCountsForNothing(String query) throws Exception {
    String tenant = "wide" + Integer.toHexString(query.hashCode());
    publish(tenant, "event.42", "old", "1");
    try (SseClient client = open(tenant, "/api/v1/events/42/live?" + query)) {
      awaitOpen("dashboard", 1);
      publish(tenant, "event.7", "other", "1");
      publish(tenant, "event.42", "mine", "2");
      assertEquals(
          "{\"type\":\"mine\",\"event_id\":42,\"payload\":2}", client.next("message").data());
      client.assertExhausted();
    }
    awaitOpen("dashboard", 0);
  }

  @Test
  void theQueryNamesChannelsOfThoseThatThereAre() throws Exception {
    try (SseClient client =
        open("channels", "/api/sse?channels=validation,notifications,secrets")) {
      Map<String, Object> connected = client.nextData("connected");
      assertTrue(connected.get("clientId").toString().startsWith("s_"), connected::toString);
      publish("channels", "dashboard", "sla:overdue", "1");
      publish("channels", "secrets", "told", "1");
      publish("channels", "validation", "participant:approved", "{\"id\":3}");
      assertEquals("{\"id\":3}", client.next("participant:approved").data());
      publish("channels", "notifications", "notification:new", "4");
      assertEquals("4", client.next("notification:new").data());
      client.assertExhausted();
    }
    get("channels", "/api/sse").assertProblem(400, "INVALID_REQUEST");
    get("channels", "/api/sse?channels=").assertProblem(400, "INVALID_REQUEST");
    get("channels", "/api/sse?channels=secrets").assertProblem(400, "INVALID_REQUEST");
    get("channels", "/api/sse?channels=a.b,%3E").assertProblem(400, "INVALID_REQUEST");
  }

  @Test
  void aMaskedFieldIsMaskedWhereverItIsShown() throws Exception {
    String before = publish("masked", "event.1", "plain", "0");
    String data = "{\"iban\":\"DE02\",\"n\":1}";
    String shown = "{\"type\":\"secret.told\",\"event_id\":1,\"payload\":{\"n\":1}}";
    try (SseClient live = open("masked", "/api/v1/events/1/live");
        SseClient gzip = open("masked", "/api/v1/events/1/live", "Accept-Encoding: gzip")) {
      awaitOpen("dashboard", 2);
      publish("masked", "event.1", "secret.told", data);
      assertEquals(shown, live.next("message").data());
      assertEquals(shown, gzip.next("message").data());
      assertFalse(gzip.head().contains("gzip"), gzip::head);
    }
    try (SseClient replayed = open("masked", "/api/v1/events/1/live", "Last-Event-ID: " + before)) {
      assertEquals(shown, replayed.next("message").data());
    }
    Answer polled =
        get("masked", "/api/v1/events/1/live?after=" + before, "Accept", "application/json");
    assertEquals(200, polled.status(), polled::toString);
    assertTrue(polled.text().contains("\"data\":" + shown + "}"), polled::text);
    assertFalse(polled.text().contains("DE02"));
    assertEquals(Optional.of("application/json"), polled.header("Content-Type"));
    assertTrue(polled.header("Vary").orElse("").contains("Accept"), polled::toString);
  }

  @Test
  void nothingCrossesFromOneTenantToAnother() throws Exception {
    try (SseClient one = open("left", "/api/v1/events/9/live");
        SseClient other = open("right", "/api/v1/events/9/live")) {
      awaitOpen("dashboard", 2);
      publish("left", "event.9", "a", "\"left\"");
      publish("right", "event.9", "a", "\"right\"");
      assertTrue(one.next("message").data().contains("left"));
      assertTrue(other.next("message").data().contains("right"));
      one.assertExhausted();
      other.assertExhausted();
    }
  }

  /** It comes beside the comment, and carries no position. */
  @Test
  void silenceIsFilledInTheApplicationsWords() throws Exception {
    try (SseClient client = open("silent", "/api/v1/alive/3")) {
      String alive = "{\"type\":\"keepalive\",\"event_id\":3,\"payload\":{}}";
      assertEquals(alive, client.next("message").data());
      String cursor = publish("silent", "event.3", "a", "1");
      assertEquals("1", client.next("a").data());
      assertEquals(new SseParser.Event("message", alive, cursor), client.next("message"));
      assertTrue(client.raw().endsWith("\n\ndata: " + alive + "\n\n"), client::raw);
    }
  }

  @Test
  void aPingKeepsItsPaceAndTellsTheTime() throws Exception {
    try (SseClient client = open("pinged", "/api/v1/pinged")) {
      assertEquals(
          1.0, ((Number) client.nextData("system.connected").get("heartbeat")).doubleValue());
      String first = client.next("sync:ping").data();
      publish("pinged", "event.1", "a", "1");
      client.next("a");
      String second = client.next("sync:ping").data();
      assertTrue(first.matches("\\{\"timestamp\":\"20\\d\\d-.*\\.\\d{3}Z\"}"), first);
      assertTrue(first.compareTo(second) < 0, first + second);
    }
  }

  @Test
  void eventsOfOneKindComeTogether() throws Exception {
    try (SseClient client = open("batched", "/api/events/stream")) {
      Map<String, Object> connected = client.nextData("connected");
      assertEquals("alice", connected.get("user"));
      Answer answer =
          stage.post(
              Publisher.JSON,
              """
              [{"tenant":"batched","topic":"workers.1","type":"worker.metrics.updated","data":1},
               {"tenant":"batched","topic":"workers.2","type":"worker.metrics.updated","data":2},
               {"tenant":"batched","topic":"workers.1","type":"worker.created","data":3},
               {"tenant":"batched","topic":"workers.1","type":"worker.metrics.updated","data":4}]
              """);
      assertEquals(202, answer.status(), answer::toString);

      Map<String, Object> two = client.nextData("worker.metrics.updated");
      assertEquals("worker.metrics.updated", two.get("event_type"));
      assertEquals(2, ((Number) two.get("count")).intValue());
      List<?> items = (List<?>) two.get("events");
      assertEquals(1, ((Number) ((Map<?, ?>) items.getFirst()).get("data")).intValue());
      assertEquals(2, ((Number) ((Map<?, ?>) items.get(1)).get("data")).intValue());
      assertEquals(3, ((Number) client.nextData("worker.created").get("data")).intValue());
      assertEquals(1, ((Number) client.nextData("worker.metrics.updated").get("count")).intValue());
      client.assertExhausted();
    }
  }

  /** The start counts for who names no position. */
  @Test
  void theLastEventsComeFirst() throws Exception {
    publish("starts", "workers.1", "worker.created", "1");
    String second = publish("starts", "workers.1", "worker.created", "2");
    try (SseClient client = open("starts", "/api/events/stream")) {
      client.next("connected");
      assertEquals(second, client.next("worker.created").id());
      client.assertExhausted();
    }
    try (SseClient client = open("starts", "/api/events/stream", "Last-Event-ID: " + second)) {
      client.next("connected");
      String third = publish("starts", "workers.1", "worker.created", "3");
      assertEquals(third, client.next("worker.created").id());
    }
  }

  @Test
  void withoutIdsThereIsNothingToComeBackTo() throws Exception {
    String cursor = publish("noids", "sync", "a", "1");
    publish("noids", "sync", "a", "2");
    try (SseClient client = open("noids", "/api/v1/noids", "Last-Event-ID: " + cursor)) {
      client.next("system.connected");
      publish("noids", "sync", "a", "3");
      assertEquals("3", client.next("a").data());
      assertFalse(client.raw().contains("id: "), client::raw);
    }
  }

  /** A promise that an operator gave up is in the log, once. */
  @Test
  void gapsThatNobodyIsToldOfAreInTheLogOfTheStart() throws Exception {
    try (SseClient client = open("untold", "/api/v1/noids")) {
      client.next("system.connected");
    }
    stage.relay().assertLogged(1, "gap-untold");
    stage.relay().assertLogged(1, "gap-untold profile=noids");
  }

  @Test
  void aPollAnswersAsTheStreamWould() throws Exception {
    String before = publish("polls", "workers.1", "worker.created", "1");
    String cursor = publish("polls", "workers.1", "worker.labs.updated", "{\"n\":2}");
    Answer answer =
        get("polls", "/api/events/stream?after=" + before, "Accept", "application/json");
    assertEquals(200, answer.status(), answer::toString);
    Map<?, ?> event = (Map<?, ?>) ((List<?>) answer.json().get("events")).getFirst();
    assertEquals("worker.labs.updated", event.get("event"));
    assertEquals(cursor, event.get("id"));
    assertEquals("worker.labs.updated", ((Map<?, ?>) event.get("data")).get("type"));
    assertEquals(cursor, answer.json().get("cursor"));
    try (SseClient client = open("polls", "/api/events/stream", "Accept: */*")) {
      client.next("connected");
    }
    get("polls", "/api/sse?channels=dashboard", "Accept", "application/json")
        .assertProblem(406, "NOT_ACCEPTABLE");
  }

  @Test
  void whoIsNobodyIsNotLetIn() throws Exception {
    stage.http().get("/api/v1/events/1/live").assertProblem(401, "NO_CREDENTIALS");
    stage
        .http()
        .get("/api/v1/events/1/live", "Authorization", "Bearer not.a.token")
        .assertProblem(401, "BAD_TOKEN");
  }

  @Test
  void theEndIsInTheApplicationsWords() throws Exception {
    String token =
        stage.token("alice").with("tenant", "ends").at("exp", Duration.ofSeconds(2)).signed();
    try (SseClient client = stage.open("/api/events/stream", "Authorization: Bearer " + token)) {
      client.next("connected");
      client.next("system.reauth");
      assertEquals("{}", client.next("auth.session.expired").data());
      client.assertEnded();
      assertTrue(client.isWhole());
    }
  }

  @Test
  void anOperatorIsToldWhoGetsWhat() throws Exception {
    String question =
        """
        {"claims":{"subject":"ada","tenant":"acme"},"profile":"dashboard","path":"%s",
         "event":{"tenant":"acme","topic":"event.42","type":"a"}}\
        """;
    Answer answer = explain(question.formatted("/api/v1/events/42/live"));
    assertEquals(200, answer.status(), answer::toString);
    assertEquals(true, answer.json().get("delivered"), answer::toString);
    assertEquals(
        false, explain(question.formatted("/api/v1/events/7/live")).json().get("delivered"));
    for (String path : List.of("/api/v1/events/a.b/live", "/api/v1/events/42", "/v1/stream")) {
      explain(question.formatted(path)).assertProblem(400, "INVALID_REQUEST");
    }
    explain(question.replace("dashboard", "none").formatted("/api/v1/events/42/live"))
        .assertProblem(400, "INVALID_REQUEST");
    explain(
            question
                .replace("\"profile\"", "\"topics\":[\">\"],\"profile\"")
                .formatted("/api/v1/events/42/live"))
        .assertProblem(400, "INVALID_REQUEST");
  }

  private static Answer explain(String question) throws Exception {
    return stage
        .relay()
        .admin()
        .post("/admin/explain", question, "Content-Type", "application/json");
  }

  @Test
  void aPageOfAnotherOriginIsAnsweredAsElsewhere() throws Exception {
    Answer preflight =
        stage
            .http()
            .send(
                "OPTIONS",
                "/api/v1/events/1/live",
                new byte[0],
                "Origin",
                "https://app.example",
                "Access-Control-Request-Method",
                "GET");
    preflight.assertProblem(403, "NOT_ALLOWED");
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/vnd.oai.openapi", "application/json", "text/html"})
  void theDescriptionHasItsPath(String type) throws Exception {
    Answer answer = stage.http().get("/openapi", "Accept", type);
    assertEquals(200, answer.status(), answer::toString);
    assertTrue(answer.text().contains("\"/api/v1/events/{id}/live\""), answer::text);
    assertTrue(answer.text().contains("/v1/stream"), answer::text);
    if (type.equals("application/json")) {
      Map<?, ?> path =
          (Map<?, ?>) ((Map<?, ?>) answer.json().get("paths")).get("/api/v1/events/{id}/live");
      assertTrue(path.get("get").toString().contains("The stream dashboard"), path::toString);
    }
  }

  @Test
  void headTellsThatThereIsAStream() throws Exception {
    try (RawHttp raw = stage.connect()) {
      raw.send(
          "HEAD /api/v1/events/1/live HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer "
              + stage.token("alice", "heads")
              + "\r\n\r\n");
      assertEquals(200, raw.head().status());
    }
  }
}
