package heliograph.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Tenant;
import heliograph.gateway.access.SubscribersConfig;
import heliograph.gateway.http.CorsConfig;
import heliograph.gateway.identity.IdentityConfig;
import heliograph.gateway.identity.SubjectPrefix;
import heliograph.gateway.intake.PublisherConfig;
import heliograph.gateway.intake.SourcePattern;
import heliograph.gateway.operator.AuditConfig;
import heliograph.gateway.operator.LoginConfig;
import heliograph.gateway.operator.OperatorsConfig;
import heliograph.gateway.profile.StreamConfig;
import heliograph.gateway.publish.IntakeConfig;
import heliograph.gateway.revocation.RevocationShares;
import heliograph.gateway.revocation.RevocationsConfig;
import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.Secrets;
import heliograph.gateway.settings.Settings;
import heliograph.gateway.telemetry.LogFormat;
import heliograph.gateway.telemetry.TracingConfig;
import heliograph.gateway.types.Mask;
import heliograph.gateway.types.TypesConfig;
import heliograph.gateway.wire.ConnectionTimes;
import heliograph.gateway.wire.HeapPlan;
import heliograph.relay.Limits;
import heliograph.relay.OverUserLimit;
import heliograph.relay.Retention;
import heliograph.relay.SlowPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonPointer;

/** Every key and every default. */
class GatewayConfigTest {
  /** What has to be there. */
  private static final IdentityConfig.ClaimPlaces USUAL =
      new IdentityConfig.ClaimPlaces(
          JsonPointer.compile("/tenant"),
          List.of(
              JsonPointer.compile("/roles"),
              JsonPointer.compile("/groups"),
              JsonPointer.compile("/realm_access/roles")),
          JsonPointer.compile("/topics"));

  @Test
  void theseAreAllTheKeys() {
    Settings relay =
        Settings.of(Configurations.config(Configurations.withPublisher()).get("relay"));
    GatewayConfig.read(relay);

    assertEquals(
        new TreeSet<>(
            List.of(
                "relay.admin.audit.bytes",
                "relay.admin.audit.file",
                "relay.admin.audit.files",
                "relay.admin.hosts",
                "relay.admin.login.oidc.audience",
                "relay.admin.login.oidc.client-id",
                "relay.admin.login.oidc.client-secret-file",
                "relay.admin.login.oidc.issuer",
                "relay.admin.login.oidc.name-claim",
                "relay.admin.login.oidc.roles-claim",
                "relay.admin.login.oidc.roles.operator",
                "relay.admin.login.oidc.roles.payload",
                "relay.admin.login.oidc.roles.viewer",
                "relay.admin.login.oidc.scopes",
                "relay.admin.login.oidc.url",
                "relay.admin.login.open",
                "relay.admin.login.session",
                "relay.admin.login.tokens.*.file",
                "relay.admin.login.tokens.*.name",
                "relay.admin.login.tokens.*.role",
                "relay.admin.tails",
                "relay.authorize.*.forward",
                "relay.authorize.*.timeout",
                "relay.authorize.*.token",
                "relay.authorize.*.topics",
                "relay.authorize.*.ttl",
                "relay.authorize.*.url",
                "relay.cors.headers",
                "relay.cors.origins",
                "relay.demo",
                "relay.identity.claims.roles",
                "relay.identity.claims.tenant",
                "relay.identity.claims.topics",
                "relay.identity.cookie",
                "relay.identity.default-tenant",
                "relay.identity.issuers.*.algorithms",
                "relay.identity.issuers.*.audience",
                "relay.identity.issuers.*.claims.roles",
                "relay.identity.issuers.*.claims.tenant",
                "relay.identity.issuers.*.claims.topics",
                "relay.identity.issuers.*.issuer",
                "relay.identity.issuers.*.jwks-uri",
                "relay.identity.issuers.*.lifetime",
                "relay.identity.issuers.*.logout-audience",
                "relay.identity.issuers.*.name",
                "relay.identity.issuers.*.secret-files",
                "relay.identity.issuers.*.secrets",
                "relay.identity.issuers.*.subject-prefix",
                "relay.identity.issuers.*.tenants",
                "relay.identity.keys.outage",
                "relay.identity.keys.refresh",
                "relay.identity.query-parameter",
                "relay.identity.revocations.directory",
                "relay.identity.revocations.file",
                "relay.identity.revocations.keep",
                "relay.identity.session.forward",
                "relay.identity.session.subject-prefix",
                "relay.identity.session.ttl",
                "relay.identity.session.url",
                "relay.identity.tickets.secret",
                "relay.limits.batch-events",
                "relay.limits.body-bytes",
                "relay.limits.event-bytes",
                "relay.limits.filter-time-per-tenant",
                "relay.limits.filter-time-per-user",
                "relay.limits.head-timeout",
                "relay.limits.keep-alive-timeout",
                "relay.limits.new-tenants-per-minute",
                "relay.limits.publish-per-second",
                "relay.limits.publish-per-second-per-tenant",
                "relay.limits.reading-bytes",
                "relay.limits.reading-bytes-per-tenant",
                "relay.limits.replay-events",
                "relay.limits.request-timeout",
                "relay.limits.revocations",
                "relay.limits.revocations-per-subject",
                "relay.limits.revocations-per-tenant",
                "relay.limits.snapshot-keys",
                "relay.limits.streams",
                "relay.limits.streams-per-tenant",
                "relay.limits.streams-per-user",
                "relay.limits.waiting-bytes",
                "relay.limits.waiting-bytes-per-tenant",
                "relay.log.dedup",
                "relay.log.directory",
                "relay.log.durability",
                "relay.log.retention.age",
                "relay.log.retention.bytes",
                "relay.log.retention.events",
                "relay.publishers.*.batch-events",
                "relay.logging.format",
                "relay.masking.secret",
                "relay.publishers.*.challenge.from",
                "relay.publishers.*.challenge.hmac",
                "relay.publishers.*.challenge.json",
                "relay.publishers.*.challenge.method",
                "relay.publishers.*.challenge.signed",
                "relay.publishers.*.challenge.status",
                "relay.publishers.*.challenge.token.from",
                "relay.publishers.*.challenge.token.secrets",
                "relay.publishers.*.challenge.when",
                "relay.publishers.*.delivery.body-window",
                "relay.publishers.*.delivery.header",
                "relay.publishers.*.header",
                "relay.publishers.*.query",
                "relay.publishers.*.secret-encoding",
                "relay.publishers.*.signature.encoding",
                "relay.publishers.*.signature.hash",
                "relay.publishers.*.signature.header",
                "relay.publishers.*.signature.prefix",
                "relay.publishers.*.signature.text",
                "relay.publishers.*.signature.url",
                "relay.publishers.*.status",
                "relay.publishers.*.timestamp.header",
                "relay.publishers.*.timestamp.member",
                "relay.publishers.*.timestamp.tolerance",
                "relay.publishers.*.timestamp.unit",
                "relay.publishers.*.client-id",
                "relay.publishers.*.event-bytes",
                "relay.publishers.*.fingerprints",
                "relay.publishers.*.mapping.data",
                "relay.publishers.*.mapping.each",
                "relay.publishers.*.mapping.form",
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
                "relay.publishers.*.new-tenants-per-minute",
                "relay.publishers.*.per-second",
                "relay.publishers.*.presence",
                "relay.publishers.*.scheme",
                "relay.publishers.*.secret-files",
                "relay.publishers.*.secrets",
                "relay.publishers.*.sources",
                "relay.publishers.*.subjects",
                "relay.publishers.*.tenants",
                "relay.publishers.*.topics",
                "relay.publishers.*.types",
                "relay.reload.watch",
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
                "relay.tracing.endpoint",
                "relay.tracing.headers",
                "relay.tracing.max-per-second",
                "relay.tracing.queue",
                "relay.tracing.ratio",
                "relay.tracing.service",
                "relay.tracing.timeout",
                "relay.trusted-proxies",
                "relay.streams.*.authorize.*.forward",
                "relay.streams.*.authorize.*.timeout",
                "relay.streams.*.authorize.*.token",
                "relay.streams.*.authorize.*.ttl",
                "relay.streams.*.authorize.*.url",
                "relay.streams.*.batch.envelope",
                "relay.streams.*.batch.most",
                "relay.streams.*.batch.name",
                "relay.streams.*.batch.types",
                "relay.streams.*.compression",
                "relay.streams.*.enabled",
                "relay.streams.*.enabled.answer",
                "relay.streams.*.enabled.claim",
                "relay.streams.*.enabled.roles",
                "relay.streams.*.enabled.tenants",
                "relay.streams.*.envelope",
                "relay.streams.*.event",
                "relay.streams.*.filter",
                "relay.streams.*.frames.connected",
                "relay.streams.*.frames.connected.data",
                "relay.streams.*.frames.connected.event",
                "relay.streams.*.frames.end",
                "relay.streams.*.frames.end.data",
                "relay.streams.*.frames.end.event",
                "relay.streams.*.frames.gap",
                "relay.streams.*.frames.gap.data",
                "relay.streams.*.frames.gap.event",
                "relay.streams.*.frames.position",
                "relay.streams.*.frames.position.data",
                "relay.streams.*.frames.position.event",
                "relay.streams.*.frames.reauth",
                "relay.streams.*.frames.reauth.data",
                "relay.streams.*.frames.reauth.event",
                "relay.streams.*.frames.shutdown",
                "relay.streams.*.frames.shutdown.data",
                "relay.streams.*.frames.shutdown.event",
                "relay.streams.*.heartbeat.comment",
                "relay.streams.*.heartbeat.data",
                "relay.streams.*.heartbeat.event",
                "relay.streams.*.heartbeat.every",
                "relay.streams.*.heartbeat.when",
                "relay.streams.*.ids",
                "relay.streams.*.latest",
                "relay.streams.*.log-subjects",
                "relay.streams.*.name",
                "relay.streams.*.names.*.name",
                "relay.streams.*.names.*.type",
                "relay.streams.*.one-per.most",
                "relay.streams.*.one-per.over",
                "relay.streams.*.one-per.scope",
                "relay.streams.*.one-per.storm.times",
                "relay.streams.*.one-per.storm.within",
                "relay.streams.*.path",
                "relay.streams.*.poll",
                "relay.streams.*.query.*.default",
                "relay.streams.*.query.*.only",
                "relay.streams.*.query.*.split",
                "relay.streams.*.queue",
                "relay.streams.*.reauth",
                "relay.streams.*.retry",
                "relay.streams.*.slow",
                "relay.streams.*.start",
                "relay.streams.*.start.replay",
                "relay.streams.*.start.since",
                "relay.streams.*.status.body",
                "relay.streams.*.status.path",
                "relay.streams.*.topics",
                "relay.streams.*.types",
                "relay.streams.*.window",
                "relay.streams.*.write-timeout",
                "relay.streams.*.anonymous.roles",
                "relay.streams.*.anonymous.subject",
                "relay.streams.*.anonymous.tenant",
                "relay.streams.*.token.cookie",
                "relay.streams.*.token.places",
                "relay.streams.*.token.query",
                "relay.streams.*.token.verify",
                "relay.types.*.ephemeral",
                "relay.types.*.masks.*.fields",
                "relay.types.*.masks.*.roles",
                "relay.types.*.masks.*.with",
                "relay.types.*.roles",
                "relay.types.*.schema",
                "relay.types.*.type")),
        new TreeSet<>(relay.knownKeys()));
  }

  /** With events of 256 KiB at most, as they are by default. */
  private static Limits.Memory usualMemory() {
    long rest = HeapPlan.ofThisJvm() - (12 << 20);
    long waiting = Math.max(1 << 20, rest / 16);
    long reading = Math.max(1 << 20, rest / 24);
    return new Limits.Memory(
        waiting, Math.max(1 << 20, waiting / 4), reading, Math.max(1 << 20, reading / 4));
  }

  @Test
  void theseAreTheDefaults() {
    GatewayConfig config = Configurations.read(Configurations.LEAST);

    assertEquals(
        new GatewayConfig(
            new IdentityConfig(
                List.of(
                    new IdentityConfig.IssuerConfig(
                        "https://id.example.com/realms/acme",
                        List.of("heliograph"),
                        Optional.empty(),
                        USUAL,
                        Set.of(),
                        Optional.empty(),
                        SubjectPrefix.NONE,
                        Optional.empty())),
                USUAL,
                Optional.empty(),
                "access_token",
                "access_token",
                new IdentityConfig.KeysConfig(Duration.ofMinutes(5), Duration.ofDays(1))),
            new SubscribersConfig(Secrets.NONE, Optional.empty(), CorsConfig.NONE, List.of()),
            new RevocationsConfig(
                Optional.empty(),
                Optional.of(Path.of("data", "revocations.jsonl")),
                Duration.ofDays(30),
                new RevocationShares.Limits(1_000_000, 875_000, 1000),
                true),
            List.of(),
            TypesConfig.NONE,
            new GatewayConfig.LogConfig(
                Path.of("data"),
                GatewayConfig.Durability.FSYNC,
                new Retention(Duration.ofHours(24), 1_000_000, 1L << 30, Duration.ofHours(24))),
            new StreamConfig(
                Duration.ofSeconds(15),
                Duration.ofSeconds(3),
                Duration.ofSeconds(15),
                Duration.ofSeconds(10),
                Duration.ofSeconds(60),
                StreamConfig.Compression.GZIP),
            List.of(),
            new Limits(
                256,
                20_000,
                5000,
                20,
                100_000,
                1000,
                SlowPolicy.CATCH_UP,
                OverUserLimit.REFUSE,
                usualMemory(),
                Limits.FilterTime.ORDINARY),
            new IntakeConfig(256 * 1024, 8 * 1024 * 1024, 500, 5000, 20_000, 60),
            new ConnectionTimes(
                Duration.ofSeconds(10),
                Duration.ofSeconds(20),
                Duration.ofSeconds(15),
                Duration.ofSeconds(75)),
            new GatewayConfig.ShutdownConfig(Duration.ofSeconds(10), Duration.ofSeconds(30)),
            List.of(),
            List.of(),
            false,
            new TracingConfig(
                Optional.empty(), 0.01, 500, 2048, Duration.ofSeconds(10), Map.of(), "heliograph"),
            LogFormat.TEXT,
            new OperatorsConfig(
                new LoginConfig(
                    List.of(), Optional.empty(), Duration.ofHours(8), LoginConfig.Open.OBSERVE),
                new AuditConfig(Optional.of(Path.of("data", "audit.jsonl")), 16 << 20, 5),
                2),
            false,
            HeapPlan.ofThisJvm()),
        config);
  }

  @Test
  void aMaskRemovesWhatItHidesUnlessItSaysOtherwise() {
    TypesConfig.TypeConfig rule =
        Configurations.read(Configurations.withPublisher()).types().types().getFirst();

    assertEquals(
        List.of(new Mask(List.of("/customer/email"), Set.of("billing"), Mask.With.REMOVE)),
        rule.masks());
    assertEquals(Set.of(), rule.roles());
    assertFalse(rule.ephemeral());
  }

  @Test
  void aPublisherMayUseEveryTopicAndTypeUnlessBounded() {
    PublisherConfig publisher =
        Configurations.read(Configurations.withPublisher()).publishers().getFirst();

    assertEquals("jobs", publisher.name());
    assertEquals(Set.of(new Tenant("main")), publisher.tenants());
    assertFalse(publisher.anyTenant());
    assertEquals(">", publisher.topics().getFirst().value());
    assertEquals("*", publisher.types().getFirst().value());
    assertEquals(List.of(SourcePattern.ALL), publisher.sources());
    assertEquals(new PublisherConfig.Bounds(256 * 1024, 500, 5000, 60), publisher.bounds());
  }

  @Test
  void anIssuerMayHaveItsOwnPlacesAudiencesAndTenants() {
    Map<String, String> settings = new TreeMap<>(Configurations.LEAST);
    settings.remove("relay.identity.issuers.0.audience");
    settings.put("relay.identity.issuers.0.audience.0", "one");
    settings.put("relay.identity.issuers.0.audience.1", "two");
    settings.put("relay.identity.issuers.0.tenants.0", "acme");
    settings.put("relay.identity.issuers.0.claims.tenant", "/org/id");
    settings.put("relay.identity.claims.topics", "/rights");

    IdentityConfig.IssuerConfig issuer =
        Configurations.read(settings).identity().issuers().getFirst();

    assertEquals(List.of("one", "two"), issuer.audiences());
    assertEquals(Set.of(new Tenant("acme")), issuer.tenants());
    assertEquals(
        new IdentityConfig.ClaimPlaces(
            JsonPointer.compile("/org/id"), USUAL.roles(), JsonPointer.compile("/rights")),
        issuer.claims());
  }

  @Test
  void anApplicationThatKnowsEverybodyNeedsNoIssuerBesideIt() {
    Map<String, String> settings = new TreeMap<>();
    settings.put("relay.identity.session.url", "http://127.0.0.1:1/session");
    assertEquals(List.of(), Configurations.read(settings).identity().issuers());

    settings.put("relay.demo", "true");
    BadConfiguration refused =
        assertThrows(BadConfiguration.class, () -> Configurations.read(settings));
    assertTrue(String.valueOf(refused.getMessage()).startsWith("relay.identity.issuers: "));
  }

  @Test
  void aTicketSecretIsNotPrinted() {
    Map<String, String> settings = new TreeMap<>(Configurations.withPublisher());
    settings.put("relay.identity.tickets.secret", "0123456789abcdef0123456789abcdef");

    assertFalse(Configurations.read(settings).toString().contains("0123456789abcdef0123"));
  }
}
