package heliograph.gateway.json;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import java.math.BigDecimal;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.util.JsonParserDelegate;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/** JSON as a tree, for those who compute with it: its numbers have bounds. Any thread. */
public final class JsonTree {
  private static final JsonMapper MAPPER =
      JsonMapper.builder(Json.factory(Json.MAX_NUMBER))
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final ObjectReader EXACT =
      MAPPER
          .reader()
          .with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private JsonTree() {}

  /**
   * Reads what has been through {@link Json} before, such as an event's data.
   *
   * @throws RelayException INVALID_EVENT if a number is too long to compute with, or it is not JSON
   */
  public static JsonNode read(byte[] text) {
    try {
      return MAPPER.readTree(text);
    } catch (JacksonException _) {
      throw new RelayException(
          ErrorCode.INVALID_EVENT, "not JSON, or a number over " + Json.MAX_NUMBER + " characters");
    }
  }

  /**
   * Reads a small object under the rules of {@link Json}: UTF-8, no name twice, not too deep,
   * nothing after it. What two readers could read in two ways is not read at all.
   *
   * @throws RelayException INVALID_JSON if it is not JSON, or no object
   */
  public static JsonNode object(byte[] text) {
    return Json.read(
        text,
        parser -> {
          if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw new RelayException(ErrorCode.INVALID_JSON, "not an object");
          }
          return EXACT.readTree(new BoundedNumbers(parser));
        });
  }

  /** Looks at each number before anybody makes one of it. */
  private static final class BoundedNumbers extends JsonParserDelegate {
    BoundedNumbers(JsonParser parser) {
      super(parser);
    }

    @Override
    public JsonToken nextToken() {
      JsonToken token = super.nextToken();
      if (token != null && token.isNumeric() && !isBounded(getString())) {
        throw new RelayException(
            ErrorCode.INVALID_JSON,
            "a number of over %d characters, or with an exponent beyond it"
                .formatted(Json.MAX_NUMBER));
      }
      return token;
    }

    private static boolean isBounded(String number) {
      try {
        return number.length() <= Json.MAX_NUMBER
            && Math.abs((long) new BigDecimal(number).scale()) <= Json.MAX_NUMBER;
      } catch (NumberFormatException _) {
        // JSON sets no bound to an exponent; numbers do.
        return false;
      }
    }
  }
}
