package heliograph.gateway.http;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.util.Locale;

/** The media type of a body (RFC 9110 section 8.3.1). */
public final class MediaType {
  public static final String FORM = "application/x-www-form-urlencoded";
  public static final String JSON = "application/json";

  private MediaType() {}

  /** The media type that headers say, as {@link #of(String)} has it; empty if they say none. */
  public static String of(Headers headers) {
    return of(headers.first(HeaderNames.CONTENT_TYPE).orElse(""));
  }

  /** The type and subtype of a Content-Type, in lower case, without parameters. */
  public static String of(String contentType) {
    int parameters = contentType.indexOf(';');
    String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
    return type.strip().toLowerCase(Locale.ROOT);
  }

  /**
   * Checks that a request has a body of the one media type that is read there.
   *
   * @throws RelayException UNSUPPORTED_MEDIA_TYPE
   */
  public static void require(Headers headers, String type) {
    if (!of(headers).equals(type)) {
      throw new RelayException(ErrorCode.UNSUPPORTED_MEDIA_TYPE, "only " + type);
    }
  }

  /** Whether data of this media type is JSON: it is absent, {@code json}, or has the suffix. */
  public static boolean isJson(String mediaType) {
    return mediaType.isEmpty() || mediaType.endsWith("/json") || mediaType.endsWith("+json");
  }
}
