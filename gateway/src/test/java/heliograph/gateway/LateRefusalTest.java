package heliograph.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.ConfigurationFile;
import heliograph.log.disk.DiskLog;
import heliograph.relay.Retention;
import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is refused when the log is open already leaves no thread behind, and no store that another
 * start would find open.
 */
class LateRefusalTest {
  private static final Duration DAY = Duration.ofDays(1);

  @TempDir private Path log;

  @Test
  void byTheParts() throws IOException {
    Files.writeString(log.resolve("revocations.jsonl"), "{\"subject\":\n");

    assertLeavesNothing(Map.of(), "line 1");
  }

  @Test
  void byTheWebhooksThatNeedTls() {
    assertLeavesNothing(
        Map.of(
            "relay.publishers.0.name", "bank",
            "relay.publishers.0.scheme", "mtls",
            "relay.publishers.0.subjects.0", "CN=bank",
            "relay.publishers.0.tenants.0", "main"),
        "server.tls: ");
  }

  @Test
  void byTheListeners() {
    assertLeavesNothing(Map.of("server.sockets.0.name", "other"), "server.sockets.0");
  }

  private void assertLeavesNothing(Map<String, String> settings, String refusal) {
    Map<String, String> all = new TreeMap<>(Configurations.LEAST);
    all.put("relay.log.directory", log.toString());
    all.putAll(settings);
    Config config =
        Config.builder(ConfigSources.create(all))
            .disableEnvironmentVariablesSource()
            .disableSystemPropertiesSource()
            .build();
    Set<Thread> before = threads();

    BadConfiguration refused =
        assertThrows(
            BadConfiguration.class,
            () ->
                Gateway.start(
                    new ConfigurationFile.Loaded(config, config),
                    new ConfigurationFile(log.resolve("none")),
                    CompletableFuture.completedFuture(null)));

    assertTrue(refused.getMessage().contains(refusal), refused::getMessage);
    Set<Thread> left = threads();
    left.removeAll(before);
    assertEquals(Set.of(), left);
    Retention retention = new Retention(DAY, 1, 1, DAY);
    try (DiskLog reopened = DiskLog.open(log, true, retention, InstantSource.system())) {
      assertEquals(0, reopened.tenants());
    }
  }

  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("heliograph"))
        .collect(Collectors.toSet());
  }
}
