package heliograph.gateway.intake;

import heliograph.contract.Attribute;
import heliograph.contract.ErrorCode;
import heliograph.contract.Payload;
import heliograph.contract.RelayException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * An event as it was sent, before any rule was applied to its members. A member that is null counts
 * as absent, as the JSON format of CloudEvents 1.0 has it. One thread.
 */
public final class SentEvent {
  private static final String DATA = "data";

  // A signed number of 32 bits has so many characters at most.
  private static final int MAX_DIGITS = 11;

  private final boolean object;
  private final Map<String, Value> values = new LinkedHashMap<>();
  private final List<Warning> warnings = new ArrayList<>();
  private Data data = new Data.Absent();

  private SentEvent(boolean object) {
    this.object = object;
  }

  /** An event without any member yet. */
  static SentEvent none() {
    return new SentEvent(true);
  }

  /** The value of a member other than {@code data}. */
  sealed interface Value {
    /** A text, whole number or boolean. */
    record Scalar(Attribute attribute) implements Value {}

    /** An array of texts. */
    record Names(List<String> names) implements Value {}

    /** Anything else, with what is wrong with it. */
    record Unfit(String what) implements Value {}
  }

  /** The value of the member {@code data}. */
  sealed interface Data {
    /** There is no data. */
    record Absent() implements Data {}

    /** A JSON value, in the bytes that were sent. */
    record Json(Payload payload) implements Data {}

    /** A JSON string, as its bytes with the quotes, and as its text. */
    record Text(Payload payload, String text) implements Data {}
  }

  /**
   * Reads a JSON value to its end; a value that is no object fails later, in {@link #checkObject}.
   *
   * @param parser stands at the first token of the value
   * @param body the whole text, from which the bytes of data are taken
   */
  public static SentEvent read(JsonParser parser, byte[] body) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      parser.finishToken();
      return new SentEvent(false);
    }
    SentEvent sent = none();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      if (name.equals(DATA)) {
        sent.data = data(parser, token, body);
      } else if (token != JsonToken.VALUE_NULL) {
        sent.values.put(name, value(parser, token));
      }
    }
    return sent;
  }

  /** Sets a member. */
  void put(String name, Attribute attribute) {
    values.put(name, new Value.Scalar(attribute));
  }

  /** Sets the data. */
  void put(Payload json) {
    data = new Data.Json(json);
  }

  /** Notes a member that was left out. */
  void warn(Warning warning) {
    warnings.add(warning);
  }

  List<Warning> warnings() {
    return warnings;
  }

  /**
   * Checks that the event was an object.
   *
   * @throws RelayException INVALID_EVENT if it was not
   */
  void checkObject() {
    if (!object) {
      throw new RelayException(ErrorCode.INVALID_EVENT, "an event is a JSON object");
    }
  }

  Map<String, Value> values() {
    return values;
  }

  Data data() {
    return data;
  }

  /** Takes out a member that has to be a text; empty if it is absent. */
  Optional<String> takeText(String name) {
    Value value = values.remove(name);
    return switch (value) {
      case null -> Optional.empty();
      case Value.Scalar(Attribute.Text(String text)) -> Optional.of(text);
      case Value.Scalar _, Value.Names _, Value.Unfit _ ->
          throw RelayException.invalid(name, name + ": must be a text");
    };
  }

  /**
   * Takes out a list of names: a text in which commas separate them, or an array if one is allowed.
   */
  Optional<List<String>> takeNames(String name, boolean arrayAllowed) {
    if (arrayAllowed && values.get(name) instanceof Value.Names(List<String> names)) {
      values.remove(name);
      return Optional.of(names);
    }
    return takeText(name).map(SentEvent::split);
  }

  /** Takes out all members that are left, as attributes. */
  Map<String, Attribute> takeAttributes() {
    Map<String, Attribute> attributes = new LinkedHashMap<>();
    values.forEach(
        (name, value) -> {
          switch (value) {
            case Value.Scalar(Attribute attribute) -> attributes.put(name, attribute);
            case Value.Names _ ->
                throw RelayException.invalid(name, name + ": an attribute cannot be an array");
            case Value.Unfit(String what) ->
                throw RelayException.invalid(name, name + ": an attribute cannot be " + what);
          }
        });
    values.clear();
    return attributes;
  }

  private static List<String> split(String text) {
    if (text.isBlank()) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    for (String name : text.split(",", -1)) {
      names.add(name.strip());
    }
    return names;
  }

  private static Data data(JsonParser parser, JsonToken token, byte[] body) {
    int from = (int) parser.currentTokenLocation().getByteOffset();
    if (token == JsonToken.VALUE_STRING) {
      String text = parser.getString();
      return new Data.Text(Payload.json(body, from, end(parser)), text);
    }
    parser.skipChildren();
    parser.finishToken();
    return new Data.Json(Payload.json(body, from, end(parser)));
  }

  private static int end(JsonParser parser) {
    return (int) parser.currentLocation().getByteOffset();
  }

  private static Value value(JsonParser parser, JsonToken token) {
    return switch (token) {
      case VALUE_STRING -> new Value.Scalar(new Attribute.Text(parser.getString()));
      case VALUE_TRUE -> new Value.Scalar(new Attribute.Truth(true));
      case VALUE_FALSE -> new Value.Scalar(new Attribute.Truth(false));
      case VALUE_NUMBER_INT -> whole(parser.getString());
      case START_ARRAY -> array(parser);
      case START_OBJECT -> {
        parser.skipChildren();
        yield new Value.Unfit("an object");
      }
      default -> {
        parser.finishToken();
        yield new Value.Unfit("a number with a fraction or exponent");
      }
    };
  }

  private static Value whole(String digits) {
    if (digits.length() > MAX_DIGITS) {
      return new Value.Unfit("a number beyond 32 bits");
    }
    try {
      return new Value.Scalar(new Attribute.Whole(Integer.parseInt(digits)));
    } catch (NumberFormatException _) {
      return new Value.Unfit("a number beyond 32 bits");
    }
  }

  private static Value array(JsonParser parser) {
    List<String> names = new ArrayList<>();
    boolean texts = true;
    JsonToken token = parser.nextToken();
    while (token != JsonToken.END_ARRAY) {
      if (token == JsonToken.VALUE_STRING) {
        names.add(parser.getString());
      } else {
        texts = false;
        parser.skipChildren();
      }
      token = parser.nextToken();
    }
    return texts ? new Value.Names(names) : new Value.Unfit("an array of anything but texts");
  }
}
