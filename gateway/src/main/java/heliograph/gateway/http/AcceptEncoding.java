package heliograph.gateway.http;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads which content codings a client accepts, and prefers (RFC 9110, section 12.5.3). Any thread.
 */
public final class AcceptEncoding {
  private static final Pattern COMMA = Pattern.compile(",");
  private static final Pattern CODING =
      Pattern.compile("([^\\s;,]+)(?:\\s*;\\s*[qQ]=(0(?:\\.[0-9]{0,3})?|1(?:\\.0{0,3})?))?");

  private AcceptEncoding() {}

  /**
   * Whether to answer in gzip: the client accepts it, by name or by {@code *}, and does not prefer
   * no coding at all. A client that sends no header may know no codings, so it gets none.
   *
   * @param values the values of {@code Accept-Encoding}; malformed parts are ignored
   */
  public static boolean gzip(List<String> values) {
    OptionalDouble any = weight(values, List.of("*"));
    OptionalDouble gzip = weight(values, List.of("gzip", "x-gzip"));
    OptionalDouble identity = weight(values, List.of("identity"));
    double liked = gzip.orElse(any.orElse(0));
    return liked > 0 && liked >= identity.orElse(any.orElse(0));
  }

  private static OptionalDouble weight(List<String> values, List<String> names) {
    return values.stream()
        .flatMap(COMMA::splitAsStream)
        .map(coding -> CODING.matcher(coding.strip()))
        .filter(Matcher::matches)
        .filter(coding -> names.contains(coding.group(1).toLowerCase(Locale.ROOT)))
        .mapToDouble(coding -> coding.group(2) == null ? 1 : Double.parseDouble(coding.group(2)))
        .max();
  }
}
