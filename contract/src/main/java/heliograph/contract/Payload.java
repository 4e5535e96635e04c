package heliograph.contract;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The data of an event, as the bytes that were sent. JSON is carried and never printed anew:
 * numbers, Unicode and the order of members reach the subscriber as they left the publisher. It is
 * immutable; its array is shared and not copied, and nobody writes to it.
 */
public final class Payload {
  /** Says how the bytes are to be read. */
  public enum Form {
    /** There is no data member at all. */
    ABSENT,
    /** The bytes are JSON text in UTF-8, without line breaks. */
    JSON,
    /** The bytes are text in UTF-8. */
    TEXT,
    /** The bytes are anything else. */
    BINARY
  }

  /** The data of an event that has none. */
  public static final Payload ABSENT = new Payload(Form.ABSENT, new byte[0]);

  private final Form form;
  private final byte[] bytes;

  private Payload(Form form, byte[] bytes) {
    this.form = form;
    this.bytes = bytes;
  }

  /**
   * Makes the data of JSON text, which must be well-formed. In valid JSON a raw line break stands
   * only between tokens, so it is left out without changing a value; an SSE data line cannot hold
   * one.
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

  /** Makes the data of any text. Its line breaks are kept. */
  public static Payload text(String text) {
    return new Payload(Form.TEXT, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Makes the data of bytes that are neither JSON nor text. */
  public static Payload binary(byte[] bytes) {
    return new Payload(Form.BINARY, bytes.clone());
  }

  public Form form() {
    return form;
  }

  /** The bytes of the data. The array is shared: never write to it. */
  public byte[] bytes() {
    return bytes;
  }

  /** The length of the data, in bytes. */
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
