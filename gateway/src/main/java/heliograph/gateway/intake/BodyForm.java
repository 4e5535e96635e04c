package heliograph.gateway.intake;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.http.MediaType;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.util.Locale;

/**
 * The forms in which events are sent, told apart by their headers (HTTP binding of CloudEvents 1.0,
 * section 3).
 */
public enum BodyForm {
  /** One event in {@code application/cloudevents+json}. */
  STRUCTURED,
  /** An array of events in {@code application/cloudevents-batch+json}. */
  BATCH,
  /** One event, with attributes in {@code ce-} headers and its data as the body. */
  BINARY,
  /**
   * One event or an array of events in {@code application/json}, with fewer required members than
   * CloudEvents have.
   */
  PLAIN;

  static final String HEADER_PREFIX = "ce-";

  private static final HeaderName SPEC_VERSION = HeaderNames.create("ce-specversion");
  private static final String STRUCTURED_TYPE = "application/cloudevents+json";
  private static final String BATCH_TYPE = "application/cloudevents-batch+json";
  private static final String ANY_CLOUDEVENTS = "application/cloudevents";

  /**
   * The form of a body, by its headers.
   *
   * @throws RelayException UNSUPPORTED_MEDIA_TYPE if it has none of these forms
   */
  static BodyForm of(Headers headers) {
    String contentType = headers.first(HeaderNames.CONTENT_TYPE).orElse("");
    String mediaType = MediaType.of(contentType);
    // Batches come first, because their media type begins like that of single events.
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

  /** Whether headers announce one or several CloudEvents in JSON. */
  static boolean isStructured(Headers headers) {
    return MediaType.of(headers).startsWith(ANY_CLOUDEVENTS);
  }

  /** Whether headers announce a CloudEvent in binary mode. */
  static boolean isBinary(Headers headers) {
    return headers.contains(SPEC_VERSION);
  }

  /**
   * Whether a body that a mapping reads is a form; otherwise it is JSON.
   *
   * @throws RelayException UNSUPPORTED_MEDIA_TYPE if it is neither, or not in UTF-8
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
