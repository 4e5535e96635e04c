package heliograph.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.gateway.reload.WrittenKeys;
import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.Settings;
import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The operator's page of keys says what the code reads: each key with its type, its default and its
 * bounds. A cell of the page begins with its value in code, or with <em>none</em>,
 * <em>required</em> or <em>depends on</em>; what stands behind is for people.
 */
class ConfigurationPageTest {
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern BYTES = Pattern.compile("([0-9]+)(KiB|MiB|GiB)");

  /** The keys whose default is worked out: of the heap, or of what else is configured. */
  private static final Set<String> DEPENDING =
      Set.of(
          "relay.admin.audit.file",
          "relay.admin.hosts",
          "relay.identity.revocations.file",
          "relay.identity.session.subject-prefix",
          "relay.limits.body-bytes",
          "relay.limits.reading-bytes",
          "relay.limits.reading-bytes-per-tenant",
          "relay.limits.revocations",
          "relay.limits.waiting-bytes",
          "relay.limits.waiting-bytes-per-tenant",
          "relay.publishers.*.delivery.header",
          "relay.publishers.*.mapping.form",
          "relay.publishers.*.mapping.id",
          "relay.publishers.*.mapping.source",
          "relay.publishers.*.mapping.subject",
          "relay.publishers.*.mapping.time",
          "relay.publishers.*.mapping.topic",
          "relay.publishers.*.mapping.type");

  /** Those of which the default is a part of something; GatewayConfigTest has the parts. */
  private static final Set<String> PARTS =
      Set.of(
          "relay.limits.reading-bytes",
          "relay.limits.reading-bytes-per-tenant",
          "relay.limits.waiting-bytes",
          "relay.limits.waiting-bytes-per-tenant");

  @Test
  void thePageHasEveryKeyAndNoOther() throws Exception {
    Set<String> code = asked(full()).keySet();
    Set<String> page = ConfigurationPage.rows().keySet();

    assertEquals(Set.of(), without(code, page), "the page lacks");
    assertEquals(Set.of(), without(page, code), "the code does not know");
  }

  @Test
  void typesDefaultsAndBoundsAreThoseOfTheCode() throws Exception {
    compare(Configurations.withPublisher());
  }

  @Test
  void keysThatHoldFromAStartOnAreMarked() throws Exception {
    ConfigurationPage.rows()
        .forEach((key, row) -> assertEquals(WrittenKeys.needsRestart(key), row.restart(), key));
  }

  @Test
  void aKeyInThePlaceOfAValueIsTheValueOfThatKey() throws Exception {
    Map<String, String> settings = Configurations.withPublisher();
    settings.put("relay.identity.claims.tenant", "/org");
    settings.put("relay.identity.claims.roles.0", "/rights");
    settings.put("relay.identity.claims.topics", "/streams");
    settings.put("relay.limits.event-bytes", "128KiB");
    settings.put("relay.limits.batch-events", "400");
    settings.put("relay.limits.publish-per-second", "4000");
    settings.put("relay.limits.new-tenants-per-minute", "50");
    settings.put("relay.limits.revocations", "5000");
    settings.put("relay.stream.queue", "100");
    settings.put("relay.stream.slow", "latest");
    settings.put("relay.stream.retry", "PT4S");
    settings.put("relay.stream.reauth", "PT30S");
    settings.put("relay.stream.write-timeout", "PT20S");
    settings.put("relay.stream.compression", "none");
    settings.put("relay.stream.max-window", "PT1S");

    compare(settings);
  }

  @Test
  void withoutARequiredKeyTheStartIsRefusedAndWithoutAnyOtherItIsNot() throws Exception {
    Set<String> written = full().keySet();
    ConfigurationPage.rows().forEach((key, row) -> checkWithout(key, row, written));
  }

  private static void checkWithout(String key, ConfigurationPage.Row row, Set<String> written) {
    Map<String, String> settings = full();
    settings.keySet().removeIf(it -> pattern(it).equals(key));
    if (!row.fallback().contains("required")) {
      Configurations.read(settings);
      return;
    }
    assertTrue(settings.size() < written.size(), () -> key + " is required and not written here");
    BadConfiguration refused =
        assertThrows(BadConfiguration.class, () -> Configurations.read(settings), key);
    if (row.fallback().startsWith("required")) {
      String blamed = String.valueOf(refused.getMessage()).split(":", 2)[0];
      assertEquals(key, pattern(blamed), refused.getMessage());
    }
  }

  /** A configuration that has every key that can be required, with what requires it. */
  private static Map<String, String> full() {
    Map<String, String> settings = Configurations.withPublisher();
    settings.put("relay.publishers.0.scheme", "hmac");
    settings.put("relay.publishers.0.signature.header", "X-Signature");
    settings.put("relay.publishers.0.challenge.from", "query:challenge");
    settings.put("relay.publishers.0.challenge.when", "query:mode=subscribe");
    settings.put("relay.publishers.0.challenge.token.from", "query:token");
    settings.put("relay.publishers.0.challenge.token.secrets", "0123456789abcdef");
    settings.put("relay.publishers.0.mapping.topic", "jobs");
    settings.put("relay.publishers.0.mapping.type", "job.done");
    settings.put("relay.identity.issuers.0.issuer", "none");
    settings.put("relay.identity.issuers.0.audience", "none");
    settings.put("relay.identity.issuers.0.name", "app");
    settings.put("relay.identity.issuers.0.secrets", "0123456789abcdef0123456789abcdef");
    settings.put("relay.identity.issuers.0.algorithms", "HS256");
    settings.put("relay.identity.issuers.0.tenants", "main");
    settings.put("relay.identity.session.url", "http://app/session");
    settings.put("relay.identity.session.ttl", "PT1M");
    settings.put("relay.streams.0.authorize.0.ttl", "PT5S");
    settings.put("relay.admin.login.oidc.issuer", "https://id.example.com");
    settings.put("relay.admin.login.oidc.url", "https://console.example.com");
    settings.put("relay.admin.login.oidc.client-id", "console");
    settings.put("relay.admin.login.oidc.client-secret-file", Configurations.TOKEN_FILE);
    settings.put("relay.admin.login.oidc.roles.viewer", "staff");
    settings.put("relay.admin.login.oidc.roles.operator", "sre");
    return settings;
  }

  private static void compare(Map<String, String> settings) throws IOException {
    Map<String, Settings.Asked> code = asked(settings);
    ConfigurationPage.rows()
        .forEach(
            (key, row) -> {
              Settings.Asked asked = code.get(key);
              assertNotNull(asked, () -> key + " is unknown to the code");
              assertEquals(asked.type(), row.type(), () -> key + ": type");
              assertEquals(
                  asked.least(), value(row.least(), asked, code, settings), () -> key + ": least");
              assertEquals(
                  asked.most(), value(row.most(), asked, code, settings), () -> key + ": most");
              compareDefault(key, row, asked, code, settings);
            });
  }

  private static void compareDefault(
      String key,
      ConfigurationPage.Row row,
      Settings.Asked asked,
      Map<String, Settings.Asked> code,
      Map<String, String> settings) {
    assertEquals(
        DEPENDING.contains(key), row.fallback().startsWith("depends on "), () -> key + ": depends");
    if (PARTS.contains(key) || (DEPENDING.contains(key) && asked.fallback().isEmpty())) {
      return;
    }
    assertEquals(
        asked.fallback(), value(row.fallback(), asked, code, settings), () -> key + ": default");
  }

  /** What a cell says, as the code has it; empty for nothing. */
  private static String value(
      String cell,
      Settings.Asked asked,
      Map<String, Settings.Asked> code,
      Map<String, String> settings) {
    if (cell.isEmpty() || cell.startsWith("none") || cell.startsWith("required")) {
      return "";
    }
    Matcher first = CODE.matcher(cell);
    assertTrue(first.find(), () -> "no value in: " + cell);
    assertTrue(
        first.start() == 0 || cell.startsWith("depends on "), () -> "a value is late: " + cell);
    // A word in quotes is one for YAML; in JSON they are a part of it.
    String text =
        first.group(1).startsWith("{") ? first.group(1) : first.group(1).replace("\"", "");
    Settings.Asked other = code.get(text);
    if (other != null) {
      String written = settings.get(text);
      if (written == null && settings.containsKey(text + ".0")) {
        written = "[" + settings.get(text + ".0") + "]";
      }
      return written == null ? other.fallback() : plain(written, asked.type());
    }
    return plain(text, asked.type());
  }

  private static String plain(String text, String type) {
    return switch (type) {
      case "duration" -> Duration.parse(text).toString();
      case "bytes" -> bytes(text);
      default -> text;
    };
  }

  private static String bytes(String text) {
    Matcher parts = BYTES.matcher(text);
    if (!parts.matches()) {
      return text;
    }
    int shift = List.of("KiB", "MiB", "GiB").indexOf(parts.group(2)) * 10 + 10;
    return String.valueOf(Long.parseLong(parts.group(1)) << shift);
  }

  private static Set<String> without(Set<String> all, Set<String> others) {
    Set<String> rest = new TreeSet<>(all);
    rest.removeAll(others);
    return rest;
  }

  private static Map<String, Settings.Asked> asked(Map<String, String> settings) {
    Settings relay =
        Settings.of(
            Config.builder(ConfigSources.create(settings))
                .disableEnvironmentVariablesSource()
                .disableSystemPropertiesSource()
                .build()
                .get("relay"));
    GatewayConfig.read(relay);
    return relay.asked();
  }

  private static String pattern(String key) {
    return key.replaceAll("\\.[0-9]+$", "").replaceAll("\\.[0-9]+(?=\\.)", ".*");
  }
}
