package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is told of limits after a reload is what holds, and not what is written for a start. */
class ReloadedLimitsTest {
  private static final int MEBIBYTE = 1 << 20;
  private static final String AT_FIRST =
      """
      limits:
        streams: 50
        streams-per-tenant: 40
        streams-per-user: 5
        waiting-bytes: 4MiB
        waiting-bytes-per-tenant: 2MiB
        reading-bytes: 3MiB
        reading-bytes-per-tenant: 2MiB
      stream: { queue: 20 }
      """;
  private static final String LATER =
      """
      limits:
        streams: 60
        streams-per-tenant: 30
        streams-per-user: 6
        waiting-bytes: 8MiB
        waiting-bytes-per-tenant: 4MiB
        reading-bytes: 6MiB
        reading-bytes-per-tenant: 3MiB
      stream: { queue: 30 }
      """;

  private TestIssuer issuer;
  private RelayProcess relay;

  @BeforeEach
  void start() throws Exception {
    issuer = TestIssuer.start();
    relay = RelayProcess.start(with(AT_FIRST));
  }

  @AfterEach
  void stop() throws Exception {
    try {
      relay.stopWell();
    } finally {
      issuer.close();
    }
  }

  private String with(String more) {
    return "identity: { issuers: [%s] }\n".formatted(issuer.yaml()) + more;
  }

  private Map<String, Object> status() throws Exception {
    @SuppressWarnings("unchecked")
    Map<String, Object> limits =
        (Map<String, Object>) relay.admin().get("/admin/v1/status").json().get("limits");
    return limits;
  }

  private static Map<String, Object> limits(
      long streams, long perTenant, long perUser, long queue, long waiting, long reading) {
    Map<String, Object> limits = new LinkedHashMap<>();
    limits.put("streams", streams);
    limits.put("streamsPerTenant", perTenant);
    limits.put("streamsPerUser", perUser);
    limits.put("queue", queue);
    limits.put("waitingBytes", waiting);
    limits.put("readingBytes", reading);
    return limits;
  }

  private void assertMeasured(double streams, double waiting, double reading) throws Exception {
    assertEquals(streams, relay.metric("heliograph_limit", "of", "streams"));
    assertEquals(waiting, relay.metric("heliograph_limit", "of", "waiting-bytes"));
    assertEquals(reading, relay.metric("heliograph_limit", "of", "reading-bytes"));
  }

  private String configured(String key) throws Exception {
    List<?> items = (List<?>) relay.admin().get("/admin/v1/config?key=" + key).json().get("items");
    return String.valueOf(((Map<?, ?>) items.getFirst()).get("value"));
  }

  @Test
  void whatHoldsFromTheNextStartOnIsToldAsItWas() throws Exception {
    assertEquals(limits(50, 40, 5, 20, 4 * MEBIBYTE, 3 * MEBIBYTE), status());
    assertMeasured(50, 4 * MEBIBYTE, 3 * MEBIBYTE);

    relay.configure(with(LATER));
    Map<String, Object> told = relay.reload();

    assertEquals(
        List.of(
            "relay.limits.reading-bytes",
            "relay.limits.reading-bytes-per-tenant",
            "relay.limits.waiting-bytes",
            "relay.limits.waiting-bytes-per-tenant"),
        told.get("restart"));
    assertEquals(limits(60, 30, 6, 30, 4 * MEBIBYTE, 3 * MEBIBYTE), status());
    assertMeasured(60, 4 * MEBIBYTE, 3 * MEBIBYTE);
    assertEquals("4MiB", configured("relay.limits.waiting-bytes"));
    assertEquals("60", configured("relay.limits.streams"));
    assertEquals(4.0, relay.metric("heliograph_restart_needed"));
  }

  /** As at a start, there can be no more streams than there are connections. */
  @Test
  void streamsForWhichThereAreNoConnectionsAreNotTold() throws Exception {
    relay.configure(with("limits: { streams: 100000, streams-per-tenant: 100000 }"));
    relay.reload();

    long streams = (long) status().get("streams");
    assertTrue(streams > 50 && streams < 100_000, () -> "told " + streams);
    assertEquals(streams, status().get("streamsPerTenant"));
    assertEquals((double) streams, relay.metric("heliograph_limit", "of", "streams"));
  }
}
