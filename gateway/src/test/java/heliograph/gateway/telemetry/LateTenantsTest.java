package heliograph.gateway.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import heliograph.contract.Tenant;
import heliograph.relay.Lateness.Reason;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is late is told by name, in lines and counters of which there are only so many. */
class LateTenantsTest {
  private static final Logger LOGGER = Logger.getLogger("heliograph");

  private final Map<String, Integer> counts = new TreeMap<>();
  private final List<String> lines = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          lines.add(MessageFormat.format(record.getMessage(), record.getParameters()));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };
  private long now = Long.MAX_VALUE - 1;
  private final LateTenants tenants =
      new LateTenants(
          (tenant, reason, streams) -> counts.merge(tenant + " " + reason, streams, Integer::sum),
          () -> now);

  @BeforeEach
  void listen() {
    LOGGER.addHandler(handler);
  }

  @AfterEach
  void stopListening() {
    LOGGER.removeHandler(handler);
  }

  @Test
  void whoIsLateIsCountedByNameAndReason() {
    tenants.late(new Tenant("acme"), Reason.FILTERS, 3);
    tenants.late(new Tenant("acme"), Reason.FILTERS, 4);
    tenants.late(new Tenant("acme"), Reason.MEMORY, 1);
    tenants.late(new Tenant("shop"), Reason.MEMORY, 2);

    assertEquals(Map.of("acme filters", 7, "acme memory", 1, "shop memory", 2), counts);
  }

  @Test
  void aMinuteHasOneLineForATenantAndReason() {
    tenants.late(new Tenant("acme"), Reason.FILTERS, 3);
    tenants.late(new Tenant("acme"), Reason.FILTERS, 4);
    tenants.late(new Tenant("acme"), Reason.MEMORY, 1);
    now += LateTenants.SILENCE.toNanos() - 1;
    tenants.late(new Tenant("acme"), Reason.FILTERS, 5);
    now += 1;
    tenants.late(new Tenant("acme"), Reason.FILTERS, 6);

    assertEquals(
        List.of(
            "tenant-late tenant=acme reason=filters streams=3",
            "tenant-late tenant=acme reason=memory streams=1",
            "tenant-late tenant=acme reason=filters streams=15"),
        lines);
  }

  @Test
  void soManyAreToldByName() {
    for (int i = 0; i < LateTenants.MAX_NAMES + 50; i++) {
      tenants.late(new Tenant("tenant-" + i), Reason.FILTERS, 1);
      tenants.late(new Tenant("tenant-" + i), Reason.MEMORY, 1);
    }

    assertEquals(2 * LateTenants.MAX_NAMES + 2, counts.size());
    assertEquals(50, counts.get("(other) filters"));
    assertEquals(50, counts.get("(other) memory"));
    assertEquals(1, counts.get("tenant-99 memory"));
    assertEquals(2 * LateTenants.MAX_NAMES + 2, lines.size());
  }
}
