package heliograph.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A topic pattern matches segment by segment: * one of them, a last > one or more. */
class TopicPatternTest {
  @ParameterizedTest
  @CsvSource({
    "orders.42,   orders.42,     true",
    "orders.42,   orders.421,    false",
    "orders.421,  orders.42,     false",
    "orders.42,   orders,        false",
    "orders,      orders.42,     false",
    "orders,      Orders,        false",
    "orders.*,    orders.42,     true",
    "orders.*,    orders,        false",
    "orders.*,    orders.42.x,   false",
    "*,           orders,        true",
    "*,           orders.42,     false",
    "*.42,        orders.42,     true",
    "*.42,        orders.x.42,   false",
    "*.*,         orders.42,     true",
    "a.*.c,       a.b.c,         true",
    "a.*.c,       a.b.d,         false",
    "orders.>,    orders.42,     true",
    "orders.>,    orders.42.x.y, true",
    "orders.>,    orders,        false",
    "orders.>,    ordersx.42,    false",
    ">,           orders,        true",
    ">,           a.b.c,         true",
    "*.>,         a.b,           true",
    "*.>,         a,             false",
    "a-.*,        a-.-,          true",
  })
  void theTableOfTheContract(String pattern, String topic, boolean matches) {
    assertEquals(matches, new TopicPattern(pattern).matches(new Topic(topic)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", ".", "a.", ".a", "a..b", "a*", "*a", "**", "a>", ">a", ">.a", "a.>.b", ">>", "a b",
        "a\n", "a/b", "é", ".>", "a,b"
      })
  void anythingElseIsRefused(String pattern) {
    Refusal.assertRefused(ErrorCode.INVALID_REQUEST, () -> new TopicPattern(pattern));
  }

  @Test
  void aPatternIsAsLongAsATopicAtMost() {
    String longest = "*.".repeat(99) + "*";

    assertTrue(new TopicPattern(longest).matches(new Topic("a.".repeat(99) + "b")));
    Refusal.assertRefused(
        ErrorCode.INVALID_REQUEST, () -> new TopicPattern("a".repeat(Topic.MAX_LENGTH + 1)));
  }

  @Property
  void aPatternMatchesWhatAListOfItsSegmentsMatches(
      @ForAll("patterns") List<String> pattern, @ForAll("topics") List<String> topic) {
    boolean matches =
        new TopicPattern(String.join(".", pattern)).matches(new Topic(String.join(".", topic)));

    assertEquals(naive(pattern, topic), matches);
  }

  private static boolean naive(List<String> pattern, List<String> topic) {
    if (pattern.isEmpty() || topic.isEmpty()) {
      return pattern.isEmpty() && topic.isEmpty();
    }
    String first = pattern.getFirst();
    if (first.equals(">")) {
      return true;
    }
    return (first.equals("*") || first.equals(topic.getFirst()))
        && naive(pattern.subList(1, pattern.size()), topic.subList(1, topic.size()));
  }

  @Property
  void narrowedNamesWhatBothName(
      @ForAll("patterns") List<String> one,
      @ForAll("patterns") List<String> other,
      @ForAll("topics") List<String> topic) {
    TopicPattern left = new TopicPattern(String.join(".", one));
    TopicPattern right = new TopicPattern(String.join(".", other));
    Topic name = new Topic(String.join(".", topic));

    assertEquals(left.narrowed(right), right.narrowed(left));
    assertEquals(left.overlaps(right), left.narrowed(right).isPresent());
    assertEquals(
        left.matches(name) && right.matches(name),
        left.narrowed(right).filter(both -> both.matches(name)).isPresent());
  }

  @Test
  void whatIsLongerThanAnyTopicNamesNone() {
    TopicPattern left = new TopicPattern("a".repeat(150) + ".*");
    TopicPattern right = new TopicPattern("*." + "b".repeat(150));

    assertEquals(Optional.empty(), left.narrowed(right));
  }

  // Few and short segments, so that a random pattern often meets a topic it nearly matches.
  @Provide
  Arbitrary<List<String>> topics() {
    return Arbitraries.of("a", "b", "ab", "-").list().ofMinSize(1).ofMaxSize(5);
  }

  @Provide
  Arbitrary<List<String>> patterns() {
    Arbitrary<List<String>> inner = Arbitraries.of("a", "b", "ab", "-", "*").list().ofMaxSize(4);
    Arbitrary<String> last = Arbitraries.of("a", "b", "ab", "-", "*", ">");
    return inner.flatMap(
        segments ->
            last.map(
                end -> {
                  List<String> all = new ArrayList<>(segments);
                  all.add(end);
                  return all;
                }));
  }
}
