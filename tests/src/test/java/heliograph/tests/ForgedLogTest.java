package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Other servers would like to write a line of their own into the log. */
class ForgedLogTest {
  private static final String FORGED =
      "2026-11-21T04:03:30.690+0000 level=INFO logger=heliograph started public=1 admin=2";
  private static final Pattern LINE =
      Pattern.compile("[0-9-]{10}T[0-9:.]{12}[+-][0-9]{4} level=[A-Z]+ logger=\\S+ \\S.*|\t.*");

  /** Every line is one that the relay began, and none holds what cannot be seen. */
  private static void assertNothingForged(RelayProcess relay) {
    for (String line : relay.log().split("\n", -1)) {
      // What the JVM says of huge pages is its own.
      if (!line.isEmpty() && !line.contains("[warning]") && !line.contains("VM warning")) {
        assertTrue(LINE.matcher(line).matches(), line);
        assertTrue(line.chars().allMatch(c -> c >= ' ' || c == '\t'), line);
        assertFalse(line.startsWith(FORGED), line);
      }
    }
  }

  /** A relay that has nothing but this issuer, when it has told why it has no keys of it. */
  private static void tells(TestServer issuer) throws Exception {
    try (RelayProcess relay =
        RelayProcess.launch(
            RelayProcess.yaml(
                "identity: { issuers: [ { issuer: \"%s\", audience: a } ] }\n"
                    .formatted(issuer.uri())))) {
      relay.listen();
      relay.await(Pattern.compile("issuer-keys-failed issuer=.*\n"));
      assertNothingForged(relay);
      relay.assertLogged(1, "issuer-keys-failed");
      assertFalse(relay.log().contains("secret-of-the-query"), relay.log());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:1/jwks\n" + FORGED + "\n\u001b[2Jx",
        "http://127.0.0.1:1/jwks%0a2026-11-21T04:03:30.690+0000%20level=INFO%20logger=heliograph",
        "http://[" + FORGED + "\u2028",
        "\r\n" + FORGED + "\r\n",
        "http://no.such.host.invalid\u202e/?secret-of-the-query",
        "http://%0d%0a.invalid/"
      })
  void aKeysAddressIsNoLine(String address) throws Exception {
    try (TestServer issuer = TestServer.start((_, _) -> {})) {
      issuer.behave(
          (_, exchange) ->
              TestServer.answer(
                  exchange, 200, Json.write(Map.of("issuer", issuer.uri(), "jwks_uri", address))));
      tells(issuer);
    }
  }

  @Test
  void theAddressOfKeysThatAreNotThereIsToldWithoutItsQuery() throws Exception {
    try (TestServer issuer = TestServer.start((_, _) -> {})) {
      issuer.behave(
          (question, exchange) -> {
            boolean metadata = question.target().startsWith("/.well-known");
            String keys = issuer.uri() + "/%0a" + "keys?secret-of-the-query";
            TestServer.answer(
                exchange,
                metadata ? 200 : 404,
                Json.write(Map.of("issuer", issuer.uri(), "jwks_uri", keys)));
          });
      tells(issuer);
    }
  }

  /** Answers whatever it is asked with these bytes. */
  private static final class Babbler implements AutoCloseable {
    private final ServerSocket socket;
    private final byte[] answer;

    Babbler(String answer) throws IOException {
      this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      this.answer = answer.getBytes(StandardCharsets.UTF_8);
      Thread.ofVirtual().start(this::run);
    }

    private void run() {
      while (true) {
        try (Socket peer = socket.accept();
            OutputStream out = peer.getOutputStream()) {
          int _ = peer.getInputStream().read(new byte[8192]);
          out.write(answer);
        } catch (IOException _) {
          if (socket.isClosed()) {
            return;
          }
        }
      }
    }

    String uri() {
      return "http://127.0.0.1:" + socket.getLocalPort();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void whatIsNoHttpIsNoLineEither() throws Exception {
    List<String> answers =
        List.of(
            "HTTP/1.1 2\u001b[31m\r" + FORGED + "\n\n",
            "\n" + FORGED + "\r\n\r\n",
            FORGED + "\r\n" + FORGED + "\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA\u001b: \u2028" + FORGED + "\r\nB:\u0000\n" + FORGED + "\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 9" + "9".repeat(1000) + "\r\n\r\n");
    for (String answer : answers) {
      try (Babbler babbler = new Babbler(answer);
          RelayProcess relay =
              RelayProcess.launch(
                  RelayProcess.yaml(
                      """
                      identity:
                        issuers: [ { issuer: "http://other", audience: a, jwks-uri: "%1$s" } ]
                        session: { url: "%1$s" }
                      """
                          .formatted(babbler.uri())))) {
        relay.listen();
        relay.await(Pattern.compile("issuer-keys-failed issuer=http://other"));
        relay.http().get("/v1/events", "Cookie", "a=b").assertProblem(503, "IDENTITY_UNAVAILABLE");
        relay.await(Pattern.compile("upstream-(failed|unusable) upstream=session"));
        assertNothingForged(relay);
      }
    }
  }
}
