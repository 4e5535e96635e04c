package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A relay that is told to reads its configuration again, and its streams stay open meanwhile. */
class ReloadTest {
  private static final String KEY = "reloaded-key-0123456789";
  private static final String ORDER = "{\"order\":42,\"iban\":\"DE02\"}";

  private static TestIssuer issuer;
  @TempDir private Path folder;
  private RelayProcess relay;

  @BeforeAll
  static void startTheIssuer() throws Exception {
    issuer = TestIssuer.start();
  }

  @AfterAll
  static void stopTheIssuer() {
    issuer.close();
  }

  @BeforeEach
  void start() throws Exception {
    relay = RelayProcess.start(with(""));
  }

  @AfterEach
  void stop() throws Exception {
    relay.stopWell();
  }

  private static String with(String more) {
    return publishedBy("orders", more);
  }

  private static String publishedBy(String name, String more) {
    return """
    identity: { issuers: [%s] }
    publishers: [ { name: %s, scheme: token, secrets: [%s], tenants: [acme] } ]
    """
            .formatted(issuer.yaml(), name, KEY)
        + more;
  }

  private Publisher publisher(String name) {
    return Publisher.withKey(relay, name, KEY);
  }

  private SseClient join(String role) throws Exception {
    return SseClient.join(relay, issuer.token("ann", "acme", role), "");
  }

  private static Map<String, Object> change(String key, String entry, String kind) {
    Map<String, Object> change = new LinkedHashMap<>();
    change.put("key", key);
    if (!entry.isEmpty()) {
      change.put("entry", entry);
    }
    change.put("change", kind);
    change.put("restart", WRITTEN_FOR_A_START.contains(key));
    return change;
  }

  private static final List<String> WRITTEN_FOR_A_START =
      List.of("relay.log.retention.events", "relay.limits.event-bytes", "server.port");

  @Test
  void aPublisherComesAndAnotherGoesWhileAStreamIsOpen() throws Exception {
    try (SseClient client = join("staff")) {
      publisher("orders").publish("acme", "t", "1");
      relay.configure(publishedBy("billing", ""));

      Map<String, Object> told = relay.reload();

      assertEquals(
          List.of(
              change("relay.publishers", "billing", "added"),
              change("relay.publishers", "orders", "removed")),
          told.get("changes"));
      publisher("orders")
          .json("{\"topic\":\"t\",\"type\":\"x\"}")
          .assertProblem(401, "BAD_SIGNATURE");
      publisher("billing").publish("acme", "t", "2");
      assertEquals("1", client.next("test.happened").data());
      assertEquals("2", client.next("test.happened").data());
      client.assertExhausted();
    }
    relay.await(Pattern.compile("reloaded by=request changes=2 ended=0 reason=tested\n"));
  }

  @Test
  void aPublisherOfTheSameNameKeepsItsStanding() throws Exception {
    publisher("orders").publish("acme", "t", "1");
    relay.configure(with("").replace("tenants: [acme]", "tenants: [acme, globex]"));

    relay.reload();

    publisher("orders").publish("globex", "t", "2");
    assertEquals(2L, relay.admin().get("/admin/publishers/orders").json().get("accepted"));
  }

  @Test
  void aRemovedPublisherIsRefusedAlsoWhereTheBodyIsStillComing() throws Exception {
    String body = "{\"topic\":\"t\",\"type\":\"x\"}";
    try (RawHttp slow = RawHttp.connect(relay.port());
        RawHttp stays = RawHttp.connect(relay.port())) {
      for (RawHttp one : List.of(slow, stays)) {
        one.send(
            """
            POST /v1/hooks/orders HTTP/1.1\r
            Host: localhost\r
            Authorization: Bearer %s\r
            Content-Type: application/json\r
            Content-Length: %d\r
            \r
            {\
            """
                .formatted(KEY, body.length()));
      }
      relay.configure(with("cors: { origins: [\"https://app.example.com\"] }"));
      relay.reload();
      stays.send(body.substring(1));
      assertEquals(202, stays.answer().status(), "it is as it was");

      relay.configure(publishedBy("billing", ""));
      relay.reload();
      slow.send(body.substring(1));

      slow.answer().assertProblem(401, "BAD_SIGNATURE");
    }
  }

  @Test
  void aMaskThatIsAddedHoldsForOpenStreamsFromTheAnswerOn() throws Exception {
    try (SseClient support = join("support");
        SseClient billing = join("billing")) {
      publisher("orders").publish("acme", "t", ORDER);
      assertEquals(ORDER, support.next("test.happened").data());
      relay.configure(
          with("types: [ { type: test.*, masks: [ { fields: [/iban], roles: [billing] } ] } ]"));

      Map<String, Object> told = relay.reload();
      publisher("orders").publish("acme", "t", ORDER);

      assertEquals(List.of(change("relay.types", "test.*", "added")), told.get("changes"));
      assertEquals("{\"order\":42}", support.next("test.happened").data());
      assertEquals(ORDER, billing.next("test.happened").data());
      assertEquals(ORDER, billing.next("test.happened").data());
    }
    try (SseClient late = SseClient.join(relay, issuer.token("ann", "acme"), "?replay=2")) {
      assertEquals("{\"order\":42}", late.next("test.happened").data());
      assertEquals("{\"order\":42}", late.next("test.happened").data());
    }
  }

  @Test
  void aMaskThatIsTakenAwayHidesNothingMore() throws Exception {
    String masks = "types: [ { type: test.*, masks: [ { fields: [/%s], roles: [billing] } ] } ]";
    relay.configure(with(masks.formatted("iban")));
    relay.reload();
    try (SseClient support = join("support")) {
      publisher("orders").publish("acme", "t", ORDER);
      assertEquals("{\"order\":42}", support.next("test.happened").data());

      relay.configure(with(masks.formatted("order")));
      relay.reload();
      publisher("orders").publish("acme", "t", ORDER);
      relay.configure(with(""));
      relay.reload();
      publisher("orders").publish("acme", "t", ORDER);

      assertEquals("{\"iban\":\"DE02\"}", support.next("test.happened").data());
      assertEquals(ORDER, support.next("test.happened").data());
    }
  }

  /** It holds up its stream, so that events wait in its queue when the mask comes. */
  @Test
  void whatWaitsInAQueueIsMaskedAsWell() throws Exception {
    String large = "{\"iban\":\"DE02\",\"text\":\"" + "x".repeat(100_000) + "\"}";
    try (SseClient stalled = SseClient.stalled(relay, issuer.token("ann", "acme", "support"), "");
        SseClient billing = join("billing")) {
      for (int i = 0; i < 40; i++) {
        publisher("orders").publish("acme", "t", large);
        assertEquals(large, billing.next("test.happened").data());
      }
      relay.configure(
          with("types: [ { type: test.*, masks: [ { fields: [/iban], roles: [billing] } ] } ]"));
      relay.reload();
      publisher("orders").publish("acme", "t", "{\"iban\":\"DE02\",\"last\":1}");

      Thread.startVirtualThread(stalled::readAll);

      int shown = 0;
      String data;
      stalled.next("system.connected");
      do {
        data = stalled.next("test.happened").data();
        shown += data.contains("iban") ? 1 : 0;
      } while (!data.contains("last"));
      // What a write had in its hands, and what the kernel had taken, went out as it was.
      assertTrue(shown < 30, shown + " of 41");
      assertEquals("{\"last\":1}", data);
    }
  }

  @Test
  void aSchemaThatIsAddedHoldsFromTheAnswerOn() throws Exception {
    publisher("orders").publish("acme", "t", "\"text\"");
    relay.configure(
        with("types: [ { type: test.*, schema: '{\"type\":\"object\"}', roles: [staff] } ]"));

    relay.reload();

    publisher("orders")
        .json("{\"topic\":\"t\",\"type\":\"test.happened\",\"data\":1}")
        .assertProblem(422, "INVALID_EVENT", "/data");
    try (SseClient staff = join("staff");
        SseClient guest = join("guest")) {
      publisher("orders").publish("acme", "t", "{}");
      publisher("orders").publish("{\"topic\":\"t\",\"type\":\"other\"}");
      assertEquals("{}", staff.next("test.happened").data());
      assertEquals("other", guest.next().type());
    }
  }

  @Test
  void aWrongFileChangesNothingAndSaysWhere() throws Exception {
    String log = "reload-refused by=request cause=";
    for (Map.Entry<String, String> wrong :
        Map.of(
                with("stream: { heartbeat: soon }"),
                "relay.stream.heartbeat: must be an ISO 8601 duration from PT0.1S to PT1H, such as"
                    + " PT15S",
                with("strem: { queue: 1 }"),
                "relay.strem.queue: unknown key",
                publishedBy("a b", ""),
                "relay.publishers.0.name: ",
                with("types: [ { type: x, schema: '{\"type\":1}' } ]"),
                "relay.types.0.schema: ",
                with("log: { directory: \"${NOWHERE}\" }"),
                "relay.log.directory: refers to something that is not set",
                with("limits: { body-bytes: 1KiB }"),
                "relay.limits.body-bytes: ",
                publishedBy("orders, client-id: [unclosed", ""),
                "application.yaml: line 7, column ")
            .entrySet()) {
      relay.configure(wrong.getKey());
      Answer answer = relay.reload("?reason=tried");

      answer.assertProblem(422, "BAD_CONFIGURATION");
      String detail = String.valueOf(answer.json().get("detail"));
      assertTrue(detail.contains(wrong.getValue()), detail);
      relay.await(Pattern.compile(log + Pattern.quote(detail)));
      publisher("orders").publish("acme", "t", "1");
    }
    relay.write("");
    assertEquals(422, relay.reload("?reason=tested").status());
    publisher("orders").publish("acme", "t", "1");
  }

  @Test
  void whatNeedsARestartIsNamedAndLeftAsItWas() throws Exception {
    String changed =
        with(
            """
            limits: { event-bytes: 64KiB, batch-events: 2 }
            log: { retention: { events: 5 } }
            """);
    relay.write(RelayProcess.yaml(changed).replaceFirst("port: 0", "port: 9"));
    for (int i = 0; i < 2; i++) {
      Map<String, Object> told = relay.reload();

      List<String> restart =
          List.of("relay.limits.event-bytes", "relay.log.retention.events", "server.port");
      assertEquals(restart, told.get("restart"), "each time, as it still needs it");
      assertEquals(i == 0 ? 4 : 3, ((List<?>) told.get("changes")).size());
    }
    relay.await(
        Pattern.compile(
            "restart-needed keys=relay.limits.event-bytes,relay.log.retention.events,server.port"));
    publisher("orders").publish("acme", "t", "\"" + "x".repeat(100_000) + "\"");
    publisher("orders").json("[{},{},{}]").assertProblem(413, "TOO_LARGE");
  }

  @Test
  void theAdminApiTellsWhatIsInForceNow() throws Exception {
    Map<String, Object> started = ask("config?limit=1000");
    assertEquals(started.get("hash"), ask("status").get("configHash"));
    assertEquals(List.of("orders"), names("publishers", "name"));
    assertEquals(List.of(issuer.uri()), names("issuers", "issuer"));
    assertEquals(true, delivered(issuer, "acme"));
    String changed =
        publishedBy(
            "billing",
            """
            stream: { queue: 99 }
            log: { retention: { events: 5 } }
            logging: { format: json }
            tracing: { ratio: 0.5 }
            """);
    try (TestIssuer other = TestIssuer.start()) {
      relay.configure(
          changed.replace(
              issuer.yaml(),
              other.yaml(", tenants: [globex]") + ", " + issuer.yaml(", tenants: [acme]")));

      relay.reload("?dry-run");
      assertEquals(false, delivered(other, "globex"));
      assertEquals(started, ask("config?limit=1000"), "nothing is in force that was only tried");
      relay.reload();

      Map<String, Object> now = ask("config?limit=1000");
      assertNotEquals(started.get("hash"), now.get("hash"));
      assertEquals(now.get("hash"), ask("status").get("configHash"));
      assertTrue(
          Instant.parse((String) now.get("loaded"))
              .isAfter(Instant.parse((String) started.get("loaded"))));
      assertEquals("99", configured("relay.stream.queue"));
      assertEquals("billing", configured("relay.publishers.0.name"));
      assertEquals(other.uri(), configured("relay.identity.issuers.0.issuer"));
      assertEquals("1000000", configured("relay.log.retention.events"), "it holds still");
      assertEquals("text", configured("relay.logging.format"));
      assertEquals("0.01", configured("relay.tracing.ratio"));
      assertEquals(List.of("billing"), names("publishers", "name"));
      assertEquals(Set.of(issuer.uri(), other.uri()), Set.copyOf(names("issuers", "issuer")));
      assertEquals(List.of(true, true), names("issuers", "ready"));
      order("publishers/orders/pause").assertProblem(404, "NOT_FOUND");
      assertEquals(true, delivered(other, "globex"));
    }
    relay.configure(with(""));
    relay.reload();

    assertEquals(started.get("hash"), ask("status").get("configHash"), "it is as it was");
    assertEquals(List.of(issuer.uri()), names("issuers", "issuer"));
  }

  /** What an operator has ordered stays in force for the publishers that stay. */
  @Test
  void aPauseEndsWithItsPublisherAndNotBefore() throws Exception {
    String body = "{\"topic\":\"t\",\"type\":\"x\"}";
    assertEquals(200, order("publishers/orders/pause").status());
    relay.configure(with("").replace("tenants: [acme]", "tenants: [acme, globex]"));
    relay.reload();
    publisher("orders").json(body).assertProblem(503, "PUBLISHER_PAUSED");
    assertEquals(List.of("paused"), names("publishers", "state"));

    relay.configure(publishedBy("billing", ""));
    relay.reload();
    assertEquals(List.of("active"), names("publishers", "state"));
    assertEquals(200, order("publishers/billing/pause").status());
    assertEquals(1.0, relay.metric("heliograph_publisher_paused", "publisher=\"billing\""));
    relay.configure(with(""));
    relay.reload();

    publisher("orders").publish("acme", "t", "1");
    assertEquals(0.0, relay.metric("heliograph_publisher_paused", "publisher=\"billing\""));
  }

  private Map<String, Object> ask(String path) throws Exception {
    return relay.admin().get("/admin/v1/" + path).json();
  }

  private List<Object> names(String list, String member) throws Exception {
    return items(list).stream().<Object>map(it -> it.get(member)).toList();
  }

  private Object configured(String key) throws Exception {
    return items("config?limit=1000").stream()
        .filter(it -> it.get("key").equals(key))
        .findFirst()
        .orElseThrow()
        .get("value");
  }

  private List<Map<?, ?>> items(String path) throws Exception {
    return ((List<?>) ask(path).get("items"))
        .stream().<Map<?, ?>>map(it -> (Map<?, ?>) it).toList();
  }

  /** Whether a subscriber with a token of an issuer would get an event, as an operator is told. */
  private Object delivered(TestIssuer of, String tenant) throws Exception {
    String question =
        """
        { "token": "%s", "event": { "tenant": "%s", "topic": "t", "type": "x" } }
        """
            .formatted(of.token("ann", tenant, "staff"), tenant);
    return relay
        .admin()
        .post("/admin/v1/explain", question, "Content-Type", "application/json")
        .json()
        .get("delivered");
  }

  private Answer order(String path) throws Exception {
    return relay.admin().post("/admin/v1/" + path + "?reason=x", "");
  }

  @Test
  void aDryRunTellsWhatWouldChangeAndChangesNothing() throws Exception {
    relay.configure(publishedBy("billing", ""));

    Answer told = relay.reload("?dry-run&reason=look");

    assertEquals(true, told.json().get("dryRun"));
    assertEquals(2, ((List<?>) told.json().get("changes")).size());
    publisher("orders").publish("acme", "t", "1");
    assertEquals(0, relay.logged("reloaded by="));
    assertEquals(2, ((List<?>) relay.reload().get("changes")).size());
  }

  @Test
  void aSignalDoesTheSameAndTheLogTells() throws Exception {
    relay.configure(publishedBy("billing", ""));
    relay.signal("HUP");
    relay.await(Pattern.compile("reloaded by=signal changes=2"));
    publisher("billing").publish("acme", "t", "1");

    relay.configure(with("strem: { queue: 1 }"));
    relay.signal("HUP");

    relay.await(Pattern.compile("reload-refused by=signal cause=relay.strem.queue: unknown key"));
    publisher("billing").publish("acme", "t", "1");
  }

  @Test
  void aReasonIsToldToTheLogOnOneLineAndBadParametersAreRefused() throws Exception {
    relay.reload("?reason=a%0Ab%1B%5B31m");
    relay.await(Pattern.compile("ended=0 reason=a\\\\u000ab\\\\u001b\\[31m\n"));
    String path = "/admin/v1/config/reload";
    Answer body =
        relay.admin().post(path, "{\"reason\":\"of a body\"}", "Content-Type", "application/json");
    assertEquals(200, body.status());
    relay.await(Pattern.compile("reason=of a body\n"));
    for (String query :
        List.of(
            "",
            "?reason=%20",
            "?dry-run=false",
            "?dry-run=yes",
            "?dry-run=true&dry-run=true",
            "?dry_run",
            "?reason=" + "x".repeat(501))) {
      relay.reload(query).assertProblem(400, "INVALID_REQUEST");
    }
    relay
        .admin()
        .post(path, "{\"dry-run\":true}", "Content-Type", "application/json")
        .assertProblem(400, "INVALID_REQUEST");
    assertEquals(405, relay.admin().get(path).status());
    assertEquals(404, relay.http().post(path, "").status());
    assertFalse(relay.log().contains("reason=xxx"));
  }

  @Test
  void theAuditHasWhoeverAskedAndWhatCannotBeNotedIsNotDone() throws Exception {
    Path file = folder.resolve("audit.jsonl");
    try (RelayProcess noted =
        RelayProcess.start(with("admin: { audit: { file: %s } }".formatted(file)))) {
      noted.configure(publishedBy("billing", "admin: { audit: { file: %s } }".formatted(file)));
      noted.reload("?dry-run");
      noted.reload("?reason=told+so");
      noted.signal("HUP");
      noted.await(Pattern.compile("reloaded by=signal"));
      noted.write("relay: [");
      noted.reload("?reason=tested").assertProblem(422, "BAD_CONFIGURATION");

      List<String> entries = Files.readAllLines(file);
      assertEquals(6, entries.size(), entries::toString);
      assertTrue(entries.stream().allMatch(it -> it.contains("\"reload\"")), entries::toString);
      assertTrue(entries.get(1).contains("told so") && entries.get(1).contains("done"));
      assertTrue(entries.get(3).contains("\"signal\"") && entries.get(3).contains("done"));
      assertTrue(entries.get(5).contains("BAD_CONFIGURATION"), entries::toString);
      noted.assertNoBugs();
    }
  }
}
