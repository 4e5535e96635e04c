package heliograph.gateway.filter;

import dev.cel.common.values.NullValue;
import dev.cel.runtime.CelVariableResolver;
import heliograph.contract.Attribute;
import heliograph.contract.ErrorCode;
import heliograph.contract.Event;
import heliograph.contract.RelayException;
import heliograph.gateway.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * An event as filters see it, whose attributes and data are read at most once each. It has no
 * audience: subscribers must not learn whom else an event is for. Any thread.
 */
final class FilteredEvent implements CelVariableResolver {
  /**
   * The most bytes of data that filters look into; a filter that asks for larger data does not want
   * the event.
   */
  static final int MAX_DATA = 16 * 1024;

  static final String EVENT = "event";
  static final String DATA = "data";

  private final Event event;
  // These are written without a lock: a thread that loses the race makes an equal value.
  private @Nullable Map<String, Object> attributes;
  private @Nullable Read data;

  /** The data as it was read; empty if it cannot be looked into. */
  private record Read(Optional<Object> value) {}

  FilteredEvent(Event event) {
    this.event = event;
  }

  @Override
  public Optional<Object> find(String name) {
    return switch (name) {
      case EVENT -> Optional.of(attributes());
      case DATA -> data();
      default -> Optional.empty();
    };
  }

  private Map<String, Object> attributes() {
    Map<String, Object> made = attributes;
    if (made == null) {
      Map<String, Object> all = new HashMap<>();
      event.attributes().values().forEach((name, value) -> all.put(name, value(value)));
      // Binary mode has only texts, where other forms have a boolean; filters see a boolean always.
      all.computeIfPresent("ephemeral", (_, _) -> event.attributes().ephemeral());
      all.put("specversion", "1.0");
      all.put("id", event.id());
      all.put("source", event.source());
      all.put("type", event.type());
      all.put("tenant", event.tenant().toString());
      all.put("topic", event.topic().value());
      made = all;
      attributes = made;
    }
    return made;
  }

  private static Object value(Attribute attribute) {
    return switch (attribute) {
      case Attribute.Text(String text) -> text;
      case Attribute.Whole(int whole) -> (long) whole;
      case Attribute.Truth(boolean truth) -> truth;
    };
  }

  private Optional<Object> data() {
    Read made = data;
    if (made == null) {
      made = new Read(event.payload().length() > MAX_DATA ? Optional.empty() : read());
      data = made;
    }
    return made.value();
  }

  private Optional<Object> read() {
    byte[] bytes = event.payload().bytes();
    return switch (event.payload().form()) {
      case JSON -> json(bytes);
      case TEXT -> Optional.of(new String(bytes, StandardCharsets.UTF_8));
      case ABSENT, BINARY -> Optional.empty();
    };
  }

  private static Optional<Object> json(byte[] bytes) {
    try {
      return Optional.of(Json.read(bytes, FilteredEvent::value));
    } catch (RelayException _) {
      return Optional.empty();
    }
  }

  private static Object value(JsonParser parser) {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, Object> members = new HashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          members.put(name, value(parser));
        }
        yield members;
      }
      case START_ARRAY -> {
        List<Object> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(value(parser));
        }
        yield items;
      }
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> NullValue.NULL_VALUE;
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser.getString());
      default -> parser.getString();
    };
  }

  /** A number as a {@code Long} if it is whole and fits, else as the nearest {@code Double}. */
  private static Object number(String text) {
    if (text.length() > Json.MAX_NUMBER) {
      throw new RelayException(ErrorCode.INVALID_JSON, "a number that is too long");
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException _) {
      return Double.parseDouble(text);
    }
  }
}
