package heliograph.gateway.tail;

import heliograph.contract.Audience;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.gateway.json.Json;
import heliograph.relay.StoredEvent;
import heliograph.relay.Tail;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;

/**
 * Writes an event for an operator who looks on, as one line of JSON in ASCII that means nothing to
 * a page or a terminal. Any thread.
 */
public final class TailEvent {
  /** The most characters of an event's data that are shown; the rest is cut. */
  static final int MAX_DATA = 16 * 1024;

  // Of the other attributes these tell most of what an event is about.
  private static final List<String> ATTRIBUTES = List.of("time", "subject", "datacontenttype");

  private TailEvent() {}

  /**
   * The event as JSON.
   *
   * @param data whether its data is shown, as far as it is there
   */
  static String json(Tail.Seen seen, boolean data) {
    return Json.escaped(Json.object(json -> write(json, seen, data)));
  }

  private static void write(JsonGenerator json, Tail.Seen seen, boolean data) {
    Event event = seen.event().event();
    writeAttributes(json, seen.event());
    json.writeNumberProperty("dataBytes", seen.dataBytes());
    if (data && event.payload().form() != Payload.Form.ABSENT) {
      write(json, event.payload());
    }
  }

  /** Writes what any operator may know of an event into an object that is open. */
  public static void writeAttributes(JsonGenerator json, StoredEvent stored) {
    Event event = stored.event();
    json.writeStringProperty("place", stored.cursor().toString());
    json.writeStringProperty("id", event.id());
    json.writeStringProperty("tenant", event.tenant().name());
    json.writeStringProperty("topic", event.topic().value());
    json.writeStringProperty("type", event.type());
    json.writeStringProperty("source", event.source());
    for (String name : ATTRIBUTES) {
      event.attributes().text(name).ifPresent(it -> json.writeStringProperty(name, it));
    }
    if (event.audience() instanceof Audience.Members(var roles, var users)) {
      Json.writeTexts(json, "roles", roles);
      Json.writeTexts(json, "users", users);
    }
  }

  private static void write(JsonGenerator json, Payload payload) {
    json.writeStringProperty("form", payload.form().name().toLowerCase(Locale.ROOT));
    String text = text(payload);
    boolean cut = text.length() > MAX_DATA;
    json.writeStringProperty("data", cut ? text.substring(0, end(text)) : text);
    if (cut) {
      json.writeBooleanProperty("cut", true);
    }
  }

  private static String text(Payload payload) {
    return payload.form() == Payload.Form.BINARY
        ? Base64.getEncoder().encodeToString(payload.bytes())
        : new String(payload.bytes(), StandardCharsets.UTF_8);
  }

  /** Where a text is cut: not in the middle of a pair of surrogates. */
  private static int end(String text) {
    return Character.isHighSurrogate(text.charAt(MAX_DATA - 1)) ? MAX_DATA - 1 : MAX_DATA;
  }

  /** What was not shown, as JSON. */
  static String json(Tail.Missed missed) {
    return Json.object(
        json -> {
          json.writeNumberProperty("notShown", missed.dropped());
          json.writeNumberProperty("passedOver", missed.passedOver());
        });
  }

  /** What a tail begins with, as JSON. */
  static String beginning(boolean data) {
    return Json.object(
        json -> {
          json.writeBooleanProperty("data", data);
          json.writeNumberProperty("perSecond", TailWriter.MAX_SHOWN);
        });
  }

  /** Why a tail is over, as JSON. */
  static String ending(String reason) {
    return Json.object(json -> json.writeStringProperty("reason", reason));
  }
}
