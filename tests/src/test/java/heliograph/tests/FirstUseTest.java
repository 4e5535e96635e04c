package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No virtual thread looks into jars, while a relay starts or serves: one that waits for the lock of
 * a jar while others wait for classes could have them all wait for good.
 */
@Tag("log")
class FirstUseTest {
  private static final String KEY = "first-use-key-0123456789";
  private static final String LOOKS =
      "java.util.ServiceLoader::<init>"
          + ";java.lang.ClassLoader::getResource;java.lang.ClassLoader::getResources"
          + ";java.lang.ClassLoader::getResourceAsStream"
          + ";java.lang.Class::getResource;java.lang.Class::getResourceAsStream";

  @Test
  void noVirtualThreadLooksIntoJars(@TempDir Path folder) throws Exception {
    Path recording = folder.resolve("looks.jfr");
    try (TestIssuer issuer = TestIssuer.start();
        TestApplication application = TestApplication.start();
        OtlpReceiver collector = OtlpReceiver.start();
        RelayProcess relay =
            RelayProcess.start(
                """
                identity: { issuers: [%s], session: %s, tickets: { secret: %s } }
                publishers: [ { name: backend, scheme: token, secrets: [%s], tenants: [acme] } ]
                types: [ { type: "test.*", masks: [ { fields: [/number], roles: [billing] } ] } ]
                tracing: { endpoint: "%s", ratio: 1 }
                """
                    .formatted(
                        issuer.yaml(),
                        application.yaml("PT30S"),
                        "tests-only-secret-of-tickets-0123456789",
                        KEY,
                        collector.uri()),
                Map.of(),
                "-XX:FlightRecorderOptions:repository=" + folder,
                "-XX:StartFlightRecording:method-trace=" + LOOKS)) {
      use(relay, issuer, application);
      collector.await(1, span -> span.getName().equals("fan-out"));
      relay.jcmd("JFR.dump", "filename=" + recording);
      relay.assertWell();
    }

    List<RecordedEvent> looks =
        RecordingFile.readAllEvents(recording).stream()
            .filter(event -> event.getEventType().getName().equals("jdk.MethodTrace"))
            .toList();
    assertTrue(looks.stream().anyMatch(look -> !onVirtualThread(look)), "none was recorded");
    assertEquals(
        List.of(),
        looks.stream().filter(FirstUseTest::onVirtualThread).map(FirstUseTest::told).toList());
  }

  /** Asks for everything once. */
  private static void use(RelayProcess relay, TestIssuer issuer, TestApplication application)
      throws Exception {
    String token = issuer.token("ada", "acme", "staff");
    String session = application.login("eve", "acme");
    Publisher backend = Publisher.withKey(relay, "backend", KEY);
    try (SseClient live = SseClient.join(relay, token, "?format=cloudevents");
        SseClient _ = SseClient.open(relay, "/v1/stream", "Cookie: " + session)) {
      backend.publish("acme", "a.b", "{\"number\":1}");
      live.next();
    }
    try (SseClient past = SseClient.join(relay, token, "?replay=1")) {
      past.next("test.happened");
    }

    String[] headers = {"Authorization", "Bearer " + token, "Content-Type", "application/json"};
    Http http = relay.http();
    for (String target : List.of("/v1/events", "/v1/status", "/openapi")) {
      assertEquals(200, http.get(target, headers).status(), target);
    }
    assertEquals(200, http.post("/v1/tickets", "{\"topics\":[\"a\"]}", headers).status());
    http.get("/v1/events").assertProblem(401, "NO_CREDENTIALS");
    backend.post("application/json", "{").assertProblem(400, "INVALID_JSON");

    for (String target : List.of("/observe/health", "/observe/metrics", "/admin/revocations")) {
      assertEquals(200, relay.admin().get(target).status(), target);
    }
    relay
        .admin()
        .post("/admin/revocations", "{\"subject\":}", headers)
        .assertProblem(400, "INVALID_JSON");
  }

  private static boolean onVirtualThread(RecordedEvent look) {
    RecordedThread thread = look.getThread();
    return thread != null && thread.isVirtual();
  }

  /** Who looked, and on whose behalf. */
  private static String told(RecordedEvent look) {
    return look.getStackTrace().getFrames().stream()
        .map(RecordedFrame::getMethod)
        .map(method -> "\n  " + method.getType().getName() + "." + method.getName())
        .collect(Collectors.joining("", look.getThread().getJavaName(), "\n"));
  }
}
