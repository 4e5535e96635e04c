package heliograph.gateway.json;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/** JSON text in and out, with the bounds under which we read it. Any thread. */
public final class Json {
  /** The deepest nesting of arrays and objects in a body. */
  public static final int MAX_DEPTH = 100;

  /** The longest name of a member, in characters. */
  static final int MAX_NAME = 1024;

  /**
   * The longest number that is computed with, in characters, and the largest exponent: what a
   * number of a million digits costs grows with their square, and its exponent is a way to write
   * one in ten characters.
   */
  public static final int MAX_NUMBER = 1000;

  // The length of an escape with four digits.
  private static final int ESCAPE = 6;

  // The body's own limit bounds texts and numbers that are only carried, from publisher to
  // subscriber as they were written. Whoever makes a number of one looks at MAX_NUMBER first.
  private static final JsonFactory FACTORY = factory(Integer.MAX_VALUE);

  private Json() {}

  /** What makes parsers with our bounds, and this one for numbers. */
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

  /** Reads a parser's tokens; may throw what the parser throws. */
  public interface Reader<T> {
    T read(JsonParser parser);
  }

  /**
   * Reads a whole text: one value and nothing after it.
   *
   * @throws RelayException INVALID_JSON if it is not UTF-8 (RFC 8259 section 8.1), not JSON, nested
   *     too deeply, or has half of a surrogate pair or an object with two members of one name
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
      // Its own message repeats parts of the body, so only the place is passed on.
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

  /** Writes a member that is an array of texts. */
  public static void writeTexts(JsonGenerator json, String name, Collection<String> texts) {
    json.writeArrayPropertyStart(name);
    texts.forEach(json::writeString);
    json.writeEndArray();
  }

  /** Whether a text begins as an array does. */
  public static boolean startsArray(byte[] text) {
    int at = text.length > 2 && text[0] == (byte) 0xef ? 3 : 0;
    while (at < text.length && Character.isWhitespace(text[at])) {
      at++;
    }
    return at < text.length && text[at] == '[';
  }

  // RFC 7493 section 2.1. Half of a pair cannot be written in UTF-8, so what readers make of it
  // differs, down to no text at all; the parser refuses it in names and takes it in values. Where a
  // backslash is no escape, the text is no JSON anyway.
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

  /** What an escape with four digits stands for; 0 for any other. */
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

  // The parser would take UTF-16 and UTF-32 for what they are, and does not look closely at bytes
  // in texts that it skips. Neither may reach a subscriber.
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
