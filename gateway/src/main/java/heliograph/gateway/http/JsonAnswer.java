package heliograph.gateway.http;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.ServerResponse;

/** Prepares responses in JSON that are for their caller alone: no cache keeps them. Any thread. */
public final class JsonAnswer {
  private static final Header NO_STORE =
      HeaderValues.createCached(HeaderNames.CACHE_CONTROL, "no-store");

  private JsonAnswer() {}

  /** Sets the headers of such a response, which is sent next. */
  public static ServerResponse in(ServerResponse response) {
    return response.header(HeaderValues.CONTENT_TYPE_JSON).header(NO_STORE);
  }
}
