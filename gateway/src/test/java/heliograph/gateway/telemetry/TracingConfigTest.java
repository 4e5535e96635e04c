package heliograph.gateway.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.Settings;
import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where spans go, and with what. */
class TracingConfigTest {
  private static TracingConfig read(Optional<String> variable, Map<String, String> settings) {
    Config config =
        Config.builder(ConfigSources.create(settings))
            .disableEnvironmentVariablesSource()
            .disableSystemPropertiesSource()
            .build();
    return TracingConfig.read(Settings.of(config.get("relay.tracing")), variable);
  }

  private static Optional<URI> endpoint(Optional<String> variable, String... written) {
    return read(
            variable, written.length == 0 ? Map.of() : Map.of("relay.tracing.endpoint", written[0]))
        .endpoint();
  }

  @ParameterizedTest
  @CsvSource({
    "http://127.0.0.1:4318, http://127.0.0.1:4318/v1/traces",
    "http://127.0.0.1:4318/, http://127.0.0.1:4318/v1/traces",
    "https://collector/otlp, https://collector/otlp/v1/traces",
    "https://collector/otlp/v1/traces, https://collector/otlp/v1/traces",
  })
  void spansGoToTheirPathBelowTheEndpoint(String written, String expected) {
    assertEquals(Optional.of(URI.create(expected)), endpoint(Optional.empty(), written));
    assertEquals(Optional.of(URI.create(expected)), endpoint(Optional.of(written)));
  }

  @Test
  void whatIsWrittenGoesBeforeTheEnvironment() {
    assertEquals(
        Optional.of(URI.create("http://written:1/v1/traces")),
        endpoint(Optional.of("http://variable:1"), "http://written:1"));
  }

  @Test
  void withoutEitherOrEmptyThereIsNone() {
    assertEquals(Optional.empty(), endpoint(Optional.empty()));
    assertEquals(Optional.empty(), endpoint(Optional.of("")));
  }

  @Test
  void headersAreNamesWithValues() {
    assertEquals(
        Map.of("Authorization", "Bearer a:b c", "X-Scope", "acme"),
        read(
                Optional.empty(),
                Map.of(
                    "relay.tracing.headers.0", "Authorization: Bearer a:b c",
                    "relay.tracing.headers.1", "X-Scope:acme"))
            .headers());
  }

  @Test
  void headersAreBoundedAndEachIsThereOnce() {
    Map<String, String> many = new HashMap<>();
    for (int i = 0; i <= 20; i++) {
      many.put("relay.tracing.headers." + i, "X-" + i + ": v");
    }
    assertThrows(BadConfiguration.class, () -> read(Optional.empty(), many));
    Map<String, String> twice =
        Map.of("relay.tracing.headers.0", "A: top-secret", "relay.tracing.headers.1", "A: 2");
    BadConfiguration refused =
        assertThrows(BadConfiguration.class, () -> read(Optional.empty(), twice));
    assertFalse(String.valueOf(refused.getMessage()).contains("secret"));
  }
}
