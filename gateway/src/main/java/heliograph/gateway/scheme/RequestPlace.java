package heliograph.gateway.scheme;

import heliograph.gateway.json.Pointers;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;

/**
 * A place in a webhook: {@code query:NAME}, {@code header:NAME}, or the JSON pointer of a text in
 * the body. Any thread.
 */
sealed interface RequestPlace {
  record Query(String name) implements RequestPlace {}

  record Header(HeaderName name) implements RequestPlace {}

  record Body(String pointer) implements RequestPlace {}

  /**
   * Reads the name of a place.
   *
   * @throws IllegalArgumentException if the text names no place
   */
  static RequestPlace of(String text) {
    if (text.startsWith("/")) {
      return new Body(text);
    }
    String name = text.substring(text.indexOf(':') + 1);
    if (text.startsWith("query:") && SchemeConfig.PARAMETER.matcher(name).matches()) {
      return new Query(name);
    }
    if (text.startsWith("header:") && SchemeConfig.HEADER.matcher(name).matches()) {
      return new Header(HeaderNames.create(name));
    }
    throw new IllegalArgumentException(
        "must be query:NAME, header:NAME or a JSON pointer such as /challenge");
  }

  /** The text at this place; empty if there is none. */
  default String text(HookRequest request, Pointers.Found body) {
    return switch (this) {
      case Query(String name) -> request.parameter(name);
      case Header(HeaderName name) -> Scheme.one(request.headers(), name);
      case Body(String pointer) -> body.text(pointer).orElse("");
    };
  }
}
