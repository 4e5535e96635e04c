package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an operator may write, by whichever way, and what stops the start. */
class ConfigurationTest {
  private static final String KEY = "configured-key-0123456789";
  private static final int CONFIGURATION = 78;

  private static TestIssuer issuer;

  @BeforeAll
  static void start() throws IOException {
    issuer = TestIssuer.start();
  }

  @AfterAll
  static void stop() {
    issuer.close();
  }

  /** A configuration in which all is right but what is added. */
  private static String with(String more) {
    return RelayProcess.yaml(
        """
        identity: { issuers: [%s] }
        """
                .formatted(issuer.yaml())
            + more);
  }

  private static String publisher(String entry) {
    return with("publishers: [ { " + entry + " } ]");
  }

  private static RelayProcess launch(String yaml) throws IOException {
    return RelayProcess.launch(yaml);
  }

  /** Starts a relay for each, so many at a time, and checks what each says on its way out. */
  private static void assertRefused(Map<String, String> saidOfYaml) throws Exception {
    List<Map.Entry<String, String>> waiting = new ArrayList<>(saidOfYaml.entrySet());
    for (int from = 0; from < waiting.size(); from += 4) {
      List<Map.Entry<String, String>> some =
          waiting.subList(from, Math.min(from + 4, waiting.size()));
      List<RelayProcess> relays = new ArrayList<>();
      for (Map.Entry<String, String> one : some) {
        relays.add(launch(one.getKey()));
      }
      for (int i = 0; i < relays.size(); i++) {
        try (RelayProcess relay = relays.get(i)) {
          assertStopped(
              relay, CONFIGURATION, "heliograph: configuration: " + some.get(i).getValue());
        }
      }
    }
  }

  private static void assertStopped(RelayProcess relay, int code, String said) throws Exception {
    assertEquals(code, relay.exitCode(), () -> said + "\n" + relay.log());
    String log = relay.log();
    assertTrue(log.contains(said), () -> "expected: " + said + "\nsaid: " + log);
    assertEquals(1, log.lines().count(), log);
    assertFalse(log.contains(KEY), log);
  }

  @Test
  void unknownKeysStopTheStart() throws Exception {
    Map<String, String> said = new LinkedHashMap<>();
    said.put(with("heartbeat: PT1S"), "relay.heartbeat: unknown key; known here: ");
    said.put(
        publisher(
            "name: a, scheme: token, secret: " + KEY + ", secrets: [" + KEY + "], tenants: [a]"),
        "relay.publishers.0.secret: unknown key; known here: ");
    said.put(
        RelayProcess.yaml(
            "identity: { issuers: [ { issuer: \"http://x\", audience: a, jwks: \"http://x\" } ] }"),
        "relay.identity.issuers.0.jwks: unknown key; known here: ");
    said.put(with("shutdown: { drain: { after: PT1S } }"), "relay.shutdown.drain");
    assertRefused(said);
  }

  @Test
  void badValuesStopTheStart() throws Exception {
    String seconds = "must be an ISO 8601 duration from PT0.1S to PT1H, such as PT15S";
    Map<String, String> said = new LinkedHashMap<>();
    said.put(with("stream: { heartbeat: 15 }"), "relay.stream.heartbeat: " + seconds);
    said.put(with("publishers: { name: a }"), "relay.publishers: must be a list");
    said.put(publisher("scheme: token"), "relay.publishers.0.name: is required");
    said.put(publisher("name: a, tenants: [a]"), "relay.publishers.0.scheme: either a scheme");
    said.put(
        publisher("name: a, scheme: standard-webhooks, secrets: [" + KEY + "], tenants: [a]"),
        "relay.publishers.0.secrets: a secret ");
    said.put(publisher("name: a, client-id: a"), "relay.publishers.0.tenants: at least one tenant");
    said.put(
        publisher("name: a, client-id: a, tenants: [a] }, { name: a, client-id: b, tenants: [a]"),
        "relay.publishers.1.name: is named twice");
    said.put(
        publisher("name: a, client-id: a, tenants: [a] }, { name: b, client-id: a, tenants: [a]"),
        "relay.publishers.1.client-id: belongs to two publishers");
    assertRefused(said);
  }

  @Test
  void withoutAnIssuerNobodyCouldBeKnown() throws Exception {
    Map<String, String> said = new LinkedHashMap<>();
    said.put(
        RelayProcess.yaml("stream: { queue: 1 }"),
        "relay.identity.issuers: at least one issuer is required");
    said.put(
        RelayProcess.yaml("identity: { issuers: [ { audience: a } ] }"),
        "relay.identity.issuers.0.issuer: is required");
    said.put(
        RelayProcess.yaml("identity: { issuers: [ { issuer: \"http://x\" } ] }"),
        "relay.identity.issuers.0.audience: is required");
    said.put(
        RelayProcess.yaml("identity: { issuers: [ { issuer: \"ftp://x\", audience: a } ] }"),
        "relay.identity.issuers.0.issuer: must be an http or https URL");
    assertRefused(said);
  }

  @Test
  void theDemoIsForLoopbackAlone() throws Exception {
    String demo =
        """
        server: { host: "%s", port: 0 }
        relay:
          demo: true
          identity: { issuers: [ { issuer: "http://127.0.0.1:1/demo", audience: a } ] }
          publishers:
            - { name: demo, scheme: token, secrets: [%s], tenants: [acme] }
        """;
    assertRefused(
        Map.of(
            demo.formatted("0.0.0.0", KEY), "relay.demo: only where server.host is a loopback",
            demo.formatted("127.0.0.1", KEY), "relay.publishers: with relay.demo one is named"));
  }

  @Test
  void aFileThatIsMissingOrNoYamlStopsTheStart() throws Exception {
    try (RelayProcess relay = launch("relay: [")) {
      assertEquals(CONFIGURATION, relay.exitCode(), relay::log);
      assertTrue(relay.log().startsWith("heliograph: configuration: "), relay::log);
    }
    try (RelayProcess relay = RelayProcess.run("--config", "/no/such/file.yaml")) {
      assertStopped(relay, CONFIGURATION, "cannot read /no/such/file.yaml");
    }
    try (RelayProcess relay = RelayProcess.run("--port", "8080")) {
      assertStopped(relay, 64, "usage: ");
    }
  }

  @Test
  void environmentAndPropertiesOverrideTheFile() throws Exception {
    Map<String, String> environment =
        new HashMap<>(
            Map.of(
                "RELAY_STREAM_HEARTBEAT", "PT7S",
                "RELAY_STREAM_RETRY", "PT4S",
                "RELAY_STREAM_WRITE_DASH_TIMEOUT", "PT1S",
                "RELAY_LIMITS_STREAMS_DASH_PER_DASH_USER", "1",
                "RELAY_PUBLISHERS_0_SECRETS_0", KEY));
    // In Kubernetes a service of the name relay puts these into every pod; they stop no start.
    environment.putAll(
        Map.of(
            "RELAY_SERVICE_HOST", "10.0.0.1",
            "RELAY_SERVICE_PORT", "8080",
            "RELAY_PORT", "tcp://10.0.0.1:8080",
            "RELAY_PORT_8080_TCP", "tcp://10.0.0.1:8080",
            "RELAY_PORT_8080_TCP_ADDR", "10.0.0.1",
            "RELAY_STREAM_SERVICE_HOST", "10.0.0.2"));
    String yaml =
        with(
            """
            stream: { heartbeat: PT30S, retry: PT30S, write-timeout: PT30S, queue: 1 }
            limits: { streams-per-user: 30 }
            publishers:
              - { name: a, scheme: token, secrets: ["the one in the file"], tenants: [acme] }
            """);
    try (RelayProcess relay = RelayProcess.launch(yaml, environment, "-Drelay.stream.retry=PT5S")) {
      relay.listen();
      relay.awaitReady();
      String token = issuer.token("alice", "acme");
      try (SseClient client =
              SseClient.open(relay, "/v1/stream", "Authorization: Bearer " + token);
          SseClient second =
              SseClient.open(relay, "/v1/stream", "Authorization: Bearer " + token)) {
        assertEquals(7L, client.nextData("system.connected").get("heartbeat"));
        assertEquals(5000, client.retry());
        second.assertEnded("limit");
      }
      Publisher.withKey(relay, "a", KEY).publish("acme", "t", "1");
      Publisher.withKey(relay, "a", "the one in the file")
          .post(Publisher.JSON, "{}")
          .assertProblem(401, "BAD_SIGNATURE");

      // The write timeout shows in that a reader who stalls is cut sooner than by default.
      SseClient stalled = SseClient.stalled(relay, issuer.token("sloth", "acme"), "");
      for (int i = 0; i < 10; i++) {
        Publisher.withKey(relay, "a", KEY).publish("acme", "t", "\"" + "x".repeat(200_000) + "\"");
      }
      Deadline.await(
          "cut", () -> relay.metric("heliograph_stream_ends_total", "reason=\"slow\"") == 1);
      stalled.close();
    }
  }

  /** What is meant for others is passed over in the environment alone. */
  @Test
  void anUnknownPropertyStopsTheStart() throws Exception {
    try (RelayProcess relay =
        RelayProcess.launch(with(""), Map.of(), "-Drelay.service.host=10.0.0.1")) {
      assertStopped(
          relay, CONFIGURATION, "heliograph: configuration: relay.service.host: unknown key");
    }
  }

  @Test
  void aBadValueOfTheEnvironmentStopsTheStart() throws Exception {
    try (RelayProcess relay = RelayProcess.launch(with(""), Map.of("RELAY_STREAM_QUEUE", "many"))) {
      assertStopped(
          relay, CONFIGURATION, "heliograph: configuration: relay.stream.queue: must be a whole");
    }
  }

  @Test
  void aListenerIsNamedInAListOrByItsKey() throws Exception {
    for (String sockets :
        List.of(
            "[ { name: admin, host: 127.0.0.1, port: 0 } ]",
            "{ admin: { port: 0 } }",
            "[ { name: admin, port: 0 } ]")) {
      String yaml = with("").replaceFirst("sockets: .*", "sockets: " + sockets);
      assertTrue(yaml.contains("sockets: " + sockets), yaml);
      try (RelayProcess relay = launch(yaml)) {
        relay.listen();
        assertEquals(200, relay.admin().get("/observe/health/live").status());
        assertEquals(
            Optional.of("127.0.0.1"), relay.vitals().listensAt(relay.admin().port()), sockets);
        assertEquals(Optional.of("127.0.0.1"), relay.vitals().listensAt(relay.port()), sockets);
      }
    }
  }

  /** Who moves the admin listener has moved it, or is told. */
  @Test
  void aListenerThatIsNotThereStopsTheStart() throws Exception {
    Map<String, String> said = new LinkedHashMap<>();
    for (String sockets :
        List.of(
            "[ { port: 0 } ]",
            "[ { name: amin, port: 0 } ]",
            "{ admin: { port: 0 }, other: { port: 0 } }")) {
      said.put(with("").replaceFirst("sockets: .*", "sockets: " + sockets), "server.sockets.");
    }
    String twice = "[ { name: admin, port: 0 }, { name: admin, port: 0 } ]";
    said.put(with("").replaceFirst("sockets: .*", "sockets: " + twice), "server.sockets: ");
    assertRefused(said);
  }

  @Test
  void aPortThatIsTakenStopsTheStart() throws Exception {
    try (RelayProcess first = launch(with(""))) {
      first.listen();
      String taken = with("").replaceFirst("port: 0", "port: " + first.port());
      try (RelayProcess second = launch(taken)) {
        assertEquals(1, second.exitCode(), second::log);
        assertTrue(second.log().contains("heliograph: cannot start: "), second::log);
      }
    }
  }
}
