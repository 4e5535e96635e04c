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

/** Reads JSON as a tree, for code that computes with it: its numbers are bounded. Any thread. */
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

  /** Whether all names in a value are {@linkplain Json#isPlainName plain}. */
  public static boolean hasPlainNames(JsonNode value) {
    return Json.NOT_PLAIN.stream().allMatch(name -> value.findValue(name) == null);
  }

  /**
   * Reads a text that {@link Json} has read before, such as an event's data.
   *
   * @throws RelayException INVALID_EVENT if the text is not JSON, or has a number that is too long
   *     to compute with
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
   * nothing after it. A text that two readers could understand in two ways is refused.
   *
   * @throws RelayException INVALID_JSON if the text is not JSON, is no object, or has a number that
   *     is too long to compute with
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

  /** Checks the length of each number before the library computes it. */
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
        // JSON does not bound an exponent, but BigDecimal does.
        return false;
      }
    }
  }
}
