package heliograph.gateway.json;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import java.util.Collection;
import java.util.Objects;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException.Reference;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/**
 * Small objects whose members are the fields of a class. A member that is left out leaves its field
 * as it is; one that is null, of another kind, or not known is refused. Any thread.
 *
 * <p>The fields of a class are looked up under a lock when the first object of it is read, so no
 * class may read one while it is initialized: {@code FirstUse} says what would wait for what.
 */
public final class JsonForm {
  /** The attribute with the whole text, for who reads a part of it byte for byte. */
  public static final String BODY = "body";

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .addModule(new SimpleModule().addDeserializer(String.class, new Text()))
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          // Json.read looks for them.
          .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .changeDefaultVisibility(it -> it.withFieldVisibility(Visibility.ANY))
          .changeDefaultNullHandling(_ -> JsonSetter.Value.construct(Nulls.FAIL, Nulls.FAIL))
          .changeDefaultPropertyInclusion(_ -> JsonInclude.Value.ALL_NON_NULL)
          .build();

  private JsonForm() {}

  /** A text, and not a number or an array of one text, which the library would take for it. */
  private static final class Text extends ValueDeserializer<String> {
    @Override
    public String deserialize(JsonParser parser, DeserializationContext context) {
      return parser.hasToken(JsonToken.VALUE_STRING)
          ? parser.getString()
          : (String) context.handleUnexpectedToken(String.class, parser);
    }
  }

  /**
   * Reads an object under the rules of {@link Json}.
   *
   * @throws RelayException INVALID_JSON; INVALID_REQUEST naming the member that breaks its rule
   */
  public static <T> T read(byte[] body, Class<T> form) {
    return Json.read(
        body,
        parser -> {
          if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw bad("the body: must be a JSON object");
          }
          try {
            return MAPPER.readerFor(form).withAttribute(BODY, body).readValue(parser);
          } catch (UnrecognizedPropertyException e) {
            throw bad("a member is none of " + e.getKnownPropertyIds());
          } catch (MismatchedInputException e) {
            throw bad(place(e) + ": must be " + kind(e.getTargetType()));
          }
        });
  }

  /** Where it is, from the whole on; an element of a list is its list. */
  private static String place(MismatchedInputException e) {
    return e.getPath().stream()
        .map(Reference::getPropertyName)
        .filter(Objects::nonNull)
        .collect(Collectors.joining("."));
  }

  private static String kind(Class<?> type) {
    boolean list = Collection.class.isAssignableFrom(type);
    return type == String.class ? "a text" : list ? "a list of texts" : "a JSON object";
  }

  private static RelayException bad(String detail) {
    return new RelayException(ErrorCode.INVALID_REQUEST, detail);
  }

  /** Writes an object of the fields that are not null. */
  public static String write(Object form) {
    return MAPPER.writeValueAsString(form);
  }
}
