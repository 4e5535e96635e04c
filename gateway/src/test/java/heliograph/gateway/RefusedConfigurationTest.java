package heliograph.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.gateway.intake.SourcePattern;
import heliograph.gateway.settings.BadConfiguration;
import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import io.helidon.config.spi.ConfigNode.ListNode;
import io.helidon.config.spi.ConfigNode.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an operator may not write: the start is refused, and the message names the key. */
class RefusedConfigurationTest {
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
        "relay.limits.filter-time-per-tenant    | PT2S",
        "relay.limits.filter-time-per-user      | PT0S",
        "relay.shutdown.drain                   | PT2H",
        "relay.demo                             | yes",
        "relay.logging.format                   | xml",
        "relay.tracing.endpoint                 | collector:4317",
        "relay.tracing.endpoint                 | http://me:secret@collector:4318",
        "relay.tracing.endpoint                 | http://collector:4318?token=secret",
        "relay.tracing.ratio                    | -0.1",
        "relay.tracing.ratio                    | 1.01",
        "relay.tracing.ratio                    | NaN",
        "relay.tracing.ratio                    | 1%",
        "relay.tracing.max-per-second           | 9",
        "relay.tracing.queue                    | 511",
        "relay.tracing.timeout                  | PT0S",
        "relay.tracing.timeout                  | PT2M",
        "relay.tracing.headers                  | Authorization",
        "relay.tracing.headers                  | 'A B: c'",
        "relay.tracing.headers                  | 'A:'",
        "relay.tracing.service                  | ''",
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
        "relay.authorize.0.ttl                  | PT0.099S",
        "relay.identity.session.ttl             | PT0.099S",
        "relay.identity.keys.refresh            | PT0.099S",
        "relay.identity.keys.outage             | PT0.099S",
        "relay.authorize.0.timeout              | PT1H",
        "relay.trusted-proxies                  | localhost",
        "relay.trusted-proxies                  | 10.0.0.1/8",
        "relay.trusted-proxies                  | 10.0.0.0/33",
        "relay.limits.new-tenants-per-minute    | 0",
        "relay.cors.origins                     | *",
        "relay.cors.origins                     | null",
        "relay.cors.headers                     | *",
        "relay.cors.headers                     | 'a b'",
        "relay.cors.headers.0                   | 'X-A, X-B'",
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
        "relay.publishers.0.sources             | /publishers/*/a",
        "relay.publishers.0.sources             | ''",
        "relay.publishers.0.sources             | /publishers/job",
        "relay.publishers.0.sources             | /publishers/jobs/*",
        "relay.publishers.0.scheme              | basic",
        "relay.publishers.0.presence            | yes",
        "relay.publishers.0.status              | 201",
        "relay.publishers.0.status              | ok",
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
        "relay.publishers.0.mapping.id          | the same for all",
        "relay.publishers.0.mapping.id          | {'the same'}",
        "relay.publishers.0.mapping.id          | {body:x}",
        "relay.publishers.0.mapping.id          | {now:hourly}",
        "relay.publishers.0.mapping.id          | {now:PT0.1S}",
        "relay.publishers.0.mapping.id          | {now:P2D}",
        "relay.publishers.0.mapping.data        | data",
        "relay.publishers.0.mapping.each        | alerts",
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
    Map<String, String> settings = new TreeMap<>(Configurations.withPublisher());
    if (key.contains(".mapping.")) {
      settings.put("relay.publishers.0.mapping.type", "a");
      settings.put("relay.publishers.0.mapping.topic", "a");
    }
    settings.put(key, value);

    BadConfiguration refusal =
        assertThrows(BadConfiguration.class, () -> Configurations.read(settings));

    String named = key.replaceAll("\\.(deep|0)$", "");
    assertTrue(refusal.getMessage().startsWith(named + ": "), refusal.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "relay.stream.queue         | many  | must be a whole number, from 1 to 100000",
        "relay.stream.queue         | 0     | must be a whole number, from 1 to 100000",
        "relay.stream.heartbeat     | PT0S  | must be an ISO 8601 duration from PT0.1S to PT1H,"
            + " such as PT15S",
        "relay.limits.event-bytes   | 1KiB  | must be bytes such as 65536, 256KiB, 1GiB, from 65536"
            + " to ",
        "relay.limits.body-bytes    | 64KiB | must not be less than relay.limits.event-bytes",
        "relay.demo                 | maybe | must be true or false",
        "relay.publishers.0.scheme  | basic | must be one of standard-webhooks, token, ",
        "relay.publishers.0.secrets | short | a token has at least 16 characters",
      })
  void aBadValueIsToldWhatIsAllowed(String key, String value, String allowed) {
    Map<String, String> settings = new TreeMap<>(Configurations.withPublisher());
    settings.remove(key + ".0");
    settings.put(key, value);

    BadConfiguration refusal =
        assertThrows(BadConfiguration.class, () -> Configurations.read(settings));

    assertTrue(refusal.getMessage().startsWith(key + ": " + allowed), refusal.getMessage());
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
    Map<String, String> settings = new TreeMap<>(Configurations.withPublisher());
    settings.put(key, "x");

    BadConfiguration refusal =
        assertThrows(BadConfiguration.class, () -> Configurations.read(settings));

    assertTrue(refusal.getMessage().startsWith(key + ": "), refusal.getMessage());
  }

  /** Also what is a list or a section, and is left out here. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "relay.authorise         | admin, authorize, cors, demo, identity, limits, log, logging,"
            + " masking, publishers, reload, shutdown, stream, streams, tracing,"
            + " trusted-proxies, types",
        "relay.cors.origin       | headers, origins",
        "relay.log.retention.max | age, bytes, events",
        "relay.identity.issuer   | claims, cookie, default-tenant, issuers, keys,"
            + " query-parameter, revocations, session, tickets",
      })
  void anUnknownKeyIsToldAllThatAreKnownThere(String key, String known) {
    Map<String, String> settings = new TreeMap<>(Configurations.withPublisher());
    settings.put(key, "x");

    BadConfiguration refusal =
        assertThrows(BadConfiguration.class, () -> Configurations.read(settings));

    assertEquals(key + ": unknown key; known here: " + known, refusal.getMessage());
  }

  @Test
  void aTextInThePlaceOfASectionIsRefused() {
    Map<String, String> settings = new TreeMap<>(Configurations.withPublisher());
    settings.put("relay.cors", "x");

    BadConfiguration refusal =
        assertThrows(BadConfiguration.class, () -> Configurations.read(settings));

    assertTrue(refusal.getMessage().startsWith("relay.cors: unknown key"), refusal.getMessage());
  }

  @Test
  void moreTrustedProxiesThanThereMayBeAreRefused() {
    Map<String, String> settings = new TreeMap<>(Configurations.withPublisher());
    for (int i = 0; i < 101; i++) {
      settings.put("relay.trusted-proxies." + i, "192.0.2." + i);
    }

    BadConfiguration refusal =
        assertThrows(BadConfiguration.class, () -> Configurations.read(settings));

    assertEquals("relay.trusted-proxies: at most 100 addresses and ranges", refusal.getMessage());
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
    Map<String, String> settings = new TreeMap<>(Configurations.withPublisher());
    settings.put("relay.publishers.0.secrets.0", "tooshort");

    BadConfiguration refusal =
        assertThrows(BadConfiguration.class, () -> Configurations.read(settings));

    assertTrue(refusal.getMessage().startsWith("relay.publishers.0.secrets: "));
    assertFalse(refusal.getMessage().contains("tooshort"));
  }

  @Test
  void aMappingThatFillsInASourceNeedsNoOther() {
    Map<String, String> settings = new TreeMap<>(Configurations.withPublisher());
    settings.put("relay.publishers.0.mapping.type", "a");
    settings.put("relay.publishers.0.mapping.topic", "a");
    settings.put("relay.publishers.0.mapping.source", "/shop/{/till}");
    settings.put("relay.publishers.0.sources", "/shop/*");
    settings.put("relay.publishers.0.client-id", "jobs");

    assertEquals(
        List.of(new SourcePattern("/shop/*")),
        Configurations.read(settings).publishers().getFirst().sources());
  }

  @Test
  void whoMayAskWhoIsThereHasNoTenantInThePlaceOfTheQuestion() {
    Map<String, String> settings = new TreeMap<>(Configurations.withPublisher());
    settings.put("relay.publishers.0.tenants.0", "presence");
    settings.put("relay.publishers.0.presence", "true");
    assertTrue(Configurations.read(settings).publishers().getFirst().presence());

    settings.put("relay.publishers.0.mapping.type", "a");
    settings.put("relay.publishers.0.mapping.topic", "a");
    BadConfiguration refusal =
        assertThrows(BadConfiguration.class, () -> Configurations.read(settings));
    assertTrue(refusal.getMessage().startsWith("relay.publishers.0.presence: must be off "));
  }

  @Test
  void noProfileIsCalledWhatMetricsCallStreamsOfNone() {
    Map<String, String> settings = new TreeMap<>(Configurations.withPublisher());
    settings.put("relay.streams.0.name", "None");
    Configurations.read(settings);

    settings.put("relay.streams.0.name", "none");
    BadConfiguration refusal =
        assertThrows(BadConfiguration.class, () -> Configurations.read(settings));
    assertTrue(refusal.getMessage().startsWith("relay.streams.0.name: "));
  }

  @Test
  void theMappingOfASchemeIsNotForTokens() {
    Map<String, String> settings = new TreeMap<>(Configurations.withPublisher());
    settings.put("relay.publishers.0.scheme", "github");
    settings.put("relay.publishers.0.secrets", "a secret of at least 16");
    settings.put("relay.publishers.0.sources", "https://*");
    Configurations.read(settings);

    settings.put("relay.publishers.0.client-id", "jobs");
    BadConfiguration refusal =
        assertThrows(BadConfiguration.class, () -> Configurations.read(settings));
    assertTrue(refusal.getMessage().startsWith("relay.publishers.0.sources: must allow /publ"));
    settings.put("relay.publishers.0.mapping.topic", "github");
    Configurations.read(settings);
  }

  @Test
  void aMappingSaysWhatEventsAreAbout() {
    Map<String, String> settings = new TreeMap<>(Configurations.LEAST);
    settings.put("relay.publishers.0.name", "a");
    settings.put("relay.publishers.0.client-id", "a");
    settings.put("relay.publishers.0.tenants", "a");
    assertEquals(Optional.empty(), Configurations.read(settings).publishers().getFirst().mapping());

    settings.put("relay.publishers.0.mapping.type", "a");
    BadConfiguration refusal =
        assertThrows(BadConfiguration.class, () -> Configurations.read(settings));
    assertTrue(refusal.getMessage().startsWith("relay.publishers.0.mapping.topic: "));
    settings.put("relay.publishers.0.mapping.topic", "a");
    assertTrue(Configurations.read(settings).publishers().getFirst().mapping().isPresent());

    settings.remove("relay.publishers.0.mapping.type");
    Configurations.read(settings);
    for (String key : List.of("data", "each", "form")) {
      settings.put("relay.publishers.0.mapping." + key, "/a");
      refusal = assertThrows(BadConfiguration.class, () -> Configurations.read(settings));
      assertTrue(refusal.getMessage().startsWith("relay.publishers.0.mapping.type: "));
      settings.remove("relay.publishers.0.mapping." + key);
    }
  }

  @Test
  void anIssuerIsRequired() {
    BadConfiguration refusal =
        assertThrows(BadConfiguration.class, () -> Configurations.read(Map.of()));

    assertTrue(refusal.getMessage().startsWith("relay.identity.issuers: "));
  }
}
