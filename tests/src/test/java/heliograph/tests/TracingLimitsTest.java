package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.proto.trace.v1.Span;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much is followed, and that publishing goes on whatever becomes of the collector. */
class TracingLimitsTest {
  private static final String KEY = "tracing-key-0123456789";
  private static final String SAMPLED = "00-%032x-00f067aa0ba902b7-01";
  private static final String EVENT =
      "{\"tenant\":\"acme\",\"topic\":\"a\",\"type\":\"test.happened\"}";

  private static String yaml(TestIssuer issuer) {
    return """
    identity: { issuers: [%s] }
    publishers: [ { name: backend, scheme: token, secrets: [%s], tenants: [acme] } ]
    """
        .formatted(issuer.yaml(), KEY);
  }

  private static RelayProcess start(TestIssuer issuer, int port, String tracing) throws Exception {
    return RelayProcess.start(
        yaml(issuer)
            + "tracing: { endpoint: \"http://127.0.0.1:%d\", %s }\n".formatted(port, tracing));
  }

  private static void publish(RelayProcess relay, int trace) throws Exception {
    Answer answer =
        Publisher.withKey(relay, "backend", KEY)
            .post("application/json", EVENT, "traceparent", SAMPLED.formatted(trace));
    assertEquals(202, answer.status());
  }

  private static double spans(RelayProcess relay, String result) throws Exception {
    return relay.metric("heliograph_spans_total", "result=\"" + result + "\"");
  }

  /** In order, so that what waits is sent. */
  private static void stop(RelayProcess relay) throws Exception {
    relay.assertWell();
    relay.terminate();
    assertEquals(0, relay.exitCode());
  }

  @Test
  void withARatioOfOneEverybodyIsFollowedWhoDoesNotSay() throws Exception {
    try (TestIssuer issuer = TestIssuer.start();
        OtlpReceiver collector = OtlpReceiver.start();
        RelayProcess relay = start(issuer, collector.port(), "ratio: 1")) {
      Publisher backend = Publisher.withKey(relay, "backend", KEY);
      assertEquals(202, backend.json(EVENT).status());
      backend
          .post(
              "application/json", EVENT, "traceparent", SAMPLED.formatted(7).replaceAll("1$", "0"))
          .json();

      Span publish = collector.await(1, span -> span.getName().equals("publish")).getFirst();
      assertEquals("", OtlpReceiver.parentId(publish));
      collector.await(1, span -> span.getName().equals("log.commit"));
      stop(relay);
      assertEquals(1, collector.found(span -> span.getName().equals("publish")).size());
    }
  }

  @Test
  void whoeverFollowsAllItSendsDoesNotDecideForUs() throws Exception {
    try (TestIssuer issuer = TestIssuer.start();
        OtlpReceiver collector = OtlpReceiver.start();
        RelayProcess relay = start(issuer, collector.port(), "max-per-second: 10")) {
      long began = System.nanoTime();
      int requests = 200;
      for (int i = 1; i <= requests; i++) {
        publish(relay, i);
      }
      long seconds = (System.nanoTime() - began) / 1_000_000_000L + 2;

      assertTrue(spans(relay, "capped") > 0);
      stop(relay);
      assertTrue(
          collector.spans().size() <= 10 * seconds,
          () -> collector.spans().size() + " in " + seconds + " s");
      assertTrue(collector.spans().size() >= 4, "some are followed");
    }
  }

  @Test
  void withoutACollectorPublishingGoesOnAndOneLineTellsIt() throws Exception {
    int port;
    try (OtlpReceiver gone = OtlpReceiver.start()) {
      port = gone.port();
    }
    try (TestIssuer issuer = TestIssuer.start();
        RelayProcess relay =
            start(issuer, port, "timeout: PT0.5S, queue: 512, max-per-second: 100000")) {
      publish(relay, 1);
      relay.await(
          Pattern.compile(
              "level=WARNING logger=heliograph traces-failed endpoint=http://127.0.0.1:"
                  + port
                  + "/v1/traces cause=\\S"));
      for (int i = 2; i <= 300; i++) {
        publish(relay, i);
      }
      Deadline.await("spans are given up", () -> spans(relay, "failed") > 100);
      relay.assertLogged(1, "traces-failed");
      assertFalse(relay.log().contains("\tat "), relay.log());
      assertFalse(relay.log().contains("io.opentelemetry"), relay.log());

      try (OtlpReceiver back = OtlpReceiver.start(port)) {
        Deadline.await(
            "the collector is back",
            () -> {
              publish(relay, 1000);
              return relay.logged("traces-recovered") == 1;
            });
        assertFalse(back.spans().isEmpty());
      }
    }
  }

  @Test
  void aCollectorThatRefusesIsToldByItsStatus() throws Exception {
    try (TestIssuer issuer = TestIssuer.start();
        OtlpReceiver collector = OtlpReceiver.start();
        RelayProcess relay = start(issuer, collector.port(), "timeout: PT1S")) {
      collector.behave(() -> 403);
      publish(relay, 1);
      relay.await(Pattern.compile("traces-failed endpoint=\\S+ cause=status 403\n"));
      relay.assertWell();
    }
  }

  @Test
  void aSlowCollectorHoldsNobodyUpAndWhatHasNoRoomIsCounted() throws Exception {
    CountDownLatch hold = new CountDownLatch(1);
    try (TestIssuer issuer = TestIssuer.start();
        OtlpReceiver collector = OtlpReceiver.start();
        RelayProcess relay =
            start(issuer, collector.port(), "timeout: PT1M, queue: 512, max-per-second: 100000")) {
      collector.behave(
          () -> {
            hold.await();
            return 200;
          });
      int trace = 0;
      while (spans(relay, "dropped") == 0 && trace < 2000) {
        for (int i = 0; i < 50; i++) {
          publish(relay, ++trace);
        }
      }
      assertTrue(spans(relay, "dropped") > 0, "512 wait, and some are on their way");
      assertEquals(0, relay.logged("traces-failed"));
      assertTrue(collector.spans().isEmpty());

      hold.countDown();
      Deadline.await("what waited is sent", () -> collector.spans().size() > 512);
      relay.assertWell();
    }
  }

  @Test
  void whatWaitsIsSentAtTheEnd() throws Exception {
    try (TestIssuer issuer = TestIssuer.start();
        OtlpReceiver collector = OtlpReceiver.start();
        RelayProcess relay = start(issuer, collector.port(), "ratio: 0");
        SseClient ada = SseClient.join(relay, issuer.token("ada", "acme"), "")) {
      publish(relay, 1);
      ada.next("test.happened");
      stop(relay);
      assertEquals(
          List.of("fan-out", "log.commit", "publish", "validate", "verify"),
          collector.spans().stream().map(Span::getName).sorted().toList());
    }
  }

  @Test
  void theEndpointMayComeFromTheEnvironment() throws Exception {
    try (TestIssuer issuer = TestIssuer.start();
        OtlpReceiver collector = OtlpReceiver.start();
        RelayProcess relay =
            RelayProcess.start(
                yaml(issuer), Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", collector.uri() + "/"))) {
      publish(relay, 1);
      collector.await(1, span -> span.getName().equals("publish"));
    }
  }

  @Test
  void withoutAnEndpointNothingOfTheSdkIsLoaded(@TempDir Path folder) throws Exception {
    Path list = folder.resolve("classes.txt");
    try (TestIssuer issuer = TestIssuer.start();
        RelayProcess relay =
            RelayProcess.start(
                yaml(issuer), Map.of(), "-XX:AOTMode=off", "-Xlog:class+load:file=" + list)) {
      publish(relay, 1);
      relay.assertWell();
      String classes = Files.readString(list);
      assertTrue(classes.contains("heliograph.gateway.telemetry.Tracing "), "it is a list");
      assertFalse(classes.contains("io.opentelemetry.sdk."), "the SDK");
      assertFalse(classes.contains("io.opentelemetry.exporter."), "the exporter");
    }
  }
}
