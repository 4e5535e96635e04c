package heliograph.gateway.filter;

import dev.cel.common.values.NullValue;
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
 * An event's attributes and data in the form that filters evaluate. Each is made when a filter
 * first asks for it, and shared by all filters for as long as {@link ParsedEvents} has room. It has
 * no audience: subscribers must not learn whom else an event is for. Any thread.
 */
final class ParsedEvent {
  /**
   * The most bytes of data that filters look into; a filter that asks for larger data does not want
   * the event.
   */
  static final int MAX_DATA = 16 * 1024;

  // What the heap has for a value and its place among others, and for a list or a map around it.
  private static final long VALUE = 48;
  private static final long CONTAINER = 96;

  private final Event event;
  private final ParsedEvents room;
  // These are written under the monitor of the room and read without it. Parts are immutable, so a
  // reader sees all of them or makes them anew.
  private Parts parts = Parts.NONE;
  private boolean used;

  /**
   * What was made of the event so far.
   *
   * @param bytes what it takes of the heap, where each part counts with the event that it is made
   *     of and keeps alive; 0 if there is nothing
   */
  private record Parts(@Nullable DataObject attributes, @Nullable Data data, long bytes) {
    static final Parts NONE = new Parts(null, null, 0);

    // Another thread may have been faster; then its part stays.

    Parts with(DataObject made, long more) {
      return attributes == null ? new Parts(made, data, bytes + more) : this;
    }

    Parts with(Data made, long more) {
      return data == null ? new Parts(attributes, made, bytes + more) : this;
    }
  }

  /** The data; empty if it cannot be looked into. */
  record Data(Optional<Object> value) {}

  ParsedEvent(Event event, ParsedEvents room) {
    this.event = event;
    this.room = room;
  }

  /** The attributes by name. */
  DataObject attributes() {
    DataObject made = parts.attributes();
    if (made != null) {
      used = true;
      return made;
    }
    Size size = new Size();
    DataObject fresh = size.of(named(size));
    room.keep(this, () -> parts = parts.with(fresh, size.bytes + event.size()));
    return fresh;
  }

  /** The data, if there is some that can be looked into. */
  Data data() {
    Data made = parts.data();
    if (made != null) {
      used = true;
      return made;
    }
    Size size = new Size();
    Data fresh = new Data(read(size));
    room.keep(this, () -> parts = parts.with(fresh, size.bytes + event.size()));
    return fresh;
  }

  /** How much of the heap this takes, by an estimate. Under the monitor of the room. */
  long bytes() {
    return parts.bytes();
  }

  /** Whether a filter looked at this since the last call. Under the monitor of the room. */
  boolean takeUsed() {
    boolean was = used;
    used = false;
    return was;
  }

  /** Lets go of everything that was made. Under the monitor of the room. */
  void forget() {
    parts = Parts.NONE;
  }

  private Map<String, Object> named(Size size) {
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
    all.values().forEach(_ -> size.add(VALUE));
    return all;
  }

  private static Object value(Attribute attribute) {
    return switch (attribute) {
      case Attribute.Text(String text) -> text;
      case Attribute.Whole(int whole) -> (long) whole;
      case Attribute.Truth(boolean truth) -> truth;
    };
  }

  private Optional<Object> read(Size size) {
    if (event.payload().length() > MAX_DATA) {
      return Optional.empty();
    }
    byte[] bytes = event.payload().bytes();
    return switch (event.payload().form()) {
      case JSON -> json(bytes, size);
      case TEXT -> Optional.of(size.of(new String(bytes, StandardCharsets.UTF_8)));
      case ABSENT, BINARY -> Optional.empty();
    };
  }

  private static Optional<Object> json(byte[] bytes, Size size) {
    try {
      return Optional.of(Json.read(bytes, parser -> value(parser, size)));
    } catch (RelayException _) {
      return Optional.empty();
    }
  }

  private static Object value(JsonParser parser, Size size) {
    size.add(VALUE);
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, Object> members = new HashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          members.put(size.of(name), value(parser, size));
        }
        yield size.of(members);
      }
      case START_ARRAY -> {
        List<Object> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(value(parser, size));
        }
        size.add(CONTAINER);
        yield new DataArray(items);
      }
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> NullValue.NULL_VALUE;
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser.getString());
      default -> size.of(parser.getString());
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

  /** Adds up what is made, while it is made. */
  private static final class Size {
    private long bytes;

    void add(long more) {
      bytes += more;
    }

    String of(String text) {
      // A character takes one byte, or two where the text has one beyond Latin-1.
      bytes += 2L * text.length();
      return text;
    }

    DataObject of(Map<String, Object> members) {
      bytes += CONTAINER;
      return new DataObject(members);
    }
  }
}
