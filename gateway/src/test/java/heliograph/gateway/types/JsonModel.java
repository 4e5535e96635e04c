package heliograph.gateway.types;

import heliograph.gateway.types.Mask.With;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** JSON as a tree that knows how it was written, and what masks leave of it, said once more. */
public final class JsonModel {
  /** What stands in the place of what is redacted. */
  public static final String REDACTED = "\"***\"";

  private JsonModel() {}

  public sealed interface Value {
    /** As it is written, without white space. */
    String text();
  }

  /**
   * A value that has no parts.
   *
   * @param said what is hashed of it
   */
  public record Scalar(String text, String said) implements Value {}

  public record Items(List<Value> items) implements Value {
    @Override
    public String text() {
      return items.stream().map(Value::text).collect(Collectors.joining(",", "[", "]"));
    }
  }

  public record Members(List<Member> members) implements Value {
    @Override
    public String text() {
      return members.stream()
          .map(member -> member.written() + ":" + member.value().text())
          .collect(Collectors.joining(",", "{", "}"));
    }
  }

  /**
   * A member of an object.
   *
   * @param written the name in quotes, perhaps with escapes
   */
  public record Member(String written, String name, Value value) {}

  /** A way from the whole to a value: its steps, and what is at each place on the way. */
  private record Place(List<Value> values, List<String> steps) {
    Place to(String step, Value below) {
      List<Value> further = new ArrayList<>(values);
      further.add(below);
      List<String> steps = new ArrayList<>(steps());
      steps.add(step);
      return new Place(further, steps);
    }
  }

  public static Value masked(Value whole, List<Mask> masks, Function<byte[], String> hash) {
    return masked(new Place(List.of(whole), List.of()), masks, hash)
        .orElse(new Scalar("null", "null"));
  }

  private static Optional<Value> masked(
      Place place, List<Mask> masks, Function<byte[], String> hash) {
    Value value = place.values().getLast();
    Optional<With> with =
        masks.stream()
            .filter(mask -> mask.fields().stream().anyMatch(field -> names(field, place)))
            .map(Mask::with)
            .min(Comparator.naturalOrder());
    if (with.isPresent()) {
      return switch (with.get()) {
        case REMOVE -> Optional.empty();
        case NULL -> Optional.of(new Scalar("null", "null"));
        case REDACT -> Optional.of(new Scalar(REDACTED, ""));
        case HASH -> {
          String said = value instanceof Scalar scalar ? scalar.said() : value.text();
          yield Optional.of(
              new Scalar('"' + hash.apply(said.getBytes(StandardCharsets.UTF_8)) + '"', ""));
        }
      };
    }
    return Optional.of(
        switch (value) {
          case Scalar scalar -> scalar;
          case Items(List<Value> items) -> {
            List<Value> left = new ArrayList<>();
            for (int i = 0; i < items.size(); i++) {
              masked(place.to("[" + i, items.get(i)), masks, hash).ifPresent(left::add);
            }
            yield new Items(left);
          }
          case Members(List<Member> members) -> {
            List<Member> left = new ArrayList<>();
            for (Member member : members) {
              masked(place.to(member.name(), member.value()), masks, hash)
                  .ifPresent(kept -> left.add(new Member(member.written(), member.name(), kept)));
            }
            yield new Members(left);
          }
        });
  }

  private static boolean names(String field, Place place) {
    List<String> segments =
        List.of(field.substring(1).split("/", -1)).stream()
            .map(segment -> segment.replace("~1", "/").replace("~0", "~"))
            .toList();
    return names(segments, place.values(), place.steps());
  }

  private static boolean names(List<String> field, List<Value> values, List<String> steps) {
    boolean star = !field.isEmpty() && field.getFirst().equals("*");
    if (star && !(values.getFirst() instanceof Items)) {
      // What stands where items are looked for is an item.
      if (names(rest(field), values, steps)) {
        return true;
      }
    }
    if (steps.isEmpty()) {
      return field.isEmpty();
    }
    String step = steps.getFirst();
    boolean item = step.startsWith("[");
    // Every item is meant where an array is.
    return (item && !field.isEmpty() && names(field, rest(values), rest(steps)))
        || (!field.isEmpty()
            && (star || field.getFirst().equals(item ? step.substring(1) : step))
            && names(rest(field), rest(values), rest(steps)));
  }

  private static <T> List<T> rest(List<T> list) {
    return list.subList(1, list.size());
  }

  public static Arbitrary<Value> values(int depth) {
    Arbitrary<Value> scalar =
        Arbitraries.of(
            number("1.50"),
            number("12345678901234567890.1e400"),
            number("null"),
            new Scalar("\"x\\u0041\\/\"", "\"xA/"),
            new Scalar("\"\"", "\""));
    if (depth == 0) {
      return scalar;
    }
    Arbitrary<Value> below = values(depth - 1);
    Arbitrary<String> name = Arbitraries.of("a", "b", "a/b", "\u00e9", "e\u0301", "A", "0", "*");
    Arbitrary<Member> member =
        Combinators.combine(name, Arbitraries.of(true, false), below)
            .as((plain, escaped, value) -> new Member(written(plain, escaped), plain, value));
    Arbitrary<Value> members =
        member.list().uniqueElements(Member::name).ofMaxSize(4).map(Members::new);
    Arbitrary<Value> items = below.list().ofMaxSize(3).map(Items::new);
    return Arbitraries.frequencyOf(Tuple.of(1, scalar), Tuple.of(4, members), Tuple.of(2, items));
  }

  private static Value number(String text) {
    return new Scalar(text, text);
  }

  private static String written(String name, boolean escaped) {
    return escaped
        ? name.chars()
            .mapToObj(c -> String.format("\\u%04x", c))
            .collect(Collectors.joining("", "\"", "\""))
        : '"' + name + '"';
  }
}
