package heliograph.gateway;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
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
final class Json {
  /** The deepest nesting of arrays and objects in a body. */
  static final int MAX_DEPTH = 100;

  /** The longest name of a member, in characters. */
  static final int MAX_NAME = 1024;

  /**
   * The longest number that is computed with, in characters, and the largest exponent: what a
   * number of a million digits costs grows with their square, and its exponent is a way to write
   * one in ten characters.
   */
  static final int MAX_NUMBER = 1000;

  // The body's own limit bounds texts and numbers that are only carried, from publisher to
  // subscriber as they were written. Whoever makes a number of one looks at MAX_NUMBER first.
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNameLength(MAX_NAME)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private Json() {}

  /** Reads a parser's tokens; may throw what the parser throws. */
  interface Reader<T> {
    T read(JsonParser parser);
  }

  /**
   * Reads a whole text: one value and nothing after it.
   *
   * @throws RelayException INVALID_JSON if it is not UTF-8 (RFC 8259 section 8.1), not JSON, nested
   *     too deeply, or has an object with two members of one name
   */
  static <T> T read(byte[] text, Reader<T> reader) {
    checkUtf8(text);
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
  static String object(Consumer<JsonGenerator> members) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
      json.writeStartObject();
      members.accept(json);
      json.writeEndObject();
    }
    return text.toString();
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
