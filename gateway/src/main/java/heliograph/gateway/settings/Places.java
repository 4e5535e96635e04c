package heliograph.gateway.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A text with places in braces to fill in, such as {@code {timestamp}.{body}}, cut at these. */
public final class Places {
  /** The longest text, in characters. */
  static final int MAX_LENGTH = 1024;

  private static final Pattern PLACE = Pattern.compile("\\{([^{}]*)}");

  private Places() {}

  /**
   * A piece of the text, and the place that follows it.
   *
   * @param fixed what stands before the place; may be empty
   * @param place what stands in its braces; empty behind the last one
   */
  public record Stretch(String fixed, Optional<String> place) {}

  /**
   * Cuts a text at its places.
   *
   * @throws IllegalArgumentException if the text is too long, or has a brace alone
   */
  public static List<Stretch> of(String text) {
    if (text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException("is over " + MAX_LENGTH + " characters");
    }
    List<Stretch> stretches = new ArrayList<>();
    Matcher place = PLACE.matcher(text);
    int at = 0;
    while (place.find()) {
      stretches.add(
          new Stretch(fixed(text.substring(at, place.start())), Optional.of(place.group(1))));
      at = place.end();
    }
    stretches.add(new Stretch(fixed(text.substring(at)), Optional.empty()));
    return stretches;
  }

  private static String fixed(String text) {
    if (text.contains("{") || text.contains("}")) {
      throw new IllegalArgumentException("has a brace without its other");
    }
    return text;
  }
}
