package heliograph.gateway.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.gateway.settings.InForce.Item;
import heliograph.gateway.settings.InForce.Origin;
import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An operator is told the configuration that is in force, and no secret of it. */
class InForceTest {
  private static final String SECRET = "a-secret-0123456789";

  private static Config config(Map<String, String> values) {
    return Config.builder(ConfigSources.create(values))
        .disableEnvironmentVariablesSource()
        .disableSystemPropertiesSource()
        .build();
  }

  private static Map<String, Item> inForce(Map<String, String> file, Map<String, String> more) {
    Map<String, String> merged = new HashMap<>(file);
    merged.putAll(more);
    Config all = config(merged);
    Settings relay = Settings.of(all.get("relay"));
    relay.section("stream").number("queue", 256, 1, 1000);
    relay.section("stream").text("slow", "catch-up");
    for (Settings publisher : relay.list("publishers")) {
      publisher.text("name");
      publisher.text("scheme", "token");
      publisher.texts("secrets", List.of());
    }
    return InForce.of(all, config(file), relay.asked()).items().stream()
        .collect(Collectors.toMap(Item::key, it -> it));
  }

  @Test
  void whatARunningRelayKeepsIsToldAsItWasStarted() {
    InForce started =
        new InForce(
            List.of(
                new Item("relay.cors.origins.0", "a", Origin.FILE),
                new Item("relay.log.directory", "data", Origin.DEFAULT),
                new Item("server.port", "1", Origin.FILE)));
    InForce read =
        new InForce(
            List.of(
                new Item("relay.demo", "true", Origin.FILE),
                new Item("relay.log.directory", "other", Origin.FILE),
                new Item("relay.log.dedup", "PT1H", Origin.FILE),
                new Item("server.host", "b", Origin.FILE)));

    InForce now = read.keeping(started, it -> it.matches("(relay\\.log|server)\\..*"));

    assertEquals(
        List.of(
            new Item("relay.demo", "true", Origin.FILE),
            new Item("relay.log.directory", "data", Origin.DEFAULT),
            new Item("server.port", "1", Origin.FILE)),
        now.items());
    assertNotEquals(started.hash(), now.hash());
  }

  @Test
  void eachKeyHasItsValueAndSaysWhereItIsFrom() {
    Map<String, Item> items =
        inForce(
            Map.of(
                "relay.stream.queue", "8",
                "relay.publishers.0.name", "jobs",
                "relay.publishers.1.name", "orders",
                "relay.publishers.1.scheme", "stripe",
                "server.port", "8080"),
            Map.of("relay.publishers.0.name", "other"));
    assertEquals(new Item("relay.stream.queue", "8", Origin.FILE), items.get("relay.stream.queue"));
    assertEquals(
        new Item("relay.stream.slow", "catch-up", Origin.DEFAULT), items.get("relay.stream.slow"));
    assertEquals(new Item("server.port", "8080", Origin.FILE), items.get("server.port"));
    assertEquals(
        new Item("relay.publishers.0.name", "other", Origin.ENVIRONMENT),
        items.get("relay.publishers.0.name"));
    assertEquals(
        new Item("relay.publishers.0.scheme", "token", Origin.DEFAULT),
        items.get("relay.publishers.0.scheme"));
    assertEquals(
        new Item("relay.publishers.1.scheme", "stripe", Origin.FILE),
        items.get("relay.publishers.1.scheme"));
    assertFalse(items.containsKey("relay.publishers.2.scheme"));
  }

  @Test
  void aSecretIsToldApartAndNotTold() {
    Map<String, String> file =
        Map.of("relay.publishers.0.name", "jobs", "relay.publishers.0.secrets.0", SECRET);
    Map<String, Item> items = inForce(file, Map.of());
    String told = items.get("relay.publishers.0.secrets.0").value();
    assertTrue(told.matches("set, sha256 [0-9a-f]{8}"), told);
    assertFalse(items.toString().contains(SECRET));
    assertFalse(items.containsKey("relay.publishers.0.secrets"), "the list is written");
    Map<String, Item> changed = inForce(file, Map.of("relay.publishers.0.secrets.0", SECRET + "1"));
    assertNotEquals(told, changed.get("relay.publishers.0.secrets.0").value());
  }

  @ParameterizedTest
  @CsvSource({
    "relay.publishers.0.secrets.1, true",
    "relay.publishers.0.secrets, true",
    "relay.publishers.0.challenge.token.secrets, true",
    "relay.masking.secret, true",
    "relay.authorize.0.token, true",
    "relay.admin.login.oidc.client-secret, true",
    "server.tls.private-key.keystore.passphrase, true",
    "relay.publishers.0.secret-files, false",
    "relay.publishers.0.secret-encoding, false",
    "relay.stream.queue, false",
  })
  void whatIsSecretIsKnownByItsName(String key, boolean secret) {
    assertEquals(secret, InForce.isSecret(key));
  }

  @ParameterizedTest
  @CsvSource({
    "http://api/orders, http://api/orders",
    "http://user:pass@api/orders, http://***@api/orders",
    "https://api/a?key=abc&b=c, https://api/a?***",
    "what is this?, what is this?",
  })
  void anAddressIsToldWithoutWhatIsForItsServerAlone(String value, String told) {
    Map<String, Item> items = inForce(Map.of("relay.stream.slow", value), Map.of());
    assertEquals(told, items.get("relay.stream.slow").value());
  }
}
