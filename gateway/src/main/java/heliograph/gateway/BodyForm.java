package heliograph.gateway;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.util.Locale;

/** The forms in which events are sent; told apart as the HTTP binding of CloudEvents 1.0 says. */
enum BodyForm {
  /** One event in {@code application/cloudevents+json}. */
  STRUCTURED,
  /** An array of events in {@code application/cloudevents-batch+json}. */
  BATCH,
  /** Attributes in {@code ce-} headers, the body is the data. */
  BINARY,
  /** {@code application/json}: the same members with fewer required, one event or an array. */
  PLAIN;

  static final String HEADER_PREFIX = "ce-";

  private static final HeaderName SPEC_VERSION = HeaderNames.create("ce-specversion");
  private static final String STRUCTURED_TYPE = "application/cloudevents+json";
  private static final String BATCH_TYPE = "application/cloudevents-batch+json";
  private static final String ANY_CLOUDEVENTS = "application/cloudevents";
  static final String FORM_TYPE = "application/x-www-form-urlencoded";
  static final String PLAIN_TYPE = "application/json";

  /**
   * @throws RelayException UNSUPPORTED_MEDIA_TYPE if it is none of them
   */
  static BodyForm of(Headers headers) {
    String contentType = headers.first(HeaderNames.CONTENT_TYPE).orElse("");
    String mediaType = mediaType(contentType);
    // Batch first: its name begins like the other's.
    if (mediaType.equals(BATCH_TYPE)) {
      return utf8(contentType, BATCH);
    }
    if (mediaType.equals(STRUCTURED_TYPE)) {
      return utf8(contentType, STRUCTURED);
    }
    if (headers.contains(SPEC_VERSION) && !mediaType.startsWith(ANY_CLOUDEVENTS)) {
      return BINARY;
    }
    if (mediaType.equals(PLAIN_TYPE)) {
      return utf8(contentType, PLAIN);
    }
    throw new RelayException(
        ErrorCode.UNSUPPORTED_MEDIA_TYPE,
        "Content-Type: %s, %s, %s, or any with ce- headers"
            .formatted(STRUCTURED_TYPE, BATCH_TYPE, PLAIN_TYPE));
  }

  /**
   * Checks that a request has a body of the one media type that is read there.
   *
   * @throws RelayException UNSUPPORTED_MEDIA_TYPE
   */
  static void checkOnly(Headers headers, String type) {
    if (!mediaType(headers.first(HeaderNames.CONTENT_TYPE).orElse("")).equals(type)) {
      throw new RelayException(ErrorCode.UNSUPPORTED_MEDIA_TYPE, "only " + type);
    }
  }

  /** Whether a body is one or several CloudEvents in JSON. */
  static boolean isStructured(Headers headers) {
    return mediaType(headers.first(HeaderNames.CONTENT_TYPE).orElse(""))
        .startsWith(ANY_CLOUDEVENTS);
  }

  /** Whether headers make a body the data of a CloudEvent. */
  static boolean isBinary(Headers headers) {
    return headers.contains(SPEC_VERSION);
  }

  /**
   * Whether a third party sends a form; it sends JSON otherwise.
   *
   * @throws RelayException UNSUPPORTED_MEDIA_TYPE if it sends neither
   */
  static boolean isForm(Headers headers) {
    String contentType = headers.first(HeaderNames.CONTENT_TYPE).orElse("");
    String mediaType = mediaType(contentType);
    if (!mediaType.equals(FORM_TYPE) && (mediaType.isEmpty() || !isJson(mediaType))) {
      throw new RelayException(
          ErrorCode.UNSUPPORTED_MEDIA_TYPE,
          "Content-Type: set the webhook to send %s, or %s".formatted(PLAIN_TYPE, FORM_TYPE));
    }
    utf8(contentType, PLAIN);
    return mediaType.equals(FORM_TYPE);
  }

  /** The type and subtype of a Content-Type, in lower case, without parameters. */
  static String mediaType(String contentType) {
    int parameters = contentType.indexOf(';');
    String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
    return type.strip().toLowerCase(Locale.ROOT);
  }

  /** Whether data of this media type is JSON: absent, {@code json}, or with the suffix. */
  static boolean isJson(String mediaType) {
    return mediaType.isEmpty() || mediaType.endsWith("/json") || mediaType.endsWith("+json");
  }

  private static BodyForm utf8(String contentType, BodyForm form) {
    String lower = contentType.toLowerCase(Locale.ROOT).replace("\"", "").replace(" ", "");
    int charset = lower.indexOf(";charset=");
    if (charset >= 0
        && !lower.substring(charset + ";charset=".length()).split(";", 2)[0].equals("utf-8")) {
      throw new RelayException(ErrorCode.UNSUPPORTED_MEDIA_TYPE, "charset: only utf-8");
    }
    return form;
  }
}
