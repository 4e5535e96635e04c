package heliograph.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The topics that a subscriber may see, and whether what it asks for is among them. */
class TopicRightsTest {
  // All topics of up to four segments of two names: enough to find one for any pair of patterns of
  // up to three.
  private static final List<Topic> TOPICS =
      Stream.iterate(
              List.of("a", "b"),
              names -> names.stream().flatMap(n -> Stream.of(n + ".a", n + ".b")).toList())
          .limit(4)
          .flatMap(List::stream)
          .map(Topic::new)
          .toList();

  @Property
  void patternsOverlapIfAndOnlyIfSomeTopicIsOfBoth(
      @ForAll("patterns") TopicPattern one, @ForAll("patterns") TopicPattern other) {
    boolean common = TOPICS.stream().anyMatch(topic -> one.matches(topic) && other.matches(topic));

    assertEquals(common, one.overlaps(other), one + " and " + other);
    assertEquals(common, other.overlaps(one), other + " and " + one);
  }

  @Provide
  Arbitrary<TopicPattern> patterns() {
    Arbitrary<String> inner = Arbitraries.of("a", "b", "*");
    Arbitrary<String> last = Arbitraries.of("a", "b", "*", ">");
    return inner
        .list()
        .ofMaxSize(2)
        .flatMap(
            segments ->
                last.map(
                    end ->
                        new TopicPattern(
                            String.join(
                                ".", Stream.concat(segments.stream(), Stream.of(end)).toList()))));
  }

  @Example
  void withoutTopicsNothingIsToBeSeen() {
    assertFalse(allowed().mayKnow(new Topic("a")));
    assertTrue(allowed("a", "b.*").mayKnow(new Topic("b.c")));
    assertFalse(allowed("a", "b.*").mayKnow(new Topic("b")));
  }

  @Example
  void whoseTokenNamesNoTopicsMaySeeAll() {
    Claims claims = new Claims("ada", new Tenant("acme"), Set.of(), Instant.MAX);

    TOPICS.forEach(topic -> assertTrue(claims.mayKnow(topic)));
  }

  private static Claims allowed(String... patterns) {
    return new Claims(
        "ada",
        new Tenant("acme"),
        Set.of(),
        Stream.of(patterns).map(TopicPattern::new).toList(),
        Instant.MAX,
        Claims.Proof.NONE);
  }
}
