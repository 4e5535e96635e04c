package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The admin listener knows its own hosts, and obeys no page of another site. */
class AdminGuardTest {
  private static final String NONE = "";

  // Names every route, and a path that is none.
  private static final List<String> PATHS =
      List.of(
          "/observe/health",
          "/observe/health/live",
          "/observe/health/ready",
          "/observe/metrics",
          "/admin/revocations",
          "/admin/explain",
          "/admin/publishers/backend/try",
          "/nothing");

  @RegisterExtension static final Stage stage = Stage.ofAcme("");

  /** Whole lines, each with its end; PORT stands for the listener's. */
  private static Answer ask(RelayProcess relay, String line, String headers, String body)
      throws Exception {
    int port = relay.admin().port();
    String length = body.isEmpty() ? NONE : "Content-Length: " + body.length() + "\r\n";
    try (RawHttp client = RawHttp.connect(port)) {
      client.send(
          line
              + " HTTP/1.1\r\n"
              + headers.replace("PORT", Integer.toString(port))
              + length
              + "Connection: close\r\n\r\n"
              + body);
      return line.startsWith("HEAD") ? client.head() : client.answer();
    }
  }

  private static Answer ask(String line, String headers, String body) throws Exception {
    return ask(stage.relay(), line, headers, body);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.0.0.1:PORT",
        "localhost",
        "localhost:1",
        "LocalHost:PORT",
        "localhost.",
        "localhost.:PORT",
        "[::1]",
        "[::1]:PORT",
        "[0:0:0:0:0:0:0:1]:PORT"
      })
  void itsOwnHostsAreServedWhateverThePort(String host) throws Exception {
    String headers = "Host: " + host + "\r\n";
    assertEquals(200, ask("GET /observe/health/live", headers, NONE).status());
    assertEquals(200, ask("GET /observe/metrics", headers, NONE).status());
    assertEquals(200, ask("GET /admin/revocations", headers, NONE).status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:PORT",
        "localhost.evil.example",
        "127.0.0.1.evil.example:PORT",
        "127.0.0.2",
        "0.0.0.0:PORT",
        "[::2]:PORT",
        "[::ffff:127.0.0.1]:PORT",
        "localhost..",
        "relay"
      })
  void anotherHostIsMisdirectedOnEveryRoute(String host) throws Exception {
    String headers = "Host: " + host + "\r\n";
    for (String path : PATHS) {
      ask("GET " + path, headers, NONE).assertProblem(421, "MISDIRECTED");
      assertEquals(421, ask("HEAD " + path, headers, NONE).status(), path);
      for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS")) {
        ask(method + " " + path, headers + "Content-Type: application/json\r\n", "{}")
            .assertProblem(421, "MISDIRECTED");
      }
    }
  }

  @Test
  void exactlyOneHostIsRequired() throws Exception {
    for (String path : PATHS) {
      for (String hosts :
          List.of("", "Host: localhost\r\nHost: localhost\r\n", "Host: localhost\r\nHost: a\r\n")) {
        ask("GET " + path, hosts, NONE).assertProblem(400, "INVALID_REQUEST");
      }
    }
  }

  @Test
  void aTargetThatNamesAHostHasTheLastWord() throws Exception {
    String local = "Host: localhost\r\n";
    for (String host : List.of("evil.example", "evil.example:1")) {
      ask("GET http://" + host + "/observe/health/live", local, NONE)
          .assertProblem(421, "MISDIRECTED");
    }
    ask("GET http://localhost@evil.example/observe/health/live", local, NONE)
        .assertProblem(400, "INVALID_REQUEST");
    assertEquals(200, ask("GET http://localhost:1/observe/health/live", local, NONE).status());
  }

  @ParameterizedTest
  @CsvSource({
    "Origin: http://evil.example",
    "Origin: https://evil.example:PORT",
    "Origin: null",
    "Origin: http://localhost:1",
    "Origin: http://127.0.0.1:PORT",
    "Origin: http://localhost:PORT.evil.example",
    "Origin: ftp://localhost:PORT",
    "Sec-Fetch-Site: cross-site",
    "Sec-Fetch-Site: same-site",
    "Sec-Fetch-Site: nonsense",
  })
  void aPageOfAnotherSiteChangesNothing(String header) throws Exception {
    String host = "Host: localhost:PORT\r\n";
    String json = "Content-Type: application/json\r\n";
    for (String path : PATHS) {
      for (String method : List.of("POST", "PUT", "DELETE", "PATCH")) {
        ask(method + " " + path, host + json + header + "\r\n", "{\"tenant\":\"acme\"}")
            .assertProblem(403, "NOT_ALLOWED");
        ask(method + " " + path, host + header + "\r\n", NONE).assertProblem(403, "NOT_ALLOWED");
      }
    }
    // What only reads is left to the browser, which shows the answer to no other site.
    assertEquals(
        200, ask("GET /observe/health/live", host + header + "\r\n", NONE).status(), header);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Origin: http://localhost:PORT\r\n",
        "Origin: https://localhost:PORT\r\n",
        "Origin: http://localhost:PORT\r\nSec-Fetch-Site: same-origin\r\n",
        "Sec-Fetch-Site: none\r\n",
      })
  void itsOwnPagesAndProgramsAreObeyed(String headers) throws Exception {
    String sent = "Host: LOCALHOST:PORT\r\nContent-Type: application/json\r\n" + headers;
    Answer answer = ask("POST /admin/revocations", sent, "{\"token\":\"t\"}");
    assertEquals(200, answer.status(), answer::toString);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/cloudevents+json"
      })
  void aBodyIsOfJsonOnEveryRoute(String type) throws Exception {
    String headers =
        "Host: localhost\r\n" + (type.isEmpty() ? "" : "Content-Type: " + type + "\r\n");
    for (String path : PATHS) {
      ask("POST " + path, headers, "{}").assertProblem(415, "UNSUPPORTED_MEDIA_TYPE");
    }
    // Without a body, no type is asked for.
    ask("POST /nothing", "Host: localhost\r\n", NONE).assertProblem(404, "NOT_FOUND");
  }

  @Test
  void theOperatorSaysWhichHostsCount() throws Exception {
    Map<String, List<String>> expected =
        Map.of(
            "[Relay.Internal, \"[FD00::1]\"]", List.of("relay.internal:PORT", "[fd00:0::1]"),
            "\"*\"", List.of("evil.example", "10.1.2.3:PORT", "localhost"));
    for (Map.Entry<String, List<String>> entry : expected.entrySet()) {
      try (RelayProcess relay =
          RelayProcess.launch(
              RelayProcess.yaml(
                  """
                  identity: { issuers: [%s] }
                  admin: { hosts: %s }
                  """
                      .formatted(stage.issuer().yaml(), entry.getKey())))) {
        relay.listen();
        for (String host : entry.getValue()) {
          String headers = "Host: " + host + "\r\n";
          assertEquals(200, ask(relay, "GET /observe/health/live", headers, NONE).status(), host);
        }
        int loopback = ask(relay, "GET /observe/health/live", "Host: localhost\r\n", NONE).status();
        assertEquals(entry.getKey().contains("*") ? 200 : 421, loopback);
        assertFalse(relay.log().contains("evil.example"));
      }
    }
  }
}
