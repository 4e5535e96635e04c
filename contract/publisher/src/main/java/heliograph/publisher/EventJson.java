package heliograph.publisher;

import heliograph.contract.Audience;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.StructuredEvent;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;

/**
 * Writes an event as a publisher sends it: the JSON format of CloudEvents 1.0 with the audience,
 * whose names are arrays, as those of the contract's plain form are: a name may hold a comma.
 */
final class EventJson {
  private EventJson() {}

  /**
   * @throws PublishException of the kind INVALID if the data cannot be sent as what it claims to be
   */
  static byte[] of(Event event) {
    check(event);
    byte[] rest = StructuredEvent.json(event);
    if (!(event.audience() instanceof Audience.Members members)) {
      return rest;
    }
    StringBuilder head = new StringBuilder("{");
    names(head, "roles", members.roles());
    names(head, "users", members.users());
    byte[] whom = head.toString().getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream(whom.length + rest.length);
    out.writeBytes(whom);
    out.write(rest, 1, rest.length - 1);
    return out.toByteArray();
  }

  // Names of an audience have no control characters: quotes and backslashes are all there is to
  // escape (RFC 8259, section 7).
  private static void names(StringBuilder out, String member, Collection<String> names) {
    if (names.isEmpty()) {
      return;
    }
    out.append('"').append(member).append("\":[");
    String between = "";
    for (String name : names) {
      String escaped = name.replace("\\", "\\\\").replace("\"", "\\\"");
      out.append(between).append('"').append(escaped).append('"');
      between = ",";
    }
    out.append("],");
  }

  private static void check(Event event) {
    if (event.payload().form() == Payload.Form.JSON) {
      try {
        JsonText.parse(event.payload().bytes());
      } catch (JsonText.MalformedJson e) {
        throw PublishException.unsent(
            PublishException.Kind.INVALID, "data: not JSON: " + e.getMessage());
      }
    } else if (event.payload().form() == Payload.Form.TEXT
        && event.attributes().text("datacontenttype").isEmpty()) {
      // The relay would take it for a string of JSON.
      throw PublishException.unsent(
          PublishException.Kind.INVALID, "datacontenttype: text that is not JSON needs one");
    }
  }
}
