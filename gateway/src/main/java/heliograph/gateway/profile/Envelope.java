package heliograph.gateway.profile;

import heliograph.contract.Attribute;
import heliograph.contract.Cursor;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.StructuredEvent;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What stands around the data of events. Any thread. */
sealed interface Envelope {
  /** Nothing does. */
  record Bare() implements Envelope {}

  /** The whole event does, in the JSON format of CloudEvents 1.0. */
  record CloudEvent() implements Envelope {}

  /** The operator's own text does. */
  record Filled(Template template) implements Envelope {}

  /** The names of the request's values that are taken. */
  default Set<String> takes() {
    return switch (this) {
      case Bare() -> Set.of();
      case CloudEvent() -> Set.of();
      case Filled(Template template) ->
          template
              .placeholders()
              .filter(Placeholder::isOfRequest)
              .map(Placeholder::name)
              .collect(Collectors.toUnmodifiableSet());
    };
  }

  /** The data of an event's frame. Only a text that stands alone can have several lines. */
  default byte[] frameData(Cursor cursor, Event event, RequestValues values) {
    Payload payload = event.payload();
    if (!(this instanceof Bare)) {
      return json(cursor, event, values);
    }
    return switch (payload.form()) {
      case ABSENT -> JsonValues.NULL;
      case JSON, TEXT -> payload.bytes();
      case BINARY -> Base64.getEncoder().encode(payload.bytes());
    };
  }

  /** The same as a JSON value on one line, as it stands in a batch or in the answer to a poll. */
  default byte[] json(Cursor cursor, Event event, RequestValues values) {
    return switch (this) {
      case Bare() -> JsonValues.data(event.payload());
      case CloudEvent() -> StructuredEvent.json(event);
      case Filled(Template template) ->
          template.fill(placeholder -> value(placeholder, cursor, event, values));
    };
  }

  /**
   * What stands in a frame, as a JSON Schema.
   *
   * @param data the schema of an event's data
   * @param others gives the schemas of what else a template takes
   */
  default JsonNode schema(JsonNode data, Function<Placeholder, JsonNode> others) {
    return switch (this) {
      case Bare() -> data;
      case CloudEvent() -> cloudEvent(data);
      case Filled(Template template) ->
          template.schema(it -> it.name().equals("data") ? data : others.apply(it));
    };
  }

  private static JsonNode cloudEvent(JsonNode data) {
    ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    ArrayNode required = schema.putArray("required");
    for (String name : List.of("specversion", "id", "source", "type", "tenant", "topic")) {
      properties.putObject(name).put("type", "string");
      required.add(name);
    }
    properties.set("data", data);
    return schema;
  }

  private static byte[] value(
      Placeholder placeholder, Cursor cursor, Event event, RequestValues values) {
    String name = placeholder.name();
    return switch (name) {
      case "data" -> JsonValues.data(event.payload());
      case "cursor" -> JsonValues.text(cursor.toString());
      case "event.type" -> JsonValues.text(event.type());
      case "event.id" -> JsonValues.text(event.id());
      case "event.source" -> JsonValues.text(event.source());
      case "event.topic" -> JsonValues.text(event.topic().value());
      case "event.tenant" -> JsonValues.text(event.tenant().name());
      default ->
          placeholder.isOfRequest()
              ? values.json(placeholder)
              : attribute(event.attributes().values().get(name.substring("event.".length())));
    };
  }

  private static byte[] attribute(@Nullable Attribute value) {
    return value == null ? JsonValues.NULL : JsonValues.attribute(value);
  }
}
