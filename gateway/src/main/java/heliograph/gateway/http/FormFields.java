package heliograph.gateway.http;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the fields of a body of {@code application/x-www-form-urlencoded} (URL Standard, section
 * 5.1), decoded and in their order. A percent sign that encodes nothing is refused; that standard
 * would keep it as it is. Any thread.
 */
public final class FormFields {
  /** The most fields of a form. */
  public static final int MAX = 1000;

  private static final int SPACE = 0x20;

  private FormFields() {}

  /** A field, as ISO-8859-1: each character is one byte, whatever text the bytes are. */
  public record Field(String name, String value) {}

  /**
   * Reads the fields of a form.
   *
   * @throws RelayException INVALID_REQUEST if it is no form, TOO_LARGE if it has too many fields
   */
  public static List<Field> of(byte[] body) {
    List<Field> fields = new ArrayList<>();
    int from = 0;
    while (from <= body.length) {
      int to = next(body, '&', from, body.length);
      if (to > from) {
        if (fields.size() == MAX) {
          throw new RelayException(ErrorCode.TOO_LARGE, "a form of over " + MAX + " members");
        }
        int equals = next(body, '=', from, to);
        String value = equals < to ? decoded(body, equals + 1, to) : "";
        fields.add(new Field(decoded(body, from, equals), value));
      }
      from = to + 1;
    }
    return fields;
  }

  private static int next(byte[] body, char wanted, int from, int to) {
    int at = from;
    while (at < to && body[at] != wanted) {
      at++;
    }
    return at;
  }

  private static String decoded(byte[] body, int from, int to) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(to - from);
    for (int i = from; i < to; i++) {
      byte b = body[i];
      if (b == '+') {
        bytes.write(SPACE);
      } else if (b == '%') {
        if (i + 2 >= to || hex(body[i + 1]) < 0 || hex(body[i + 2]) < 0) {
          throw refused("a percent sign without two hex digits");
        }
        bytes.write(hex(body[i + 1]) << 4 | hex(body[i + 2]));
        i += 2;
      } else if (b >= 0 && b < SPACE) {
        // No sender leaves one unencoded, and in JSON each would take six bytes in place of one.
        throw refused("a control character that is not encoded");
      } else {
        bytes.write(b);
      }
    }
    return bytes.toString(StandardCharsets.ISO_8859_1);
  }

  private static int hex(byte digit) {
    return digit < 0 ? -1 : Character.digit(digit, 16);
  }

  /**
   * The refusal INVALID_REQUEST of a form.
   *
   * @param what what is wrong, as in "the form has ..."
   */
  public static RelayException refused(String what) {
    return new RelayException(ErrorCode.INVALID_REQUEST, "the form has " + what);
  }
}
