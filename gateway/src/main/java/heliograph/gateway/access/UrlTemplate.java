package heliograph.gateway.access;

import heliograph.contract.TopicPattern;
import heliograph.gateway.settings.Settings;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An address with places. For a topic these are {@code {topic}} for all of it, {@code {1}}, {@code
 * {2}} and so on for its segments; for the path of a profile {@code {path.id}} and the like. Places
 * come only after the host, and what is put in is encoded, so neither can choose another server or
 * another path than the operator meant.
 */
record UrlTemplate(String text) {
  private static final String PATH = "path.";
  private static final Pattern PLACE =
      Pattern.compile("\\{(topic|[1-9][0-9]?|path\\.[A-Za-z0-9_-]+)}");

  /**
   * Checks the address.
   *
   * @throws IllegalArgumentException if the text is no http or https URL, or has a place in its
   *     host, user information or a fragment
   */
  UrlTemplate {
    URI filled = Settings.httpUri(PLACE.matcher(text).replaceAll("x"));
    int host = text.indexOf("://") + 3;
    int first = text.indexOf('{');
    int path = text.substring(host).replace('?', '/').indexOf('/');
    if (filled.getRawFragment() != null
        || filled.getRawUserInfo() != null
        || (first >= 0 && (path < 0 || first < host + path))) {
      throw new IllegalArgumentException(
          "must be an http or https URL, with places behind the host alone");
    }
  }

  /**
   * Reads an address with places for topics.
   *
   * @throws IllegalArgumentException if it is none
   */
  static UrlTemplate ofTopics(String text) {
    UrlTemplate template = new UrlTemplate(text);
    if (!template.places(place -> !place.startsWith(PATH))) {
      throw new IllegalArgumentException("has a place that is none of {topic}, {1}, {2} and so on");
    }
    return template;
  }

  /**
   * Reads an address with places for the path of a profile.
   *
   * @param variables the names of the variables that the path has
   * @throws IllegalArgumentException if it is none
   */
  static UrlTemplate ofPath(String text, Set<String> variables) {
    UrlTemplate template = new UrlTemplate(text);
    if (!template.places(
        place -> place.startsWith(PATH) && variables.contains(place.substring(PATH.length())))) {
      throw new IllegalArgumentException("has a place that is no {path.*} of this profile's path");
    }
    return template;
  }

  private boolean places(Predicate<String> known) {
    return PLACE.matcher(text).results().map(place -> place.group(1)).allMatch(known);
  }

  /** The address for a topic; empty if the topic lacks a segment that the address asks for. */
  Optional<URI> of(TopicPattern topic) {
    String[] segments = topic.value().split("\\.", -1);
    return filled(
        place -> {
          if (place.equals("topic")) {
            return Optional.of(topic.value());
          }
          return place.startsWith(PATH) || Integer.parseInt(place) > segments.length
              ? Optional.empty()
              : Optional.of(segments[Integer.parseInt(place) - 1]);
        });
  }

  /**
   * The address for the path of a profile; empty if the path lacks a variable that the address asks
   * for.
   *
   * @param variables the value of each variable, which is a segment of a topic
   */
  Optional<URI> of(Map<String, String> variables) {
    return filled(
        place ->
            place.startsWith(PATH)
                ? Optional.ofNullable(variables.get(place.substring(PATH.length())))
                : Optional.empty());
  }

  private Optional<URI> filled(Function<String, Optional<String>> values) {
    Matcher places = PLACE.matcher(text);
    StringBuilder filled = new StringBuilder();
    while (places.find()) {
      Optional<String> value = values.apply(places.group(1));
      if (value.isEmpty()) {
        return Optional.empty();
      }
      places.appendReplacement(filled, encoded(value.get()));
    }
    return Optional.of(URI.create(places.appendTail(filled).toString()));
  }

  /**
   * Percent-encodes the two characters of a pattern that are not unreserved (RFC 3986, section
   * 2.3).
   */
  private static String encoded(String text) {
    return text.replace("*", "%2A").replace(">", "%3E");
  }
}
