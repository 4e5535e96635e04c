package heliograph.gateway.monitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import heliograph.contract.Attributes;
import heliograph.contract.Audience;
import heliograph.contract.Claims;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.RelayException;
import heliograph.contract.StandardDialect;
import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import heliograph.contract.TopicPattern;
import heliograph.gateway.access.Access.UpstreamView;
import heliograph.gateway.identity.Identity.IssuerView;
import heliograph.gateway.json.Json;
import heliograph.gateway.json.JsonTree;
import heliograph.gateway.monitor.Trouble.Part;
import heliograph.relay.Hub;
import heliograph.relay.Interest;
import heliograph.relay.Limits;
import heliograph.relay.OverUserLimit;
import heliograph.relay.SlowPolicy;
import heliograph.relay.Start;
import io.helidon.health.HealthCheckResponse.Status;
import io.helidon.health.HealthCheckType;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.metrics.api.Metrics;
import io.helidon.metrics.api.Tag;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Health checks, the status and the metrics say the same, whatever is in trouble. */
class TroublesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Which health check each part belongs to; those that the relay can do without have none. */
  private static final Map<Part, String> CHECKS =
      Map.of(Part.LOG, "log", Part.HUB, "hub", Part.STOPPING, "hub", Part.ISSUER, "identity");

  private final FaultyLog log = new FaultyLog();
  private final Hub hub =
      new Hub(
          log,
          new Limits(10, 1, 1, 1, 100, 10, SlowPolicy.CATCH_UP, OverUserLimit.REFUSE),
          InstantSource.system(),
          System::nanoTime);
  private final List<IssuerView> issuers = new ArrayList<>();
  private final List<UpstreamView> upstreams = new ArrayList<>();
  private final AtomicLong nanos = new AtomicLong();
  private final Troubles troubles =
      new Troubles(
          hub, () -> List.copyOf(issuers), () -> List.copyOf(upstreams), InstantSource.system());
  private final MeterRegistry registry = Metrics.createMeterRegistry();

  @BeforeEach
  void start() {
    hub.start();
    issuers.add(issuer("https://id.example", true, false));
    upstreams.add(upstream("session", true));
    new Monitor(registry, hub, () -> StreamSums.of(Stream.empty()), nanos::get).observe(troubles);
  }

  @AfterEach
  void close() {
    hub.close();
    registry.close();
  }

  private static IssuerView issuer(String name, boolean ready, boolean failing) {
    return new IssuerView(
        name, false, ready, List.of(), Optional.empty(), Optional.empty(), failing, "");
  }

  private static UpstreamView upstream(String name, boolean well) {
    return new UpstreamView(name, well, Optional.empty(), "", 1, 1);
  }

  private void bring(Part part) {
    switch (part) {
      case LOG -> log.cannotStore("the disk is full");
      case HUB -> endTheLogsThread();
      case STOPPING -> hub.drain(Duration.ZERO, Duration.ZERO);
      case STREAMS -> {
        Claims claims = new Claims("ann", new Tenant("acme"), Set.of(), Instant.MAX);
        var _ =
            hub.subscribe(
                new Interest(claims, List.of(TopicPattern.ALL), List.of()),
                StandardDialect.PLAIN,
                new Start.Live());
      }
      case ISSUER -> issuers.set(0, issuer("https://id.example", false, true));
      case UPSTREAM -> upstreams.set(0, upstream("session", false));
    }
  }

  private void endTheLogsThread() {
    log.hasABug();
    Event event =
        new Event(
            "event-1",
            "/shop",
            "order.paid",
            new Tenant("acme"),
            new Topic("orders.42"),
            new Audience.Everyone(),
            new Attributes(Map.of()),
            Payload.ABSENT);
    assertThrows(RelayException.class, () -> hub.publish("shop", List.of(event)));
    long start = System.nanoTime();
    while (hub.isAlive()) {
      assertFalse(System.nanoTime() - start > PATIENCE.toNanos(), "the thread goes on");
      LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
    }
  }

  /** What the status tells. */
  private JsonNode status() {
    return JsonTree.object(
        Json.object(json -> troubles.state().write(json)).getBytes(StandardCharsets.UTF_8));
  }

  /** How many are in trouble of each part, as the status has it. */
  private Map<Part, Long> told(JsonNode status) {
    Map<Part, Long> told = new EnumMap<>(Part.class);
    for (Part part : Part.values()) {
      told.put(
          part,
          StreamSupport.stream(status.path("troubles").spliterator(), false)
              .map(it -> it.path("what").stringValue(""))
              .filter(it -> it.equals(part.word()) || it.startsWith(part.word() + " "))
              .count());
    }
    return told;
  }

  private Map<Part, Long> measured() {
    Map<Part, Long> measured = new EnumMap<>(Part.class);
    for (Part part : Part.values()) {
      measured.put(part, gauge("heliograph_trouble", Tag.create("part", part.word())));
    }
    return measured;
  }

  private long gauge(String name, Tag... tags) {
    return registry.gauge(name, List.of(tags)).orElseThrow().value().longValue();
  }

  /** Which checks of a type are down. */
  private Set<String> down(HealthCheckType type) {
    return Health.of(troubles).prototype().healthChecks().stream()
        .filter(it -> it.type() == type && it.call().status() == Status.DOWN)
        .map(it -> it.name())
        .collect(Collectors.toSet());
  }

  /** Checks that all three say the same, and these parts. */
  private void assertAgreed(Map<Part, Long> parts, boolean ready) {
    nanos.addAndGet(Recent.FRESH.toNanos());
    Map<Part, Long> all = new EnumMap<>(Part.class);
    for (Part part : Part.values()) {
      all.put(part, parts.getOrDefault(part, 0L));
    }
    JsonNode status = status();
    assertEquals(all, told(status), status::toString);
    assertEquals(all, measured());
    assertEquals(ready, status.path("ready").booleanValue());
    assertEquals(ready ? 1 : 0, gauge("heliograph_ready"));
    Set<String> checks =
        ready
            ? Set.of()
            : parts.keySet().stream()
                .filter(CHECKS::containsKey)
                .map(CHECKS::get)
                .collect(Collectors.toSet());
    assertEquals(checks, down(HealthCheckType.READINESS));
    boolean live = status.path("live").booleanValue();
    assertEquals(live ? Set.of() : Set.of("log"), down(HealthCheckType.LIVENESS));
    assertEquals(live ? Set.of() : Set.of("hub"), down(HealthCheckType.STARTUP));
  }

  @Test
  void ofARelayThatIsWell() {
    assertAgreed(Map.of(), true);
    assertEquals("ready", status().path("state").stringValue(""));
  }

  @ParameterizedTest
  @EnumSource(Part.class)
  void onEachPart(Part part) {
    bring(part);
    assertAgreed(Map.of(part, 1L), part == Part.STREAMS || part == Part.UPSTREAM);
  }

  @Test
  void onSeveralAtOnce() {
    Map<Part, Long> expected = new TreeMap<>();
    for (Part part : List.of(Part.LOG, Part.STREAMS, Part.UPSTREAM, Part.ISSUER)) {
      bring(part);
      expected.put(part, 1L);
    }
    issuers.add(issuer("https://other.example", true, true));
    upstreams.add(upstream("authorize.0", false));
    expected.put(Part.ISSUER, 2L);
    expected.put(Part.UPSTREAM, 2L);
    assertAgreed(expected, false);
  }

  @Test
  void onAnIssuerWhoseOlderKeysServe() {
    issuers.set(0, issuer("https://id.example", true, true));
    assertAgreed(Map.of(Part.ISSUER, 1L), true);
  }

  /** Its threads end as well then, and nobody has to restart it for that. */
  @Test
  void onARelayThatWasToldToStopAndIsClosed() {
    bring(Part.STOPPING);
    hub.close();
    assertAgreed(Map.of(Part.STOPPING, 1L), false);
    assertEquals("draining", status().path("state").stringValue(""));
  }

  /** The streams end with the log's thread, as in a drain, which is not what it is. */
  @Test
  void aThreadThatHasEndedIsNotADrain() {
    bring(Part.HUB);
    assertEquals("trouble", status().path("state").stringValue(""));
    assertEquals(
        "a thread of the hub has stopped",
        status().path("troubles").path(0).path("error").stringValue(""));
  }
}
