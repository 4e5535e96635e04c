package heliograph.gateway.scheme;

import heliograph.gateway.json.Pointers;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;

/**
 * A place in a webhook: {@code query:NAME}, {@code header:NAME}, or the JSON pointer of a text in
 * its body. Any thread.
 */
sealed interface RequestPlace {
  record Query(String name) implements RequestPlace {}

  record Header(HeaderName name) implements RequestPlace {}

  record Body(String pointer) implements RequestPlace {}

  /**
   * The place that a text names.
   *
   * @throws IllegalArgumentException if it is none
   */
  static RequestPlace of(String text) {
    if (text.startsWith("/")) {
      return new Body(text);
    }
    String name = text.substring(text.indexOf(':') + 1);
    if (text.startsWith("query:") && SchemeSettings.PARAMETER.matcher(name).matches()) {
      return new Query(name);
    }
    if (text.startsWith("header:") && SchemeSettings.HEADER.matcher(name).matches()) {
      return new Header(HeaderNames.create(name));
    }
    throw new IllegalArgumentException(
        "must be query:NAME, header:NAME or a JSON pointer such as /challenge");
  }

  /** What is there; empty if nothing is. */
  default String text(HookRequest request, Pointers.Found body) {
    return switch (this) {
      case Query(String name) -> request.parameter(name);
      case Header(HeaderName name) -> Scheme.one(request.headers(), name);
      case Body(String pointer) -> body.text(pointer).orElse("");
    };
  }
}
