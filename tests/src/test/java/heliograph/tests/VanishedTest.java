package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients whose network is gone: nothing of them comes any more, no end and no acknowledgement. The
 * kernel's own patience with them is a quarter of an hour.
 */
@EnabledOnOs(OS.LINUX)
class VanishedTest {
  private static final String KEY = "vanished-key-0123456789";
  private static final String STREAM = "stream: { heartbeat: PT0.2S, write-timeout: PT1S }\n";

  @TempDir static Path folder;

  private static String relay(TestIssuer issuer) {
    return """
    identity: { issuers: [%s] }
    publishers: [ { name: backend, scheme: token, secrets: [%s], tenants: [acme] } ]
    limits: { streams-per-user: 1 }
    """
            .formatted(issuer.yaml(), KEY)
        + STREAM;
  }

  /** Nothing is published: there are heartbeats alone. */
  @Test
  void aStreamWhosePeerVanishedIsEndedSoonAndItsPlaceIsFree() throws Exception {
    try (TestIssuer issuer = TestIssuer.start();
        RelayProcess relay = RelayProcess.start(relay(issuer))) {
      String token = issuer.token("alice", "acme");
      Process client = vanish(relay, token);
      try {
        awaitEnd(relay);
        SseClient.join(relay, token, "").close();
      } finally {
        client.destroyForcibly();
      }
      relay.assertWell();
    }
  }

  @Test
  void withEventsAndWithTlsItIsNoOtherwise() throws Exception {
    Certificates certificates = Certificates.in(folder);
    try (TestIssuer issuer = TestIssuer.start();
        RelayProcess relay =
            RelayProcess.launch(
                """
                server:
                  host: 127.0.0.1
                  port: 0
                  sockets: { admin: { port: 0 } }
                %s
                relay:
                %s
                """
                    .formatted(certificates.yaml("").indent(2), relay(issuer).indent(2)))) {
      relay.listen(certificates.client());
      relay.awaitReady();
      Process client = vanish(relay, issuer.token("alice", "acme"), "--tls");
      try {
        Publisher.withKey(relay, "backend", KEY).publish("acme", "a.b", "1");
        awaitEnd(relay);
      } finally {
        client.destroyForcibly();
      }
      relay.assertWell();
    }
  }

  /** For longer than the kernel would wait for one that is gone. */
  @Test
  void whoIsThereAndHasNothingToReadStays() throws Exception {
    try (TestIssuer issuer = TestIssuer.start();
        RelayProcess relay = RelayProcess.start(relay(issuer))) {
      try (SseClient client = SseClient.join(relay, issuer.token("alice", "acme"), "")) {
        client.awaitKeepalives(16, Duration.ofSeconds(30));
        Publisher.withKey(relay, "backend", KEY).publish("acme", "a.b", "1");
        assertEquals("1", client.next("test.happened").data());
      }
      relay.await(Pattern.compile("stream-end .* reason=left "));
      assertFalse(relay.log().contains("peer-timeout-unset"));
      relay.assertWell();
    }
  }

  private static void awaitEnd(RelayProcess relay) throws Exception {
    relay.await(Pattern.compile("stream-end .* reason=slow "));
    Deadline.await("its place", () -> relay.metric("heliograph_streams_open") == 0);
    assertEquals(1, relay.metric("heliograph_stream_ends_total", "reason=\"slow\""));
  }

  /** A client that has a stream, and of which nothing comes any more. */
  private static Process vanish(RelayProcess relay, String token, String... options)
      throws Exception {
    List<String> command = new ArrayList<>(List.of("./vanish", Integer.toString(relay.port())));
    command.addAll(List.of(options));
    Process client =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    Runtime.getRuntime().addShutdownHook(new Thread(client::destroyForcibly));
    String request =
        "GET /v1/stream HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer " + token + "\r\n\r\n";
    client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    client.getOutputStream().close();
    BufferedReader said = client.inputReader();
    assertEquals(Optional.of("vanished"), Optional.ofNullable(said.readLine()));
    return client;
  }
}
