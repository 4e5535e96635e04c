package heliograph.gateway.wire;

import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Headers;
import io.helidon.http.RequestException;
import io.helidon.http.WritableHeaders;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Checks what the head of a request says of its framing: the host it goes to, where the request
 * ends, and whether the connection goes on after it. A request whose end is in doubt is refused
 * (RFC 9112 section 6.3). Helidon takes the first of several lengths, and takes a body in an
 * unknown transfer coding for the next request; a proxy in front of us that reads the request
 * otherwise would then mix up two callers (request smuggling). Helidon also knows the words for all
 * this in one spelling only, so they are put into that spelling. Any thread.
 */
public final class Framing {
  /** What a client is told whose {@code Host} is missing, double or malformed. */
  public static final String HOST =
      "Host: exactly one is required, a name or an address, and a port of digits if any";

  private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");
  private static final Pattern AUTHORITY =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[0-9A-Za-z._-]+)(:[0-9]{1,5})?");

  private Framing() {}

  /**
   * Checks the framing of a request, and puts its headers into the spelling that Helidon reads.
   *
   * @throws RequestException which ends the connection after its answer
   */
  static void settle(RequestLine line, WritableHeaders<?> headers) {
    checkEnd(headers, line.old());
    if (!line.authority().isEmpty()) {
      if (!AUTHORITY.matcher(line.authority()).matches()) {
        throw Malformed.refused("the host of the target is no name and no address");
      }
      headers.set(HeaderNames.HOST, line.authority());
    }
    if (headers.contains(HeaderNames.TRANSFER_ENCODING)) {
      headers.set(HeaderValues.TRANSFER_ENCODING_CHUNKED);
    }
    if (line.old() || says(headers, HeaderNames.CONNECTION, "close")) {
      headers.set(HeaderValues.CONNECTION_CLOSE);
    }
    expectation(line, headers)
        .ifPresentOrElse(headers::set, () -> headers.remove(HeaderNames.EXPECT));
  }

  private static void checkEnd(Headers headers, boolean old) {
    boolean coded = headers.contains(HeaderNames.TRANSFER_ENCODING);
    boolean measured = headers.contains(HeaderNames.CONTENT_LENGTH);
    if (coded && old) {
      // HTTP/1.0 has no transfer coding, so its framing is faulty (RFC 9112 section 6.1).
      throw Malformed.refused("Transfer-Encoding: there is none in HTTP/1.0");
    }
    if (coded && measured) {
      throw Malformed.refused("Transfer-Encoding and Content-Length: only one of them");
    }
    if (coded && !sole(headers, HeaderNames.TRANSFER_ENCODING).equalsIgnoreCase("chunked")) {
      throw Malformed.refused("Transfer-Encoding: only chunked, once");
    }
    if (measured && !LENGTH.matcher(sole(headers, HeaderNames.CONTENT_LENGTH)).matches()) {
      throw Malformed.refused("Content-Length: one number of at most 18 digits");
    }
  }

  /**
   * The expectation that is met. Other ones may be ignored, and with HTTP/1.0 this one has to be
   * (RFC 9110 section 10.1.1).
   */
  private static Optional<Header> expectation(RequestLine line, Headers headers) {
    return !line.old() && says(headers, HeaderNames.EXPECT, "100-continue")
        ? Optional.of(HeaderValues.EXPECT_100)
        : Optional.empty();
  }

  /** Whether the list in a header has a member, whatever its case. */
  private static boolean says(Headers headers, HeaderName name, String member) {
    return headers.all(name, List::of).stream()
        .flatMap(value -> Arrays.stream(value.split(",")))
        .anyMatch(it -> it.strip().equalsIgnoreCase(member));
  }

  /** The value of a header; an empty text if the header has none or several. */
  private static String sole(Headers headers, HeaderName name) {
    return headers.all(name, List::of).size() == 1 ? headers.get(name).get() : "";
  }
}
