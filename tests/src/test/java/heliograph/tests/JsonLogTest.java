package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A log for programs: every line is a JSON object, from the first to the last. */
class JsonLogTest {
  private static final String KEY = "json-log-key-0123456789";
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final Pattern STARTED =
      Pattern.compile("\"message\":\"started\",\"public\":\"(\\d+)\",\"admin\":\"(\\d+)\"");

  @Test
  void everyLineIsAnObject() throws Exception {
    try (TestIssuer issuer = TestIssuer.start();
        OtlpReceiver collector = OtlpReceiver.start();
        RelayProcess relay =
            RelayProcess.launch(
                RelayProcess.yaml(
                    """
                    logging: { format: json }
                    identity: { issuers: [%s] }
                    tracing: { endpoint: "%s" }
                    publishers:
                      - { name: backend, scheme: token, secrets: [%s], tenants: [acme] }
                      - name: old
                        scheme: hmac
                        secrets: [%s]
                        tenants: [acme]
                        signature: { header: X-Old, hash: sha1 }
                    """
                        .formatted(issuer.yaml(), collector.uri(), KEY, KEY)))) {
      Matcher ports = relay.await(STARTED);
      relay.await(Pattern.compile("\"message\":\"issuer-keys\""));
      try (Http http = new Http(Integer.parseInt(ports.group(1)))) {
        http.post(
                "/v1/hooks/backend",
                "{\"tenant\":\"acme\",\"topic\":\"a\",\"type\":\"system.\\u001b\\n\\\"x\"}",
                "Authorization",
                "Bearer " + KEY,
                "Content-Type",
                "application/json",
                "traceparent",
                "00-" + TRACE + "-00f067aa0ba902b7-01")
            .assertProblem(422, "INVALID_EVENT", "/type");
      }
      relay.await(Pattern.compile("publish-refused.*\n"));
      relay.terminate();
      assertEquals(0, relay.exitCode());

      Set<Object> words = new HashSet<>();
      List<String> lines = relay.log().lines().filter(line -> !line.contains("warning")).toList();
      for (String line : lines) {
        Map<String, Object> members = Json.object(line);
        assertTrue(
            members.keySet().containsAll(List.of("time", "level", "logger", "message")), line);
        words.add(members.get("message"));
        if ("publish-refused".equals(members.get("message"))) {
          assertEquals("backend", members.get("publisher"));
          assertEquals("INVALID_EVENT", members.get("code"));
          assertEquals(TRACE, members.get("trace_id"));
        }
      }
      assertTrue(
          words.containsAll(
              List.of("weak-hash", "started", "issuer-keys", "publish-refused", "stopped")),
          words::toString);
    }
  }
}
