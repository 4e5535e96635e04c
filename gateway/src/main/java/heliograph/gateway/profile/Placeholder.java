package heliograph.gateway.profile;

import java.util.Locale;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A name that a template has in braces, and the form in which its value is wanted.
 *
 * @param name the name without the form, such as {@code path.id}
 */
record Placeholder(String name, Form form) {
  /** The form of a value in JSON. */
  enum Form {
    /** It is whatever the value is by itself. */
    PLAIN,
    /** A text of digits is a number. */
    NUMBER,
    /** A time is the number of whole seconds since 1970 in UTC. */
    SECONDS
  }

  /**
   * Reads what stands between the braces.
   *
   * @throws IllegalArgumentException if the form is unknown
   */
  static Placeholder of(String text) {
    int bar = text.indexOf('|');
    if (bar < 0) {
      return new Placeholder(text, Form.PLAIN);
    }
    return switch (text.substring(bar + 1)) {
      case "number" -> new Placeholder(text.substring(0, bar), Form.NUMBER);
      case "seconds" -> new Placeholder(text.substring(0, bar), Form.SECONDS);
      default -> throw new IllegalArgumentException("{" + text + "}: behind | number or seconds");
    };
  }

  /** Whether the request has the value. */
  boolean isOfRequest() {
    return name.startsWith(RequestValues.PATH) || name.startsWith(RequestValues.QUERY);
  }

  /** What its value is, as a JSON Schema. */
  ObjectNode schema() {
    return switch (name) {
      case "count", "reconnect", "streams", "streams.tenant" -> typed("integer");
      case "heartbeat" -> typed("number");
      case "connected" -> typed("boolean");
      case "now" ->
          form == Form.SECONDS ? typed("integer") : typed("string").put("format", "date-time");
      case "cursor", "stream", "tenant", "subject", "reason", "from", "to", "expires" ->
          typed("string");
      case "event.type", "event.id", "event.source", "event.topic", "event.tenant" ->
          typed("string");
      default -> {
        if (isOfRequest()) {
          yield typed(form == Form.NUMBER ? "integer" : "string");
        }
        // An attribute that an event need not have.
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        schema.putArray("type").add("string").add("integer").add("boolean").add("null");
        yield schema;
      }
    };
  }

  private static ObjectNode typed(String type) {
    return JsonNodeFactory.instance.objectNode().put("type", type);
  }

  @Override
  public String toString() {
    return form == Form.PLAIN
        ? "{" + name + "}"
        : "{" + name + "|" + form.name().toLowerCase(Locale.ROOT) + "}";
  }
}
