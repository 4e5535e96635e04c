package heliograph.gateway;

import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A form as Twilio and Mandrill sign it: each name and its value, decoded, in the order of the
 * names and with nothing between them. Of a name that comes with several values, each of these
 * comes once, in their order. Any thread.
 */
final class SignedForm {
  /** The most fields of a form. */
  static final int MAX_FIELDS = 1000;

  private static final String TYPE = "application/x-www-form-urlencoded";

  private SignedForm() {}

  /**
   * What is signed of a body; empty if that is no form: of another media type, it would be read as
   * another thing than was signed.
   */
  static Optional<byte[]> of(Headers headers, byte[] body) {
    String contentType = headers.first(HeaderNames.CONTENT_TYPE).orElse("");
    if (!BodyForm.mediaType(contentType).equals(TYPE)) {
      return Optional.empty();
    }
    // Each byte a character, so that they are sorted and written as the bytes that they are.
    String text = new String(body, StandardCharsets.ISO_8859_1);
    String[] fields = text.split("&", MAX_FIELDS + 1);
    if (fields.length > MAX_FIELDS) {
      return Optional.empty();
    }
    Map<String, SortedSet<String>> values = new TreeMap<>();
    try {
      for (String field : fields) {
        if (!field.isEmpty()) {
          int equals = field.indexOf('=');
          String name = decoded(equals < 0 ? field : field.substring(0, equals));
          String value = equals < 0 ? "" : decoded(field.substring(equals + 1));
          values.computeIfAbsent(name, _ -> new TreeSet<>()).add(value);
        }
      }
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
    StringBuilder signed = new StringBuilder();
    values.forEach((name, all) -> all.forEach(value -> signed.append(name).append(value)));
    return Optional.of(signed.toString().getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String decoded(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '%') {
        if (i + 2 >= text.length()) {
          throw new IllegalArgumentException("an escape that does not end");
        }
        bytes.write(HexFormat.fromHexDigits(text, i + 1, i + 3));
        i += 2;
      } else {
        bytes.write(c == '+' ? ' ' : c);
      }
    }
    return bytes.toString(StandardCharsets.ISO_8859_1);
  }
}
