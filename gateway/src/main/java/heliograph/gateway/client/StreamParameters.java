package heliograph.gateway.client;

import heliograph.gateway.profile.ProfileConfig.Taken;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Tells of the parameters of streams: those of {@code /v1/stream}, and a profile's own. */
final class StreamParameters {
  private static final Map<String, String> TEXTS =
      Map.of(
          "lastEventId", "The cursor after which the stream goes on",
          "since", "Begins with what was stored since: RFC 3339, or a duration before now",
          "window", "Gathers events for this long: an ISO 8601 duration such as PT0.25S",
          "filter", "A condition in CEL that events have to fulfil");

  private StreamParameters() {}

  /** The query of {@code /v1/stream} without credentials, as a JSON Schema. */
  static ObjectNode schema() {
    ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "object");
    ObjectNode all = schema.putObject("properties");
    patterns(all, "topic", "Which topics; without it all. * is one segment, a last > the rest");
    patterns(all, "type", "Which types; without it all. A trailing * is any end");
    words(all, "format", "plain", "cloudevents");
    words(all, "event", "type", "none");
    words(all, "heartbeat", "comment", "event");
    new TreeMap<>(TEXTS)
        .forEach(
            (name, text) -> all.putObject(name).put("type", "string").put("description", text));
    all.putObject("replay")
        .put("type", "integer")
        .put("minimum", 1)
        .put("maximum", 10_000)
        .put("description", "Begins with so many of the last events that the caller may see");
    all.putObject("snapshot")
        .put("type", "boolean")
        .put("description", "Begins with the newest event of each partitionkey");
    all.putObject("latest")
        .put("type", "boolean")
        .put("description", "Of events that wait together, the newest of each partitionkey");
    return schema;
  }

  private static void patterns(ObjectNode all, String name, String description) {
    ObjectNode schema =
        all.putObject(name)
            .put("type", "array")
            .put("maxItems", 50)
            .put("description", description);
    schema.putObject("items").put("type", "string");
  }

  private static void words(ObjectNode all, String name, String usual, String other) {
    ArrayNode words =
        all.putObject(name).put("type", "string").put("default", usual).putArray("enum");
    List.of(usual, other).forEach(words::add);
  }

  /** What a value of a profile's own parameter has to be. */
  static String words(Taken taken) {
    String one =
        taken.number()
            ? "A whole number"
            : "A segment of a topic: 1 to 200 characters of A-Z a-z 0-9 _ -";
    return taken.split().map(it -> one + "; several with " + it + " between them").orElse(one);
  }
}
