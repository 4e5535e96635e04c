package heliograph.gateway.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Arrays;
import java.util.List;

/** Sends what a client may have already (RFC 9110, section 13.1.2). Any thread. */
public final class Conditional {
  private Conditional() {}

  /**
   * Sends bytes, or 304 to a client that has them.
   *
   * @param tag their entity tag
   */
  public static void send(
      ServerRequest request, ServerResponse response, String tag, byte[] bytes) {
    response.header(HeaderNames.ETAG, tag);
    boolean has =
        request.headers().all(HeaderNames.IF_NONE_MATCH, List::of).stream()
            .flatMap(values -> Arrays.stream(values.split(",", -1)))
            .map(String::strip)
            .anyMatch(it -> it.equals("*") || it.equals(tag) || it.equals("W/" + tag));
    if (has) {
      response.status(Status.NOT_MODIFIED_304).send();
    } else {
      response.send(bytes);
    }
  }
}
