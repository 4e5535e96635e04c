package heliograph.gateway.scheme;

import io.helidon.common.uri.UriQuery;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.WritableHeaders;
import java.util.Optional;

/** Webhooks as a scheme sees them, without a connection. */
final class Hooks {
  private Hooks() {}

  static HookRequest with(Headers headers) {
    return new HookRequest(headers, "", UriQuery.empty(), Optional.empty());
  }

  /** With these headers, names and values in turn; an empty value is none. */
  static WritableHeaders<?> headers(String... namesAndValues) {
    WritableHeaders<?> headers = WritableHeaders.create();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      if (!namesAndValues[i + 1].isEmpty()) {
        headers.set(HeaderNames.create(namesAndValues[i]), namesAndValues[i + 1]);
      }
    }
    return headers;
  }
}
