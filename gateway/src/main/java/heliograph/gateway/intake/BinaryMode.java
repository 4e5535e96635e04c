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

/** The binary mode of the HTTP binding of CloudEvents 1.0, section 3.1: attributes in headers. */
final class BinaryMode {
  private static final String CONTENT_TYPE = "datacontenttype";

  private BinaryMode() {}

  /**
   * The attributes of the request's headers.
   *
   * @throws RelayException INVALID_EVENT naming the attribute, if one cannot be decoded
   */
  static SentEvent read(Headers headers) {
    SentEvent members = SentEvent.none();
    for (Header header : headers) {
      String name = header.headerName().lowerCase();
      if (name.startsWith(BodyForm.HEADER_PREFIX)) {
        put(members, name.substring(BodyForm.HEADER_PREFIX.length()), header);
      }
    }
    headers
        .first(HeaderNames.CONTENT_TYPE)
        .ifPresent(
            type -> members.put(CONTENT_TYPE, new Attribute.Text(whole(CONTENT_TYPE, type))));
    return members;
  }

  /** The event as a JSON object, as a mapping looks into it; binary data is not in it. */
  static byte[] json(SentEvent members, Payload payload) {
    String data = new String(payload.bytes(), StandardCharsets.UTF_8);
    return Json.object(
            json -> {
              members
                  .values()
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
                  // Nothing that a pointer could look into.
                }
              }
            })
        .getBytes(StandardCharsets.UTF_8);
  }

  private static void put(SentEvent members, String name, Header header) {
    if (name.equals(CONTENT_TYPE)) {
      // Section 3.1.1: the type of the data is in Content-Type, and nowhere else.
      throw RelayException.invalid(name, name + ": goes into Content-Type, not into a ce- header");
    }
    if (header.valueCount() > 1) {
      throw RelayException.invalid(name, name + ": header sent twice");
    }
    members.put(name, new Attribute.Text(decode(name, header.get())));
  }

  /**
   * That section wants what is not ASCII encoded by percents; what senders send all the same is
   * UTF-8. Whatever else was there before it was decoded would be kept as a sign for anything.
   */
  private static String whole(String name, String value) {
    if (value.indexOf(Source.REPLACED) >= 0) {
      throw RelayException.invalid(name, name + ": the header is not UTF-8");
    }
    return value;
  }

  /** Section 3.1.3.2: takes off double quotes with their escapes, then one round of percents. */
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
