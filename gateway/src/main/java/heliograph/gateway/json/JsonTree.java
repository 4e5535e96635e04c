package heliograph.gateway.json;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.math.BigDecimal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * A small JSON object as a whole, read under the rules of {@link Json}: UTF-8, no name twice, not
 * too deep, nothing after it. What two readers could read in two ways is not read at all. Any
 * thread.
 */
public final class JsonTree {
  // Asked for once: it is looked for on the class path.
  private static final JsonProvider PROVIDER = JsonProvider.provider();

  private JsonTree() {}

  /**
   * Reads an object.
   *
   * @throws RelayException INVALID_JSON if it is not JSON, or no object
   */
  public static JsonObject object(byte[] text) {
    return Json.read(text, JsonTree::object);
  }

  private static JsonObject object(JsonParser parser) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw new RelayException(ErrorCode.INVALID_JSON, "not an object");
    }
    JsonObjectBuilder object = PROVIDER.createObjectBuilder();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      object.add(name, value(parser));
    }
    return object.build();
  }

  private static JsonValue value(JsonParser parser) {
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(parser);
      case START_ARRAY -> {
        JsonArrayBuilder array = PROVIDER.createArrayBuilder();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(value(parser));
        }
        yield array.build();
      }
      case VALUE_STRING -> PROVIDER.createValue(parser.getString());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser);
      case VALUE_TRUE -> JsonValue.TRUE;
      case VALUE_FALSE -> JsonValue.FALSE;
      case VALUE_NULL -> JsonValue.NULL;
      default -> throw new RelayException(ErrorCode.INVALID_JSON, "not a value");
    };
  }

  private static JsonValue number(JsonParser parser) {
    String text = parser.getString();
    if (text.length() > Json.MAX_NUMBER) {
      throw outOfBounds();
    }
    try {
      BigDecimal number = new BigDecimal(text);
      if (Math.abs((long) number.scale()) > Json.MAX_NUMBER) {
        throw outOfBounds();
      }
      return PROVIDER.createValue(number);
    } catch (NumberFormatException _) {
      // JSON sets no bound to an exponent; numbers do.
      throw outOfBounds();
    }
  }

  private static RelayException outOfBounds() {
    return new RelayException(
        ErrorCode.INVALID_JSON,
        "a number of over %d characters, or with an exponent beyond it".formatted(Json.MAX_NUMBER));
  }

  /** The value, if it is a text. */
  public static Optional<String> text(@Nullable JsonValue value) {
    return value instanceof JsonString string ? Optional.of(string.getString()) : Optional.empty();
  }
}
