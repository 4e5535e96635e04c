package heliograph.gateway;

import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Refuses requests of which it is not beyond doubt where they end (RFC 9112 section 6.3). Helidon
 * takes the first of several lengths, and a body of a transfer coding it does not know for the next
 * request; a proxy in front of us that reads it otherwise would then mix up two callers. Any
 * thread.
 */
final class Framing {
  private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

  private Framing() {}

  /**
   * @throws RequestException which ends the connection after its answer
   */
  static void check(Headers headers) {
    boolean coded = headers.contains(HeaderNames.TRANSFER_ENCODING);
    boolean measured = headers.contains(HeaderNames.CONTENT_LENGTH);
    boolean clear =
        !(coded && measured)
            && (!coded || sole(headers, HeaderNames.TRANSFER_ENCODING).equals("chunked"))
            && (!measured || LENGTH.matcher(sole(headers, HeaderNames.CONTENT_LENGTH)).matches());
    if (!clear) {
      throw RequestException.builder()
          .type(DirectHandler.EventType.BAD_REQUEST)
          .status(Status.BAD_REQUEST_400)
          .setKeepAlive(false)
          .message("the length of the body is in doubt")
          .build();
    }
  }

  /** A header's value, or nothing if it has several. */
  private static String sole(Headers headers, HeaderName name) {
    return headers.all(name, List::of).size() == 1 ? headers.get(name).get() : "";
  }
}
