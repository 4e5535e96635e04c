package heliograph.contract;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The data of an event, as the bytes that were sent. JSON is carried, never re-printed: numbers,
 * Unicode and the order of members reach the subscriber as they left the publisher. Immutable; the
 * array is shared, not copied, and nobody writes to it.
 */
public final class Payload {
  /** How the bytes are to be read. */
  public enum Form {
    /** No data member at all. */
    ABSENT,
    /** JSON text in UTF-8 without line breaks. */
    JSON,
    /** Text in UTF-8. */
    TEXT,
    /** Anything else. */
    BINARY
  }

  public static final Payload ABSENT = new Payload(Form.ABSENT, new byte[0]);

  private final Form form;
  private final byte[] bytes;

  private Payload(Form form, byte[] bytes) {
    this.form = form;
    this.bytes = bytes;
  }

  /**
   * JSON text, already known to be well-formed. In valid JSON a raw line break stands only between
   * tokens, so taking line breaks out changes no value; an SSE data line needs it.
   */
  public static Payload json(byte[] text, int from, int to) {
    byte[] line = Arrays.copyOfRange(text, from, to);
    int length = 0;
    for (byte b : line) {
      if (b != '\n' && b != '\r') {
        line[length++] = b;
      }
    }
    return new Payload(Form.JSON, length == line.length ? line : Arrays.copyOf(line, length));
  }

  /** Text of any content; line breaks in it are kept. */
  public static Payload text(String text) {
    return new Payload(Form.TEXT, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Bytes that are neither JSON nor text. */
  public static Payload binary(byte[] bytes) {
    return new Payload(Form.BINARY, bytes.clone());
  }

  public Form form() {
    return form;
  }

  /** The shared bytes, not a copy: never write to them. */
  public byte[] bytes() {
    return bytes;
  }

  /** In bytes. */
  public int length() {
    return bytes.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Payload that && form == that.form && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return form + " of " + bytes.length + " bytes";
  }
}
