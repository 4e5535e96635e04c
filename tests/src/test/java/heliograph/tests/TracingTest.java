package heliograph.tests;

import static heliograph.tests.OtlpReceiver.attributes;
import static heliograph.tests.OtlpReceiver.id;
import static heliograph.tests.OtlpReceiver.linkTo;
import static heliograph.tests.OtlpReceiver.links;
import static heliograph.tests.OtlpReceiver.parentId;
import static heliograph.tests.OtlpReceiver.traceId;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The spans that a collector is sent of what is published, and what they do not tell. */
@Tag("log")
class TracingTest {
  private static final String KEY = "tracing-key-0123456789";
  private static final String CALLER = "00f067aa0ba902b7";

  private static OtlpReceiver collector;
  private static TestIssuer issuer;
  private static RelayProcess relay;
  private static Publisher backend;

  @BeforeAll
  static void start() throws Exception {
    collector = OtlpReceiver.start();
    issuer = TestIssuer.start();
    // Nobody is followed by chance, so that each test has the spans that it asks for.
    relay = start("ratio: 0, headers: [\"X-Scope: acme\"], service: shop-relay", "");
    backend = Publisher.withKey(relay, "backend", KEY);
  }

  private static RelayProcess start(String tracing, String more) throws Exception {
    return RelayProcess.start(
        """
        identity: { issuers: [%s] }
        publishers: [ { name: backend, scheme: token, secrets: [%s], tenants: [acme, globex] } ]
        tracing: { endpoint: "%s", %s }
        """
                .formatted(issuer.yaml(), KEY, collector.uri(), tracing)
            + more);
  }

  @AfterAll
  static void stop() throws Exception {
    try {
      relay.stopWell();
    } finally {
      issuer.close();
      collector.close();
    }
  }

  /** A new trace. */
  private static String trace() {
    return UUID.randomUUID().toString().replace("-", "");
  }

  private static String parent(String trace) {
    return "00-" + trace + "-" + CALLER + "-01";
  }

  private static String event(String topic, String more) {
    return """
    {"tenant":"acme","topic":"%s","type":"order.paid","data":{"name":"Ada Lovelace"}%s}\
    """
        .formatted(topic, more);
  }

  private static Answer publish(String body, String... headers) throws Exception {
    return backend.post("application/json", body, headers);
  }

  @Test
  void aRequestIsFollowedFromItsCallerToItsSubscribers() throws Exception {
    String trace = trace();
    try (SseClient one = SseClient.join(relay, issuer.token("ada", "acme"), "?topic=paths.*");
        SseClient two = SseClient.join(relay, issuer.token("eve", "acme"), "?topic=paths.*");
        SseClient three = SseClient.join(relay, issuer.token("bob", "acme"), "?topic=paths.one")) {
      Answer answer = publish(event("paths.one", ""), "traceparent", parent(trace));
      assertEquals(202, answer.status());
      one.next("order.paid");
      two.next("order.paid");
      three.next("order.paid");

      Span publish = collector.await(1, "publish", trace).getFirst();
      Span verify = collector.await(1, "verify", trace).getFirst();
      Span validate = collector.await(1, "validate", trace).getFirst();
      Span fanOut = collector.await(1, "fan-out", trace).getFirst();
      Span commit = commitOf(publish);

      assertEquals(CALLER, parentId(publish));
      assertEquals(id(publish), parentId(verify));
      assertEquals(id(publish), parentId(validate));
      assertEquals(id(publish), parentId(fanOut));
      assertEquals(Span.SpanKind.SPAN_KIND_SERVER, publish.getKind());
      assertEquals(Span.SpanKind.SPAN_KIND_PRODUCER, fanOut.getKind());
      assertEquals(Span.SpanKind.SPAN_KIND_INTERNAL, commit.getKind());
      assertEquals("", parentId(commit), "a commit is in a trace of its own");
      assertEquals(List.of(linkTo(publish)), links(commit));
      assertEquals(
          Map.of(
              "heliograph.events", "1",
              "heliograph.publisher", "backend",
              "http.request.body.size", Integer.toString(event("paths.one", "").length()),
              "http.request.method", "POST",
              "http.response.status_code", "202",
              "http.route", "/v1/hooks/{publisher}"),
          attributes(publish));
      assertEquals(
          Map.of(
              "heliograph.cohorts", "2",
              "heliograph.cursor", answer.json().get("cursor"),
              "heliograph.event.type", "order.paid",
              "heliograph.left_to_log", "0",
              "heliograph.queued", "3",
              "heliograph.streams", "3",
              "heliograph.written", "3"),
          attributes(fanOut));
      assertEquals(
          List.of("first-flush", "last-flush"),
          fanOut.getEventsList().stream().map(Span.Event::getName).toList());
      assertInOrder(publish, verify, validate, commit, fanOut);
      assertTrue(
          fanOut.getEvents(1).getTimeUnixNano() <= fanOut.getEndTimeUnixNano(),
          "the walk may end after the last flush, and not before");
    }
  }

  private static Span commitOf(Span publish) throws Exception {
    return collector
        .await(
            1, span -> span.getName().equals("log.commit") && links(span).contains(linkTo(publish)))
        .getFirst();
  }

  private static void assertInOrder(
      Span publish, Span verify, Span validate, Span commit, Span fanOut) {
    assertTrue(publish.getStartTimeUnixNano() <= verify.getStartTimeUnixNano());
    assertTrue(verify.getEndTimeUnixNano() <= validate.getStartTimeUnixNano());
    assertTrue(validate.getEndTimeUnixNano() <= publish.getEndTimeUnixNano());
    assertTrue(fanOut.getStartTimeUnixNano() <= fanOut.getEndTimeUnixNano());
    // The clocks of two spans are compared anew, so they may differ by what a clock is set by.
    long apart = Math.abs(commit.getStartTimeUnixNano() - validate.getEndTimeUnixNano());
    assertTrue(apart < 5_000_000_000L, () -> "the commit was " + apart + " ns away");
  }

  @Test
  void anEventThatBringsItsTraceIsFollowedInIt() throws Exception {
    String trace = trace();
    String body = event("bring.one", ",\"traceparent\":\"" + parent(trace) + "\"");
    try (SseClient ada =
        SseClient.join(relay, issuer.token("ada", "acme"), "?topic=bring.*&format=cloudevents")) {
      publish(body);
      assertEquals(
          parent(trace),
          Json.object(ada.next("order.paid").data()).get("traceparent"),
          "it is carried as it is");
    }

    Span publish = collector.await(1, "publish", trace).getFirst();
    assertEquals(CALLER, parentId(publish));
    assertEquals(id(publish), parentId(collector.await(1, "fan-out", trace).getFirst()));
  }

  @Test
  void theHeaderGoesBeforeTheEventsOwn() throws Exception {
    String header = trace();
    String own = trace();
    try (SseClient ada = SseClient.join(relay, issuer.token("ada", "acme"), "?topic=both.*")) {
      publish(
          event("both.one", ",\"traceparent\":\"" + parent(own) + "\""),
          "traceparent",
          parent(header));
      ada.next("order.paid");
    }

    Span publish = collector.await(1, "publish", header).getFirst();
    Span fanOut = collector.await(1, "fan-out", own).getFirst();
    assertEquals(CALLER, parentId(publish));
    assertEquals(CALLER, parentId(fanOut), "the event is followed where it was made");
    assertEquals(List.of(linkTo(publish)), links(fanOut));
  }

  @Test
  void theEventsOfABatchAreFollowedEachInItsOwnTrace() throws Exception {
    String one = trace();
    String two = trace();
    String unsampled = trace();
    try (SseClient ada = SseClient.join(relay, issuer.token("ada", "acme"), "?topic=batch.*")) {
      Answer answer =
          publish(
              "["
                  + event("batch.one", ",\"traceparent\":\"" + parent(one) + "\"")
                  + ","
                  + event("batch.none", "")
                  + ","
                  + event("batch.unsampled", ownUnsampled(unsampled))
                  + ","
                  + event("batch.two", ",\"traceparent\":\"" + parent(two) + "\"")
                  + ",{\"topic\":\"..\"}]");
      assertEquals(202, answer.status());
      for (int i = 0; i < 4; i++) {
        ada.next("order.paid");
      }
    }

    Span first = collector.await(1, "fan-out", one).getFirst();
    Span second = collector.await(1, "fan-out", two).getFirst();
    List<String> makers =
        List.of(one + "-" + CALLER, two + "-" + CALLER).stream().sorted().toList();
    Span publish = collector.await(1, span -> links(span).equals(makers)).getFirst();
    assertEquals("publish", publish.getName());
    assertEquals("", parentId(publish), "it is a trace of its own");
    assertEquals("4", attributes(publish).get("heliograph.events"));
    for (Span fanOut : List.of(first, second)) {
      assertEquals(CALLER, parentId(fanOut));
      assertEquals(List.of(linkTo(publish)), links(fanOut));
    }
    assertEquals("4", attributes(commitOf(publish)).get("heliograph.events"));
    assertEquals(
        List.of(),
        collector.found(
            span ->
                traceId(span).equals(unsampled)
                    || (traceId(span).equals(traceId(publish))
                        && span.getName().equals("fan-out"))));
  }

  private static String ownUnsampled(String trace) {
    return ",\"traceparent\":\"00-" + trace + "-" + CALLER + "-00\"";
  }

  @Test
  void allEventsOfARequestThatIsFollowedAreFollowed() throws Exception {
    String trace = trace();
    try (SseClient ada = SseClient.join(relay, issuer.token("ada", "acme"), "?topic=all.*")) {
      publish(
          "[" + event("all.one", "") + "," + event("all.two", "") + "]",
          "traceparent",
          parent(trace));
      ada.next("order.paid");
      ada.next("order.paid");
    }

    Span publish = collector.await(1, "publish", trace).getFirst();
    List<Span> fanOuts = collector.await(2, "fan-out", trace);
    assertEquals(
        Set.of(id(publish)),
        fanOuts.stream().map(OtlpReceiver::parentId).collect(Collectors.toSet()));
    assertEquals(List.of(linkTo(publish)), links(commitOf(publish)));
  }

  @Test
  void aReplayBelongsToNoTrace() throws Exception {
    String trace = trace();
    String token = issuer.token("ada", "acme");
    String cursor;
    try (SseClient ada = SseClient.join(relay, token, "?topic=replay.*")) {
      cursor = (String) publish(event("replay.zero", "")).json().get("cursor");
      publish(event("replay.one", ""), "traceparent", parent(trace));
      ada.next("order.paid");
      ada.next("order.paid");
    }
    assertEquals(
        "1", attributes(collector.await(1, "fan-out", trace).getFirst()).get("heliograph.written"));
    int spans = collector.found(span -> traceId(span).equals(trace)).size();

    try (SseClient again =
        SseClient.open(
            relay, "/v1/stream?topic=replay.*&access_token=" + token, "Last-Event-ID: " + cursor)) {
      again.next("system.connected");
      again.next("order.paid");
    }

    awaitOneMore();
    assertEquals(spans, collector.found(span -> traceId(span).equals(trace)).size());
  }

  /** Waits for another trace, which comes after whatever was made before it. */
  private static void awaitOneMore() throws Exception {
    String trace = trace();
    try (SseClient ada = SseClient.join(relay, issuer.token("ada", "acme"), "?topic=more")) {
      publish(event("more", ""), "traceparent", parent(trace));
      ada.next("order.paid");
    }
    collector.await(1, "fan-out", trace);
    collector.await(1, "publish", trace);
  }

  @Test
  void whatIsNotSampledHasNoSpans() throws Exception {
    String unsampled = trace();
    List<String> malformed =
        List.of(
            "00-" + unsampled + "-" + CALLER,
            "ff-" + unsampled + "-" + CALLER + "-01",
            "00-" + unsampled.toUpperCase(java.util.Locale.ROOT) + "Z-" + CALLER + "-01",
            "00-" + "0".repeat(32) + "-" + CALLER + "-01",
            "\"; drop");
    long before = collector.found(span -> span.getName().equals("publish")).size();
    publish(event("none.one", ""), "traceparent", "00-" + unsampled + "-" + CALLER + "-00");
    publish(event("none.two", ""));
    for (String parent : malformed) {
      assertEquals(202, publish(event("none.three", ""), "traceparent", parent).status());
    }
    publish(
        event("none.four", ""), "traceparent", parent(unsampled), "traceparent", parent(trace()));

    awaitOneMore();
    assertEquals(before + 1, collector.found(span -> span.getName().equals("publish")).size());
    assertEquals(List.of(), collector.found(span -> traceId(span).equals(unsampled)));
  }

  @Test
  void aRefusalIsInTheTraceAndItsLineNamesIt() throws Exception {
    String trace = trace();
    publish(event("bad..topic", ""), "traceparent", parent(trace))
        .assertProblem(422, "INVALID_EVENT", "/topic");

    Span publish = collector.await(1, "publish", trace).getFirst();
    Span validate = collector.await(1, "validate", trace).getFirst();
    assertEquals("INVALID_EVENT", attributes(publish).get("error.type"));
    assertEquals("422", attributes(publish).get("http.response.status_code"));
    assertEquals(Status.StatusCode.STATUS_CODE_UNSET, publish.getStatus().getCode());
    assertEquals(Status.StatusCode.STATUS_CODE_ERROR, validate.getStatus().getCode());
    assertEquals("INVALID_EVENT", validate.getStatus().getMessage());
    relay.await(
        Pattern.compile("publish-refused .*code=INVALID_EVENT .* trace_id=" + trace + "\n"));
  }

  @Test
  void whoeverIsNotProvenDecidesNothing() throws Exception {
    String trace = trace();
    Publisher.withKey(relay, "backend", "another-key-0123456789")
        .post("application/json", event("forged.one", ""), "traceparent", parent(trace))
        .assertProblem(401, "BAD_SIGNATURE");

    relay.await(
        Pattern.compile("publish-refused .*code=BAD_SIGNATURE .* trace_id=" + trace + "\n"));
    awaitOneMore();
    assertEquals(List.of(), collector.found(span -> traceId(span).equals(trace)));
  }

  @Test
  void nothingTellsOfPersonsTenantsOrData() throws Exception {
    String trace = trace();
    String token = issuer.token("grace-hopper", "globex");
    try (SseClient grace = SseClient.join(relay, token, "?topic=invoices.*")) {
      publish(
          """
          {"tenant":"globex","topic":"invoices.grace","type":"invoice.sent","id":"inv-4711",\
          "subject":"person-77","users":["grace-hopper"],"partitionkey":"key-12",\
          "data":{"name":"Grace"}}\
          """,
          "traceparent",
          parent(trace),
          "baggage",
          "user=grace-hopper");
      grace.next("invoice.sent");
    }
    Answer asked =
        relay
            .http()
            .send(
                "POST",
                "/v1/hooks/backend?secret=query-99",
                event("query.one", "").getBytes(java.nio.charset.StandardCharsets.UTF_8),
                "Authorization",
                "Bearer " + KEY,
                "Content-Type",
                "application/json",
                "traceparent",
                parent(trace));
    assertEquals(202, asked.status());

    collector.await(2, "publish", trace);
    collector.await(1, "fan-out", trace);
    String all = collector.spans().toString();
    for (String secret :
        List.of(
            "globex",
            "grace",
            "Grace",
            "invoices",
            "inv-4711",
            "person-77",
            "key-12",
            "query-99",
            "Lovelace",
            KEY,
            "127.0.0.1",
            token)) {
      assertFalse(all.contains(secret), secret);
    }
    assertEquals(
        Set.of("acme"),
        collector.headers().stream()
            .map(it -> it.get("X-Scope").getFirst())
            .collect(Collectors.toSet()));
    assertTrue(
        collector.resources().stream()
            .allMatch(it -> Set.of("shop-relay", "other-relay").contains(it.get("service.name"))));
    assertFalse(relay.log().contains("X-Scope"));
  }

  @Test
  void aStreamThatTakesNothingIsWaitedForNoLongerThanFiveSeconds() throws Exception {
    String trace = trace();
    String token = issuer.token("sleepy", "acme");
    try (SseClient sleepy = SseClient.stalled(relay, token, "?topic=slow.*");
        SseClient awake = SseClient.join(relay, issuer.token("ada", "acme"), "?topic=slow.*")) {
      // What its socket and ours hold is full before the event that is followed.
      String large =
          "{\"tenant\":\"acme\",\"topic\":\"slow.a\",\"type\":\"order.paid\",\"data\":\"%s\"}"
              .formatted("x".repeat(200_000));
      for (int i = 0; i < 40; i++) {
        assertEquals(202, publish(large).status());
        awake.next("order.paid");
      }
      publish(event("slow.b", ""), "traceparent", parent(trace));
      awake.next("order.paid");

      Span fanOut = collector.await(1, "fan-out", trace).getFirst();
      Map<String, String> told = attributes(fanOut);
      assertEquals("2", told.get("heliograph.streams"));
      assertEquals("1", told.get("heliograph.written"));
      assertEquals(
          told.get("heliograph.queued").equals("2") ? 5_000_000_000L : 0,
          told.containsKey("heliograph.unfinished")
              ? fanOut.getEndTimeUnixNano() - fanOut.getStartTimeUnixNano()
              : 0);
      assertFalse(sleepy.hasEnded());
    }
  }
}
