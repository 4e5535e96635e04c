package heliograph.gateway.intake;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.http.MediaType;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.util.Locale;

/** The forms in which events are sent; told apart as the HTTP binding of CloudEvents 1.0 says. */
public enum BodyForm {
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

  /**
   * @throws RelayException UNSUPPORTED_MEDIA_TYPE if it is none of them
   */
  static BodyForm of(Headers headers) {
    String contentType = headers.first(HeaderNames.CONTENT_TYPE).orElse("");
    String mediaType = MediaType.of(contentType);
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
    if (mediaType.equals(MediaType.JSON)) {
      return utf8(contentType, PLAIN);
    }
    throw new RelayException(
        ErrorCode.UNSUPPORTED_MEDIA_TYPE,
        "Content-Type: %s, %s, %s, or any with ce- headers"
            .formatted(STRUCTURED_TYPE, BATCH_TYPE, MediaType.JSON));
  }

  /** Whether a body is one or several CloudEvents in JSON. */
  static boolean isStructured(Headers headers) {
    return MediaType.of(headers).startsWith(ANY_CLOUDEVENTS);
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
    String mediaType = MediaType.of(contentType);
    if (!mediaType.equals(MediaType.FORM)
        && (mediaType.isEmpty() || !MediaType.isJson(mediaType))) {
      throw new RelayException(
          ErrorCode.UNSUPPORTED_MEDIA_TYPE,
          "Content-Type: set the webhook to send %s, or %s"
              .formatted(MediaType.JSON, MediaType.FORM));
    }
    utf8(contentType, PLAIN);
    return mediaType.equals(MediaType.FORM);
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
