package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Claims;
import heliograph.contract.Event;
import heliograph.contract.TopicPattern;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** Of the cohorts those are found, and each once, that an event can be for. */
class CohortIndexTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final int MANY = 10_000;

  private final CohortIndex index = new CohortIndex();

  @Property(tries = 1500, edgeCases = EdgeCasesMode.NONE)
  void whoMaySeeAnEventIsFoundOnceAndNothingIsLeftAtTheEnd(
      @ForAll("interests") @Size(max = 12) List<Interest> interests,
      @ForAll("events") List<AnEvent> events) {
    CohortIndex index = new CohortIndex();
    List<Interest> shared = interests.stream().map(Interest::shared).distinct().toList();
    List<Cohort> cohorts = shared.stream().map(TestingRelay::cohort).toList();
    cohorts.forEach(index::add);

    for (AnEvent sent : events) {
      Event event = sent.event();
      List<Cohort> found = index.find(event);
      Set<Cohort> once = new HashSet<>(found);
      assertEquals(once.size(), found.size());
      for (int i = 0; i < cohorts.size(); i++) {
        boolean sees = FewNames.sees(shared.get(i), event, NOW);
        assertTrue(!sees || once.contains(cohorts.get(i)));
      }
    }
    cohorts.forEach(index::remove);
    assertTrue(index.isEmpty());
  }

  @Example
  void whereEachHasATopicOfItsOwnOneIsFoundWithoutTouchingTheOthers() {
    List<Cohort> cohorts = many(i -> "users." + i + ".>", _ -> "user");

    assertEquals(List.of(cohorts.get(4711)), index.find(about("users.4711.orders").event()));
    assertEquals(
        List.of(cohorts.get(4711)), index.find(about("users.4711.a").forRole("user").event()));
    assertEquals(List.of(), index.find(about("users.4711.a").forRole("admin").event()));
  }

  @Example
  void whereEachHasARoleOfItsOwnOneIsFoundWithoutTouchingTheOthers() {
    List<Cohort> cohorts = many(_ -> ">", i -> "user-" + i);

    assertEquals(
        List.of(cohorts.get(4711)), index.find(about("orders").forRole("user-4711").event()));
    assertEquals(List.of(), index.find(about("orders").forRole("user").event()));
    assertEquals(List.of(), index.find(about("orders").forUser("ada").event()));
    assertEquals(cohorts, index.find(about("orders").event()));
  }

  private static AnEvent about(String topic) {
    return AnEvent.ordinary().topic(topic);
  }

  private List<Cohort> many(IntFunction<String> topic, IntFunction<String> role) {
    List<Cohort> cohorts =
        IntStream.range(0, MANY)
            .mapToObj(
                i ->
                    TestingRelay.cohort(
                        new Interest(
                            new Claims("", TestingRelay.ACME, Set.of(role.apply(i)), Instant.MAX),
                            List.of(new TopicPattern(topic.apply(i))),
                            List.of())))
            .toList();
    cohorts.forEach(index::add);
    return cohorts;
  }

  @Provide
  Arbitrary<List<Interest>> interests() {
    return FewNames.interests().list();
  }

  @Provide
  Arbitrary<List<AnEvent>> events() {
    return FewNames.events(NOW).list().ofMaxSize(8);
  }
}
