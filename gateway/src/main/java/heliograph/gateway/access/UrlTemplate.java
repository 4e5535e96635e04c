package heliograph.gateway.access;

import heliograph.contract.TopicPattern;
import heliograph.gateway.settings.Settings;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An address with places for a topic: {@code {topic}} for all of it, {@code {1}}, {@code {2}} and
 * so on for its segments. They come after the host, and what is put in is encoded, so a topic can
 * never choose another server or another path than the one that was meant.
 */
record UrlTemplate(String text) {
  private static final Pattern PLACE = Pattern.compile("\\{(topic|[1-9][0-9]?)}");

  /**
   * @throws IllegalArgumentException if it is no such address
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
          "must be an http or https URL, with {topic}, {1}, {2} and so on behind the host alone");
    }
  }

  /** The address for a topic; none if it has not the segments that are asked for. */
  Optional<URI> of(TopicPattern topic) {
    String[] segments = topic.value().split("\\.", -1);
    Matcher places = PLACE.matcher(text);
    StringBuilder filled = new StringBuilder();
    while (places.find()) {
      String place = places.group(1);
      if (place.equals("topic")) {
        places.appendReplacement(filled, encoded(topic.value()));
      } else if (Integer.parseInt(place) <= segments.length) {
        places.appendReplacement(filled, encoded(segments[Integer.parseInt(place) - 1]));
      } else {
        return Optional.empty();
      }
    }
    return Optional.of(URI.create(places.appendTail(filled).toString()));
  }

  /** What else a pattern consists of is unreserved (RFC 3986 section 2.3). */
  private static String encoded(String text) {
    return text.replace("*", "%2A").replace(">", "%3E");
  }
}
