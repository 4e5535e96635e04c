package heliograph.gateway.http;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.util.Locale;

/** Reads and checks the media type of a body (RFC 9110 section 8.3.1). Any thread. */
public final class MediaType {
  /** The media type of a form (URL Standard, section 5). */
  public static final String FORM = "application/x-www-form-urlencoded";

  /** The media type of JSON (RFC 8259 section 11). */
  public static final String JSON = "application/json";

  private MediaType() {}

  /**
   * The media type in the Content-Type of headers, in lower case and without parameters; empty if
   * they have none.
   */
  public static String of(Headers headers) {
    return of(headers.first(HeaderNames.CONTENT_TYPE).orElse(""));
  }

  /** The type and subtype of a Content-Type, in lower case and without parameters. */
  public static String of(String contentType) {
    int parameters = contentType.indexOf(';');
    String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
    return type.strip().toLowerCase(Locale.ROOT);
  }

  /**
   * Checks that a request has a body of one media type.
   *
   * @throws RelayException UNSUPPORTED_MEDIA_TYPE if it has another, or none
   */
  public static void require(Headers headers, String type) {
    if (!of(headers).equals(type)) {
      throw new RelayException(ErrorCode.UNSUPPORTED_MEDIA_TYPE, "only " + type);
    }
  }

  /**
   * Whether data of a media type is JSON: the type is empty, or its subtype is {@code json} or has
   * the suffix {@code +json} (RFC 6839 section 3.1).
   */
  public static boolean isJson(String mediaType) {
    return mediaType.isEmpty() || mediaType.endsWith("/json") || mediaType.endsWith("+json");
  }
}
