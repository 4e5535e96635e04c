package heliograph.gateway.intake;

import heliograph.contract.Attribute;
import heliograph.contract.Payload;
import heliograph.contract.RelayException;
import heliograph.gateway.json.Json;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads events in the binary mode of the HTTP binding of CloudEvents 1.0 (section 3.1): attributes
 * in headers, data in the body. Any thread.
 */
final class BinaryMode {
  private static final String CONTENT_TYPE = "datacontenttype";

  private BinaryMode() {}

  /**
   * Reads the attributes from a request's headers.
   *
   * @throws RelayException INVALID_EVENT naming the attribute that cannot be decoded
   */
  static SentEvent read(Headers headers) {
    SentEvent sent = SentEvent.none();
    for (Header header : headers) {
      String name = header.headerName().lowerCase();
      if (name.startsWith(BodyForm.HEADER_PREFIX)) {
        put(sent, name.substring(BodyForm.HEADER_PREFIX.length()), header);
      }
    }
    headers
        .first(HeaderNames.CONTENT_TYPE)
        .ifPresent(type -> sent.put(CONTENT_TYPE, new Attribute.Text(whole(CONTENT_TYPE, type))));
    return sent;
  }

  /** Writes an event as a JSON object, for the pointers of a mapping; binary data is left out. */
  static byte[] json(SentEvent sent, Payload payload) {
    String data = new String(payload.bytes(), StandardCharsets.UTF_8);
    return Json.object(
            json -> {
              sent.values()
                  .forEach(
                      (name, value) -> {
                        if (value instanceof SentEvent.Value.Scalar(Attribute attribute)) {
                          json.writeStringProperty(name, attribute.text());
                        }
                      });
              switch (payload.form()) {
                case JSON -> {
                  json.writeName("data");
                  json.writeRawValue(data);
                }
                case TEXT -> json.writeStringProperty("data", data);
                case ABSENT, BINARY -> {
                  // There is nothing that a pointer could look into.
                }
              }
            })
        .getBytes(StandardCharsets.UTF_8);
  }

  private static void put(SentEvent sent, String name, Header header) {
    if (name.equals(CONTENT_TYPE)) {
      // The type of the data is in Content-Type, and nowhere else (section 3.1.1).
      throw RelayException.invalid(name, name + ": goes into Content-Type, not into a ce- header");
    }
    if (header.valueCount() > 1) {
      throw RelayException.invalid(name, name + ": header sent twice");
    }
    sent.put(name, new Attribute.Text(decode(name, header.get())));
  }

  /**
   * Refuses a header that was not UTF-8. Section 3.1.3.2 wants other characters than ASCII
   * percent-encoded, but many senders write them as UTF-8. In any other encoding Helidon has
   * replaced them, and the event would be kept with the replacement.
   */
  private static String whole(String name, String value) {
    if (value.indexOf(Source.REPLACED) >= 0) {
      throw RelayException.invalid(name, name + ": the header is not UTF-8");
    }
    return value;
  }

  /**
   * Decodes a header's value (section 3.1.3.2): first its double quotes with their escapes, then
   * its percent-encoding, once.
   */
  static String decode(String name, String value) {
    String text = whole(name, value.strip());
    if (text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")) {
      text = text.substring(1, text.length() - 1).replaceAll("\\\\(.)", "$1");
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      int c = text.codePointAt(i);
      if (c != '%') {
        bytes.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
        i += Character.charCount(c) - 1;
      } else if (i + 2 < text.length() && isHex(text.charAt(i + 1)) && isHex(text.charAt(i + 2))) {
        bytes.write(Integer.parseInt(text, i + 1, i + 3, 16));
        i += 2;
      } else {
        throw RelayException.invalid(name, name + ": a percent sign without two hex digits");
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException _) {
      throw RelayException.invalid(name, name + ": not UTF-8 after percent-decoding");
    }
  }

  private static boolean isHex(char c) {
    return Character.digit(c, 16) >= 0 && c < 0x80;
  }
}
