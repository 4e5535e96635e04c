package heliograph.gateway.wire;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.Status;
import io.helidon.http.WritableHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The head of an answer that is written past Helidon (RFC 9112 section 2.1): a stream's, which goes
 * on for longer than its request, or one to a connection that is cut. One thread.
 */
public final class ResponseHead {
  // They say how an answer is written, which is for whoever writes it to say.
  private static final List<HeaderName> FRAMING =
      List.of(
          HeaderNames.CONNECTION,
          HeaderNames.CONTENT_ENCODING,
          HeaderNames.CONTENT_LENGTH,
          HeaderNames.TRAILER,
          HeaderNames.TRANSFER_ENCODING);

  private static final int USUAL_LENGTH = 512;

  private final Status status;
  private final WritableHeaders<?> headers;

  private ResponseHead(Status status, WritableHeaders<?> headers) {
    this.status = status;
    this.headers = headers;
  }

  /** A head without headers. */
  public static ResponseHead of(Status status) {
    return new ResponseHead(status, WritableHeaders.create());
  }

  /**
   * A head with the headers that a response has so far, as filters set them; without those that say
   * how it is written.
   */
  public static ResponseHead of(Status status, Headers response) {
    WritableHeaders<?> headers = WritableHeaders.create(response);
    FRAMING.forEach(headers::remove);
    return new ResponseHead(status, headers);
  }

  /** Sets a header, in place of what it was. */
  public ResponseHead set(HeaderName name, String value) {
    headers.set(name, value);
    return this;
  }

  /** Adds a value to a header that is a list, such as {@code Vary}. */
  public ResponseHead add(HeaderName name, String value) {
    headers.add(name, value);
    return this;
  }

  /**
   * The bytes of it, with the empty line at its end.
   *
   * @throws IllegalArgumentException if a name or value would not stay within its line
   */
  public byte[] bytes() {
    BufferData bytes = BufferData.growing(USUAL_LENGTH);
    String line = "HTTP/1.1 " + status.code() + " " + status.reasonPhrase() + "\r\n";
    bytes.write(line.getBytes(StandardCharsets.US_ASCII));
    headers.forEach(
        header -> {
          header.validate();
          header.writeHttp1Header(bytes);
        });
    bytes.write('\r');
    bytes.write('\n');
    return bytes.readBytes();
  }
}
