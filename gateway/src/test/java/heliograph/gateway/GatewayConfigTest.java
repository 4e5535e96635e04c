package heliograph.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Tenant;
import heliograph.relay.Limits;
import heliograph.relay.OverUserLimit;
import heliograph.relay.Retention;
import heliograph.relay.SlowPolicy;
import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import io.helidon.config.spi.ConfigNode.ListNode;
import io.helidon.config.spi.ConfigNode.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every key and every default, and that nothing else passes. */
class GatewayConfigTest {
  private static final Map<String, String> LEAST =
      Map.of(
          "relay.identity.issuers.0.issuer", "https://id.example.com/realms/acme",
          "relay.identity.issuers.0.audience", "heliograph");

  private static final IdentitySettings.ClaimPlaces USUAL =
      new IdentitySettings.ClaimPlaces(
          new JsonPlace("/tenant"),
          List.of(
              new JsonPlace("/roles"),
              new JsonPlace("/groups"),
              new JsonPlace("/realm_access/roles")),
          new JsonPlace("/topics"));

  @Test
  void theseAreAllTheKeys() {
    Settings relay = Settings.of(config(withPublisher()).get("relay"));
    GatewayConfig.read(relay);

    assertEquals(
        new TreeSet<>(
            List.of(
                "relay.authorize.*.forward",
                "relay.authorize.*.timeout",
                "relay.authorize.*.token",
                "relay.authorize.*.topics",
                "relay.authorize.*.ttl",
                "relay.authorize.*.url",
                "relay.cors.origins",
                "relay.demo",
                "relay.identity.claims.roles",
                "relay.identity.claims.tenant",
                "relay.identity.claims.topics",
                "relay.identity.cookie",
                "relay.identity.default-tenant",
                "relay.identity.issuers.*.audience",
                "relay.identity.issuers.*.claims.roles",
                "relay.identity.issuers.*.claims.tenant",
                "relay.identity.issuers.*.claims.topics",
                "relay.identity.issuers.*.issuer",
                "relay.identity.issuers.*.jwks-uri",
                "relay.identity.issuers.*.logout-audience",
                "relay.identity.issuers.*.tenants",
                "relay.identity.keys.outage",
                "relay.identity.keys.refresh",
                "relay.identity.query-parameter",
                "relay.identity.revocations.file",
                "relay.identity.revocations.keep",
                "relay.identity.session.forward",
                "relay.identity.session.ttl",
                "relay.identity.session.url",
                "relay.identity.tickets.secret",
                "relay.limits.batch-events",
                "relay.limits.body-bytes",
                "relay.limits.event-bytes",
                "relay.limits.publish-per-second",
                "relay.limits.publish-per-second-per-tenant",
                "relay.limits.replay-events",
                "relay.limits.request-timeout",
                "relay.limits.snapshot-keys",
                "relay.limits.streams",
                "relay.limits.streams-per-tenant",
                "relay.limits.streams-per-user",
                "relay.log.dedup",
                "relay.log.directory",
                "relay.log.durability",
                "relay.log.retention.age",
                "relay.log.retention.bytes",
                "relay.log.retention.events",
                "relay.publishers.*.batch-events",
                "relay.masking.secret",
                "relay.publishers.*.client-id",
                "relay.publishers.*.event-bytes",
                "relay.publishers.*.fingerprints",
                "relay.publishers.*.mapping.data",
                "relay.publishers.*.mapping.id",
                "relay.publishers.*.mapping.partitionkey",
                "relay.publishers.*.mapping.roles",
                "relay.publishers.*.mapping.source",
                "relay.publishers.*.mapping.subject",
                "relay.publishers.*.mapping.tenant",
                "relay.publishers.*.mapping.time",
                "relay.publishers.*.mapping.topic",
                "relay.publishers.*.mapping.type",
                "relay.publishers.*.mapping.users",
                "relay.publishers.*.name",
                "relay.publishers.*.per-second",
                "relay.publishers.*.scheme",
                "relay.publishers.*.secret-files",
                "relay.publishers.*.secrets",
                "relay.publishers.*.subjects",
                "relay.publishers.*.tenants",
                "relay.publishers.*.topics",
                "relay.publishers.*.types",
                "relay.shutdown.drain",
                "relay.shutdown.reconnect-window",
                "relay.stream.compression",
                "relay.stream.heartbeat",
                "relay.stream.max-window",
                "relay.stream.over-user-limit",
                "relay.stream.queue",
                "relay.stream.reauth",
                "relay.stream.retry",
                "relay.stream.slow",
                "relay.stream.write-timeout",
                "relay.types.*.ephemeral",
                "relay.types.*.masks.*.fields",
                "relay.types.*.masks.*.roles",
                "relay.types.*.masks.*.with",
                "relay.types.*.roles",
                "relay.types.*.schema",
                "relay.types.*.type")),
        new TreeSet<>(relay.knownKeys()));
  }

  @Test
  void theseAreTheDefaults() {
    GatewayConfig config = read(LEAST);

    assertEquals(
        new GatewayConfig(
            new IdentitySettings(
                List.of(
                    new IdentitySettings.IssuerSettings(
                        "https://id.example.com/realms/acme",
                        List.of("heliograph"),
                        Optional.empty(),
                        USUAL,
                        Set.of(),
                        Optional.empty())),
                USUAL,
                Optional.empty(),
                "access_token",
                "access_token",
                new IdentitySettings.KeySettings(Duration.ofMinutes(5), Duration.ofDays(1))),
            new SubscribersConfig(List.of(), Optional.empty(), List.of(), List.of()),
            new GatewayConfig.RevocationsConfig(
                Optional.of(Path.of("data", "revocations.jsonl")), Duration.ofDays(30)),
            List.of(),
            config.types(),
            new GatewayConfig.LogConfig(
                Path.of("data"),
                GatewayConfig.Durability.FSYNC,
                new Retention(Duration.ofHours(24), 1_000_000, 1L << 30, Duration.ofHours(24))),
            new GatewayConfig.StreamConfig(
                Duration.ofSeconds(15),
                Duration.ofSeconds(3),
                Duration.ofSeconds(15),
                Duration.ofSeconds(10),
                Duration.ofSeconds(60),
                GatewayConfig.Compression.GZIP),
            new Limits(
                256, 20_000, 5000, 20, 100_000, 1000, SlowPolicy.CATCH_UP, OverUserLimit.REFUSE),
            new GatewayConfig.IntakeConfig(
                256 * 1024, 8 * 1024 * 1024, 500, 5000, 20_000, Duration.ofSeconds(20)),
            new GatewayConfig.ShutdownConfig(Duration.ofSeconds(10), Duration.ofSeconds(30)),
            false),
        config);
    assertEquals(List.of(), config.types().all());
  }

  @Test
  void aMaskRemovesWhatItHidesUnlessItSaysOtherwise() {
    TypeRule rule = read(withPublisher()).types().all().getFirst();

    assertEquals(
        List.of(new Mask(List.of("/customer/email"), Set.of("billing"), Mask.With.REMOVE)),
        rule.masks());
    assertEquals(Set.of(), rule.roles());
    assertFalse(rule.ephemeral());
  }

  @Test
  void aPublisherMayUseEveryTopicAndTypeUnlessBounded() {
    Publisher publisher = read(withPublisher()).publishers().getFirst();

    assertEquals("jobs", publisher.name());
    assertEquals(Optional.of(new Tenant("main")), publisher.soleTenant());
    assertEquals(">", publisher.topics().getFirst().value());
    assertEquals("*", publisher.types().getFirst().value());
    assertEquals(new Publisher.Bounds(256 * 1024, 500, 5000), publisher.bounds());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "relay.stream.queue                     | 0",
        "relay.stream.queue                     | many",
        "relay.stream.queue                     | 1.5",
        "relay.stream.queue.deep                | 1",
        "relay.stream.heartbeat                 | 15",
        "relay.stream.heartbeat                 | PT0S",
        "relay.stream.write-timeout             | -PT1S",
        "relay.limits.event-bytes               | 256KB",
        "relay.limits.event-bytes               | 1KiB",
        "relay.limits.event-bytes               | 99999999999GiB",
        "relay.limits.body-bytes                | 64KiB",
        "relay.limits.request-timeout           | soon",
        "relay.log.retention.bytes              | -1",
        "relay.log.retention.age                | P1Y",
        "relay.log.dedup                        | PT1S",
        "relay.log.durability                   | sync",
        "relay.stream.slow                      | catch_up",
        "relay.stream.compression               | br",
        "relay.stream.over-user-limit           | newest",
        "relay.limits.replay-events             | 0",
        "relay.shutdown.drain                   | PT2H",
        "relay.demo                             | yes",
        "relay.identity.default-tenant          | a b",
        "relay.identity.claims.tenant           | tenant",
        "relay.identity.claims.roles            | /a~b",
        "relay.identity.claims.topics           | topics",
        "relay.identity.claims.topics           | ''",
        "relay.identity.keys.refresh            | PT0S",
        "relay.identity.keys.outage             | forever",
        "relay.identity.issuers.0.claims.tenant | org.name",
        "relay.identity.issuers.0.tenants       | a b",
        "relay.identity.issuers.0.issuer        | ftp://id",
        "relay.identity.issuers.0.audience      | ''",
        "relay.identity.issuers.0.jwks-uri      | not a url",
        "relay.identity.tickets.secret          | tooshort",
        "relay.identity.session.url             | app/session",
        "relay.identity.session.ttl             | 30",
        "relay.identity.session.forward         | Host",
        "relay.identity.session.forward         | transfer-encoding",
        "relay.identity.session.forward         | 'a b'",
        "relay.authorize.0.topics               | a..b",
        "relay.authorize.0.url                  | api/{1}",
        "relay.authorize.0.url                  | http://{1}/x",
        "relay.authorize.0.url                  | http://api{1}/x",
        "relay.authorize.0.url                  | http://api:{1}/x",
        "relay.authorize.0.url                  | http://me@api/{1}",
        "relay.authorize.0.url                  | http://api/{0}",
        "relay.authorize.0.url                  | http://api/{tenant}",
        "relay.authorize.0.url                  | http://api/{1",
        "relay.authorize.0.url                  | http://api/x#{1}",
        "relay.authorize.0.forward              | Connection",
        "relay.authorize.0.token                | a b",
        "relay.authorize.0.ttl                  | PT0S",
        "relay.authorize.0.timeout              | PT1H",
        "relay.cors.origins                     | *",
        "relay.cors.origins                     | null",
        "relay.cors.origins                     | app.example.com",
        "relay.cors.origins                     | https://app.example.com/",
        "relay.cors.origins                     | https://*.example.com",
        "relay.cors.origins                     | https://App.example.com",
        "relay.cors.origins                     | https://app.example.com:443",
        "relay.cors.origins                     | http://app.example.com:80",
        "relay.cors.origins                     | https://me@app.example.com",
        "relay.cors.origins                     | https://app.example.com?x",
        "relay.cors.origins                     | https://app_example.com",
        "relay.cors.origins                     | https://bücher.example",
        "relay.cors.origins                     | file:///x",
        "relay.cors.origins.0                   | https://app.example.com:0x1",
        "relay.publishers.0.name                | a/b",
        "relay.publishers.0.tenants.0           | a b",
        "relay.publishers.0.topics              | a..b",
        "relay.publishers.0.types               | a*b",
        "relay.publishers.0.scheme              | basic",
        "relay.publishers.0.mapping.topic       | a..{/b}",
        "relay.publishers.0.mapping.topic       | a/{/b}",
        "relay.publishers.0.mapping.tenant      | a b",
        "relay.publishers.0.mapping.type        | a.{b}",
        "relay.publishers.0.mapping.type        | a.{/b",
        "relay.publishers.0.mapping.type        | a.}",
        "relay.publishers.0.mapping.type        | a.{}",
        "relay.publishers.0.mapping.id          | {/a~2}",
        "relay.publishers.0.mapping.id          | {header:a b}",
        "relay.publishers.0.mapping.id          | {header:Authorization}",
        "relay.publishers.0.mapping.id          | {header:X-GitLab-Token}",
        "relay.publishers.0.mapping.id          | {path:publisher}",
        "relay.publishers.0.mapping.data        | data",
        "relay.publishers.0.event-bytes         | 257KiB",
        "relay.publishers.0.event-bytes         | 100",
        "relay.publishers.0.subjects            | orders",
        "relay.publishers.0.subjects            | CN=orders",
        "relay.publishers.0.fingerprints        | ab:cd",
        "relay.publishers.0.batch-events        | 501",
        "relay.publishers.0.per-second          | 5001",
        "relay.publishers.0.secret-files        | /nowhere/secret",
        "relay.masking.secret                   | tooshort",
        "relay.types.0.type                     | a*b",
        "relay.types.0.roles                    | ' '",
        "relay.types.0.ephemeral                | often",
        "relay.types.0.masks.0.fields           | customer.email",
        "relay.types.0.schema                   | missing.json",
        "relay.types.0.schema                   | {\"type\":\"strin\"}",
        "relay.types.0.schema                   | {\"pattern\":\"(a)\\\\1\"}",
        "relay.types.0.schema                   | {\"$ref\":\"https://example.com/a\"}",
        "relay.types.0.schema                   | {\"$ref\":\"#/missing\"}",
        "relay.types.0.schema                   | {",
        "relay.types.0.masks.0.fields           | /a~2b",
        "relay.types.0.masks.0.with             | stars",
      })
  void aBadValueIsRefusedByTheNameOfItsKey(String key, String value) {
    Map<String, String> settings = new TreeMap<>(withPublisher());
    if (key.contains(".mapping.")) {
      settings.put("relay.publishers.0.mapping.type", "a");
      settings.put("relay.publishers.0.mapping.topic", "a");
    }
    settings.put(key, value);

    BadConfiguration refusal = assertThrows(BadConfiguration.class, () -> read(settings));

    String named = key.replaceAll("\\.(deep|0)$", "");
    assertTrue(refusal.getMessage().startsWith(named + ": "), refusal.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "relay.strem.queue",
    "relay.stream.slowly",
    "relay.log.durable",
    "relay.publishers.0.secret",
    "relay.identity.issuers.0.audiences"
  })
  void anUnknownKeyIsRefusedByItsName(String key) {
    Map<String, String> settings = new TreeMap<>(withPublisher());
    settings.put(key, "x");

    BadConfiguration refusal = assertThrows(BadConfiguration.class, () -> read(settings));

    assertTrue(refusal.getMessage().startsWith(key + ": "), refusal.getMessage());
  }

  @Test
  void anIssuerMayHaveItsOwnPlacesAudiencesAndTenants() {
    Map<String, String> settings = new TreeMap<>(LEAST);
    settings.remove("relay.identity.issuers.0.audience");
    settings.put("relay.identity.issuers.0.audience.0", "one");
    settings.put("relay.identity.issuers.0.audience.1", "two");
    settings.put("relay.identity.issuers.0.tenants.0", "acme");
    settings.put("relay.identity.issuers.0.claims.tenant", "/org/id");
    settings.put("relay.identity.claims.topics", "/rights");

    IdentitySettings.IssuerSettings issuer = read(settings).identity().issuers().getFirst();

    assertEquals(List.of("one", "two"), issuer.audiences());
    assertEquals(Set.of(new Tenant("acme")), issuer.tenants());
    assertEquals(
        new IdentitySettings.ClaimPlaces(
            new JsonPlace("/org/id"), USUAL.roles(), new JsonPlace("/rights")),
        issuer.claims());
  }

  /** Whoever binds an issuer to no tenant has not set it free. */
  @Test
  void anEmptyListOfTenantsIsRefused() {
    Config config =
        Config.builder(
                ConfigSources.create(
                    ObjectNode.builder()
                        .addObject(
                            "relay",
                            ObjectNode.builder()
                                .addObject("identity", issuerWithoutTenants())
                                .build())
                        .build()))
            .disableEnvironmentVariablesSource()
            .disableSystemPropertiesSource()
            .build();

    BadConfiguration refusal =
        assertThrows(BadConfiguration.class, () -> GatewayConfig.read(config, config));

    assertTrue(refusal.getMessage().startsWith("relay.identity.issuers.0.tenants: "));
  }

  private static ObjectNode issuerWithoutTenants() {
    return ObjectNode.builder()
        .addList(
            "issuers",
            ListNode.builder()
                .addObject(
                    ObjectNode.builder()
                        .addValue("issuer", "https://id.example.com")
                        .addValue("audience", "heliograph")
                        .addList("tenants", ListNode.builder().build())
                        .build())
                .build())
        .build();
  }

  @Test
  void aSecretThatIsRefusedIsNotRepeated() {
    Map<String, String> settings = new TreeMap<>(withPublisher());
    settings.put("relay.publishers.0.secrets.0", "tooshort");

    BadConfiguration refusal = assertThrows(BadConfiguration.class, () -> read(settings));

    assertTrue(refusal.getMessage().startsWith("relay.publishers.0.secrets: "));
    assertFalse(refusal.getMessage().contains("tooshort"));
  }

  @Test
  void aTicketSecretIsNotPrinted() {
    Map<String, String> settings = new TreeMap<>(withPublisher());
    settings.put("relay.identity.tickets.secret", "0123456789abcdef0123456789abcdef");

    assertFalse(read(settings).toString().contains("0123456789abcdef0123"));
  }

  @Test
  void aMappingSaysWhatEventsAreAboutAndNeedsAScheme() {
    Map<String, String> settings = new TreeMap<>(withPublisher());
    settings.put("relay.publishers.0.mapping.type", "a");
    BadConfiguration refusal = assertThrows(BadConfiguration.class, () -> read(settings));
    assertTrue(refusal.getMessage().startsWith("relay.publishers.0.mapping.topic: "));

    Map<String, String> bearer = new TreeMap<>(LEAST);
    bearer.put("relay.publishers.0.name", "a");
    bearer.put("relay.publishers.0.client-id", "a");
    bearer.put("relay.publishers.0.tenants", "a");
    assertEquals(Optional.empty(), read(bearer).publishers().getFirst().mapping());
    bearer.put("relay.publishers.0.mapping.type", "a");
    refusal = assertThrows(BadConfiguration.class, () -> read(bearer));
    assertTrue(refusal.getMessage().startsWith("relay.publishers.0.mapping: "));
  }

  @Test
  void anIssuerIsRequired() {
    BadConfiguration refusal = assertThrows(BadConfiguration.class, () -> read(Map.of()));

    assertTrue(refusal.getMessage().startsWith("relay.identity.issuers: "));
  }

  private static Map<String, String> withPublisher() {
    Map<String, String> settings = new TreeMap<>(LEAST);
    settings.put("relay.publishers.0.name", "jobs");
    settings.put("relay.publishers.0.scheme", "token");
    settings.put("relay.publishers.0.secrets.0", "0123456789abcdef");
    settings.put("relay.publishers.0.tenants.0", "main");
    settings.put("relay.types.0.type", "order.*");
    settings.put("relay.types.0.masks.0.fields.0", "/customer/email");
    settings.put("relay.types.0.masks.0.roles.0", "billing");
    settings.put("relay.authorize.0.topics", "orders.*");
    settings.put("relay.authorize.0.url", "http://api/orders/{2}");
    return settings;
  }

  private static GatewayConfig read(Map<String, String> settings) {
    return GatewayConfig.read(config(settings), config(settings));
  }

  private static Config config(Map<String, String> settings) {
    return Config.builder(ConfigSources.create(settings))
        .disableEnvironmentVariablesSource()
        .disableSystemPropertiesSource()
        .build();
  }
}
