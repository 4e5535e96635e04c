package heliograph.gateway.http;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads which media types a client takes, from {@code Accept} (RFC 9110 sections 12.4.2 and
 * 12.5.1). Any thread.
 */
public final class AcceptedTypes {
  private static final Pattern COMMA = Pattern.compile(",");
  private static final Pattern SEMICOLON = Pattern.compile(";");
  private static final Pattern RANGE = Pattern.compile("[^\\s/]+/[^\\s/]+");
  private static final Pattern WEIGHT =
      Pattern.compile("[qQ]=(0(?:\\.[0-9]{0,3})?|1(?:\\.0{0,3})?)");

  private AcceptedTypes() {}

  /**
   * One range of the header.
   *
   * @param name the type and subtype in lower case, such as {@code text/*}
   * @param weight from 0, for a type that is not taken, to 1
   */
  private record Range(String name, double weight) {
    static Stream<Range> read(String text) {
      String[] parts = SEMICOLON.split(text);
      String name = parts[0].strip().toLowerCase(Locale.ROOT);
      List<String> weights =
          Arrays.stream(parts)
              .skip(1)
              .map(String::strip)
              .filter(part -> part.regionMatches(true, 0, "q=", 0, 2))
              .toList();
      if (!RANGE.matcher(name).matches()) {
        return Stream.empty();
      }
      if (weights.isEmpty()) {
        return Stream.of(new Range(name, 1));
      }
      Matcher weight = WEIGHT.matcher(weights.getFirst());
      return weight.matches()
          ? Stream.of(new Range(name, Double.parseDouble(weight.group(1))))
          : Stream.empty();
    }
  }

  /**
   * Whether a client takes a type: of the ranges that the type lies in, the narrowest decides. A
   * client that says nothing takes everything.
   *
   * @param values the values of {@code Accept}; what is malformed in them is ignored
   * @param type the type and subtype in lower case, without parameters
   */
  public static boolean has(List<String> values, String type) {
    List<Range> ranges = ranges(values);
    String wholeKind = type.substring(0, type.indexOf('/') + 1) + "*";
    return ranges.isEmpty()
        || Stream.of(type, wholeKind, "*/*")
            .map(range -> weight(ranges, range))
            .flatMapToDouble(OptionalDouble::stream)
            .limit(1)
            .anyMatch(weight -> weight > 0);
  }

  /** Whether a client names a type itself; only browsers do so for pages. */
  public static boolean names(List<String> values, String type) {
    return weight(ranges(values), type).orElse(0) > 0;
  }

  private static List<Range> ranges(List<String> values) {
    return values.stream().flatMap(COMMA::splitAsStream).flatMap(Range::read).toList();
  }

  private static OptionalDouble weight(List<Range> ranges, String name) {
    return ranges.stream()
        .filter(range -> range.name.equals(name))
        .mapToDouble(Range::weight)
        .max();
  }
}
