package heliograph.gateway.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import heliograph.gateway.telemetry.TopTopics.Counted;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Busy topics are known, whatever else somebody publishes under. */
class TopTopicsTest {
  private static final Tenant ACME = new Tenant("acme");
  private static final Instant START = Instant.parse("2026-06-01T12:00:00Z");

  private Instant now = START;
  private final TopTopics topics = new TopTopics(() -> now);

  private Map<String, Counted> counted() {
    return topics.all().stream()
        .filter(it -> it.tenant().equals(ACME))
        .collect(Collectors.toMap(Counted::topic, it -> it));
  }

  @Test
  void topicsAreCountedByTheirFirstTwoSegments() {
    for (String topic : List.of("a", "a.b", "a.b.c", "a.b.c.d", "a.bc")) {
      topics.stored(ACME, new Topic(topic));
    }
    assertEquals(
        Map.of("a", 1L, "a.b", 3L, "a.bc", 1L),
        counted().values().stream().collect(Collectors.toMap(Counted::topic, Counted::events)));
  }

  @Test
  void whatIsBusyStaysWhileOthersComeAndGo() {
    for (int i = 0; i < 10_000; i++) {
      topics.stored(ACME, new Topic("busy.one"));
      topics.stored(ACME, new Topic("made.up" + i));
    }
    assertEquals(TopTopics.MAX_TOPICS, counted().size());
    assertEquals(10_000, counted().get("busy.one").events());
    assertTrue(counted().containsKey("made.up9999"), "the newest is there");
    assertFalse(counted().containsKey("made.up0"), "the first ones are gone");
  }

  @Test
  void aMinuteFadesEvenly() {
    for (int i = 0; i < 60; i++) {
      topics.stored(ACME, new Topic("a"));
    }
    assertEquals(60, counted().get("a").perMinute());
    now = START.plusSeconds(90);
    assertEquals(30, counted().get("a").perMinute());
    now = START.plusSeconds(121);
    assertEquals(0, counted().get("a").perMinute());
    assertEquals(START, counted().get("a").last());
  }

  @Test
  void theMostSilentTenantMakesRoom() {
    topics.stored(ACME, new Topic("a"));
    for (int i = 1; i <= TopTopics.MAX_TENANTS; i++) {
      now = now.plusSeconds(1);
      topics.stored(new Tenant("t" + i), new Topic("a"));
    }
    assertEquals(TopTopics.MAX_TENANTS, topics.all().size());
    assertEquals(Map.of(), counted());
    // Within the same moment nobody looks again, so a flood of tenants costs little.
    topics.stored(new Tenant("u1"), new Topic("a"));
    topics.stored(new Tenant("u2"), new Topic("a"));
    assertTrue(topics.all().stream().noneMatch(it -> it.tenant().name().startsWith("u")));
  }
}
