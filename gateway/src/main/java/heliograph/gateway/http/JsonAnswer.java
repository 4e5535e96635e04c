package heliograph.gateway.http;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.ServerResponse;

/** An answer in JSON, for whoever asked and nobody else: no cache keeps it. Any thread. */
public final class JsonAnswer {
  private static final Header NO_STORE =
      HeaderValues.createCached(HeaderNames.CACHE_CONTROL, "no-store");

  private JsonAnswer() {}

  /** The response with the headers of such an answer, about to be sent. */
  public static ServerResponse in(ServerResponse response) {
    return response.header(HeaderValues.CONTENT_TYPE_JSON).header(NO_STORE);
  }
}
