package heliograph.gateway.json;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Set;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.core.json.JsonFactory;

/** Reads and writes JSON texts, within the relay's bounds. Any thread. */
public final class Json {
  /** The deepest nesting of arrays and objects in a body. */
  public static final int MAX_DEPTH = 100;

  /** The longest name of a member, in characters. */
  static final int MAX_NAME = 1024;

  /**
   * The longest number that is computed with, in characters, and its largest exponent. The cost of
   * a number grows with the square of its length, and an exponent makes a number of a million
   * digits out of ten characters.
   */
  public static final int MAX_NUMBER = 1000;

  // This is the length of an escape with four digits.
  private static final int ESCAPE = 6;

  // These mean something to a page, beside what is no character of ASCII that can be printed.
  private static final String HTML = "<>&'";

  /** The names that are not {@linkplain #isPlainName plain}. */
  static final Set<String> NOT_PLAIN = Set.of("$ref", "__proto__", "hasOwnProperty");

  // Texts and numbers that are only carried, as the publisher wrote them, are bounded by the body's
  // own limit. Code that makes a number of one looks at MAX_NUMBER first.
  private static final JsonFactory FACTORY = factory(Integer.MAX_VALUE);

  private Json() {}

  /**
   * Makes a factory of parsers with the relay's bounds.
   *
   * @param maxNumber the longest number that they read, in characters
   */
  static JsonFactory factory(int maxNumber) {
    return JsonFactory.builder()
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(MAX_DEPTH)
                .maxNameLength(MAX_NAME)
                .maxStringLength(Integer.MAX_VALUE)
                .maxNumberLength(maxNumber)
                .build())
        .build();
  }

  /** Makes a value of a parser's tokens; may throw what the parser throws. */
  public interface Reader<T> {
    /** Reads from the parser's current token. */
    T read(JsonParser parser);
  }

  /**
   * Reads a whole text: one value and nothing after it.
   *
   * @throws RelayException INVALID_JSON if the text is not UTF-8 (RFC 8259, section 8.1), is not
   *     JSON, is nested too deeply, or has half of a surrogate pair or an object with two members
   *     of one name
   */
  public static <T> T read(byte[] text, Reader<T> reader) {
    checkUtf8(text);
    checkSurrogates(text);
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      if (parser.nextToken() == null) {
        throw new RelayException(ErrorCode.INVALID_JSON, "the body is empty");
      }
      T value = reader.read(parser);
      if (parser.nextToken() != null) {
        throw new RelayException(ErrorCode.INVALID_JSON, "there is more after the first value");
      }
      return value;
    } catch (StreamConstraintsException _) {
      throw new RelayException(
          ErrorCode.INVALID_JSON,
          "nested deeper than %d, or a name over %d characters".formatted(MAX_DEPTH, MAX_NAME));
    } catch (JacksonException e) {
      // The library's message repeats parts of the body, so only the place is passed on.
      var place = e.getLocation();
      throw new RelayException(
          ErrorCode.INVALID_JSON,
          place == null
              ? "not JSON, or two members of one name"
              : "not JSON, or two members of one name, near line %d, column %d"
                  .formatted(place.getLineNr(), place.getColumnNr()));
    }
  }

  /** Writes a text of one object. */
  public static String object(Consumer<JsonGenerator> members) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
      json.writeStartObject();
      members.accept(json);
      json.writeEndObject();
    }
    return text.toString();
  }

  /**
   * Writes every character as an escape that is more to a terminal or a page than to JSON. These
   * stand in texts alone, where an escape means the same.
   */
  public static String escaped(String json) {
    StringBuilder safe = new StringBuilder(json.length() + 64);
    for (int i = 0; i < json.length(); i++) {
      char unit = json.charAt(i);
      if (unit < ' ' || unit > '~' || HTML.indexOf(unit) >= 0) {
        safe.append("\\u%04x".formatted((int) unit));
      } else {
        safe.append(unit);
      }
    }
    return safe.toString();
  }

  /**
   * Writes a text as a JSON string in UTF-8, on one line for every reader: U+2028 and U+2029 are
   * escaped too, which end a line for some. Half of a surrogate pair, which UTF-8 does not have,
   * becomes a question mark.
   */
  public static byte[] quoted(String text) {
    StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
    JsonStringEncoder.getInstance().quoteAsString(text, quoted);
    return quoted
        .append('"')
        .toString()
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Writes a member that is an array of texts. */
  public static void writeTexts(JsonGenerator json, String name, Collection<String> texts) {
    json.writeArrayPropertyStart(name);
    texts.forEach(json::writeString);
    json.writeEndArray();
  }

  /**
   * Whether a name can be that of a member in a description for others to read. Tools take what is
   * called {@code $ref} for a reference wherever it stands, and those in JavaScript lose {@code
   * __proto__} when they copy an object, and call {@code hasOwnProperty}.
   */
  public static boolean isPlainName(String name) {
    return !NOT_PLAIN.contains(name);
  }

  /** Whether a text begins as an array does. */
  public static boolean startsArray(byte[] text) {
    int at = text.length > 2 && text[0] == (byte) 0xef ? 3 : 0;
    while (at < text.length && Character.isWhitespace(text[at])) {
      at++;
    }
    return at < text.length && text[at] == '[';
  }

  // RFC 7493, section 2.1, forbids these. Half of a pair cannot be written in UTF-8, so readers
  // make different things of it, or refuse the text; the parser refuses it in names and takes it in
  // values. Where a backslash is no escape, the text is no JSON anyway.
  private static void checkSurrogates(byte[] text) {
    for (int i = 0; i < text.length; i++) {
      if (text[i] != '\\') {
        continue;
      }
      int unit = unit(text, i);
      if (Character.isHighSurrogate((char) unit)
          && Character.isLowSurrogate((char) unit(text, i + ESCAPE))) {
        i += 2 * ESCAPE - 1;
      } else if (Character.isSurrogate((char) unit)) {
        throw new RelayException(ErrorCode.INVALID_JSON, "a text has half of a surrogate pair");
      } else {
        i++;
      }
    }
  }

  /** The code unit of an escape with four digits; 0 if there is no such escape. */
  private static int unit(byte[] text, int at) {
    if (at + ESCAPE > text.length || text[at] != '\\' || text[at + 1] != 'u') {
      return 0;
    }
    int unit = 0;
    for (int i = at + 2; i < at + ESCAPE; i++) {
      unit = unit << 4 | Math.max(0, Character.digit(text[i], 16));
    }
    return unit;
  }

  // The parser would read UTF-16 and UTF-32 too, and does not check the bytes of texts that it
  // skips. Neither may reach a subscriber.
  private static void checkUtf8(byte[] text) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text));
    } catch (CharacterCodingException _) {
      throw new RelayException(ErrorCode.INVALID_JSON, "the body is not UTF-8");
    }
    for (int i = 0; i < Math.min(text.length, 4); i++) {
      if (text[i] == 0) {
        throw new RelayException(ErrorCode.INVALID_JSON, "the body is not UTF-8");
      }
    }
  }
}
