package heliograph.gateway;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A body of {@code application/x-www-form-urlencoded} (URL Standard, section 5.1), as JSON. What
 * that standard would guess at, a percent sign that encodes nothing and bytes that are not UTF-8,
 * is refused: a guess would be stored. Any thread.
 */
final class FormBody {
  /** The most members. */
  static final int MAX_MEMBERS = 1000;

  private static final int SPACE = 0x20;

  private final byte[] body;
  private final Map<String, List<String>> members = new LinkedHashMap<>();

  private FormBody(byte[] body) {
    this.body = body;
  }

  /**
   * @param json the member whose text is JSON, and stands for the whole where it is there
   * @return that, or the form as an object; a member that comes several times is an array
   * @throws RelayException INVALID_REQUEST if it is no form, TOO_LARGE if it has too many members
   */
  static byte[] json(byte[] body, Optional<String> json) {
    FormBody form = new FormBody(body);
    form.read();
    List<String> texts =
        json.map(name -> form.members.getOrDefault(name, List.of())).orElse(List.of());
    if (texts.size() > 1) {
      throw refused("the member that has the JSON comes twice");
    }
    String text = texts.isEmpty() ? form.object() : texts.getFirst();
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void read() {
    int count = 0;
    int from = 0;
    while (from <= body.length) {
      int to = next('&', from, body.length);
      if (to > from) {
        if (++count > MAX_MEMBERS) {
          throw new RelayException(
              ErrorCode.TOO_LARGE, "a form of over " + MAX_MEMBERS + " members");
        }
        int equals = next('=', from, to);
        String value = equals < to ? text(equals + 1, to) : "";
        members.computeIfAbsent(text(from, equals), _ -> new ArrayList<>()).add(value);
      }
      from = to + 1;
    }
  }

  private int next(char wanted, int from, int to) {
    int at = from;
    while (at < to && body[at] != wanted) {
      at++;
    }
    return at;
  }

  private String text(int from, int to) {
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
        // No sender leaves one as it is. In JSON each would take six bytes in place of one.
        throw refused("a control character that is not encoded");
      } else {
        bytes.write(b);
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException _) {
      throw refused("a text that is not UTF-8");
    }
  }

  private static int hex(byte digit) {
    return digit < 0 ? -1 : Character.digit(digit, 16);
  }

  private String object() {
    return Json.object(
        json ->
            members.forEach(
                (name, values) -> {
                  if (values.size() == 1) {
                    json.writeStringProperty(name, values.getFirst());
                  } else {
                    json.writeArrayPropertyStart(name);
                    values.forEach(json::writeString);
                    json.writeEndArray();
                  }
                }));
  }

  private static RelayException refused(String what) {
    return new RelayException(ErrorCode.INVALID_REQUEST, "the form has " + what);
  }
}
