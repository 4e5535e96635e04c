package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Topic;
import heliograph.contract.TopicPattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The index finds the patterns that asking each of them would find, and touches no other. */
class TopicIndexTest {
  private final TopicIndex index = new TopicIndex();

  private sealed interface Step {
    record Add(List<TopicPattern> topics) implements Step {}

    record Remove(int which) implements Step {}

    record Find(Topic topic) implements Step {}
  }

  @Property(tries = 1500, edgeCases = EdgeCasesMode.NONE)
  void findsWhatAskingEachPatternWouldFindAndIsEmptyAtTheEnd(@ForAll("steps") List<Step> steps) {
    TopicIndex index = new TopicIndex();
    List<Cohort> present = new ArrayList<>();
    for (Step step : steps) {
      switch (step) {
        case Step.Add(List<TopicPattern> topics) -> present.add(added(index, topics));
        case Step.Remove(int which) -> {
          if (!present.isEmpty()) {
            index.remove(present.remove(which % present.size()));
          }
        }
        case Step.Find(Topic topic) ->
            assertEquals(
                counted(present.stream().flatMap(cohort -> asking(cohort, topic))),
                counted(index.find(topic).stream().flatMap(List::stream)));
      }
    }
    assertEquals(present.isEmpty(), index.isEmpty());
    present.forEach(index::remove);
    assertTrue(index.isEmpty(), "no node is left");
  }

  @Example
  void amongTenThousandOneIsFoundWithoutTouchingTheOthers() {
    List<Cohort> cohorts =
        IntStream.range(0, 10_000)
            .mapToObj(i -> added(index, patterns("users." + i + ".>", "*.all." + i)))
            .toList();

    assertEquals(List.of(cohorts.get(4711)), find("users.4711.orders"));
    assertEquals(List.of(cohorts.get(4711)), find("users.all.4711"));
    assertEquals(List.of(), find("users.10000.orders"));
    assertEquals(List.of(), find("users.4711"));
    cohorts.forEach(index::remove);
    assertTrue(index.isEmpty());
  }

  @Example
  void beyondItsDepthItFindsMoreThanAsksAndNeverLess() {
    String eight = "1.2.3.4.5.6.7.8";
    Cohort whole = added(index, patterns(eight));
    Cohort below = added(index, patterns(eight + ".>"));
    Cohort deep = added(index, patterns(eight + ".9.10", "*.2.3.4.5.6.7.8.9.*"));
    Cohort twice = added(index, patterns(eight + ".x", eight + ".y"));
    Cohort other = added(index, patterns("1.2.3.4.5.6.7.x.9.10"));

    assertEquals(List.of(whole), find(eight));
    assertEquals(Set.of(below, deep, twice), Set.copyOf(find(eight + ".9.10")));
    assertEquals(List.of(other), find("1.2.3.4.5.6.7.x.9.10.11"));
    Stream.of(whole, below, deep, twice, other).forEach(index::remove);
    assertTrue(index.isEmpty());
  }

  private List<Cohort> find(String topic) {
    return index.find(new Topic(topic)).stream().flatMap(List::stream).toList();
  }

  /** The cohort, once for each of its patterns that matches. */
  private static Stream<Cohort> asking(Cohort cohort, Topic topic) {
    return cohort.topics().stream()
        .filter(pattern -> FewNames.asked(pattern, topic.value()))
        .map(_ -> cohort);
  }

  private static Map<Cohort, Long> counted(Stream<Cohort> cohorts) {
    return cohorts.collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
  }

  private static Cohort added(TopicIndex index, List<TopicPattern> topics) {
    Cohort cohort =
        TestingRelay.cohort(new Interest(TestingRelay.claims("ada"), topics, List.of()).shared());
    index.add(cohort);
    return cohort;
  }

  private static List<TopicPattern> patterns(String... patterns) {
    return Stream.of(patterns).map(TopicPattern::new).toList();
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Step> add =
        path("a", "ab", "c", "*")
            .map(TopicIndexTest::pattern)
            .list()
            .ofMinSize(1)
            .ofMaxSize(4)
            .map(Step.Add::new);
    Arbitrary<Step> remove = Arbitraries.integers().between(0, 100).map(Step.Remove::new);
    Arbitrary<Step> find = path("a", "ab", "c").map(Topic::new).map(Step.Find::new);
    return Arbitraries.oneOf(add, remove, find, find).list().ofMaxSize(60);
  }

  private static Arbitrary<String> path(String... segments) {
    return Arbitraries.of(segments)
        .list()
        .ofMinSize(1)
        .ofMaxSize(5)
        .map(path -> String.join(".", path));
  }

  /** A fifth of them ends in the wildcard for the rest. */
  private static TopicPattern pattern(String path) {
    return new TopicPattern(path.length() % 5 == 0 ? path + ".>" : path);
  }
}
