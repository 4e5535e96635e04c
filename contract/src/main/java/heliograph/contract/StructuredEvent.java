package heliograph.contract;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Writes the JSON format of CloudEvents 1.0, on one line. The audience is left out: like a blind
 * copy, it is not for the receivers of an event to know who else received it.
 */
public final class StructuredEvent {
  private StructuredEvent() {}

  /** Writes the event as one JSON object. */
  public static byte[] json(Event event) {
    StringBuilder head = new StringBuilder(256).append("{\"specversion\":\"1.0\"");
    member(head, "id", event.id());
    member(head, "source", event.source());
    member(head, "type", event.type());
    member(head, "tenant", event.tenant().name());
    member(head, "topic", event.topic().value());
    event.attributes().values().forEach((name, value) -> member(head, name, value));
    return switch (event.payload().form()) {
      case ABSENT -> utf8(head.append('}'));
      case JSON -> spliced(utf8(head.append(",\"data\":")), event.payload().bytes());
      case TEXT -> {
        member(head, "data", new String(event.payload().bytes(), StandardCharsets.UTF_8));
        yield utf8(head.append('}'));
      }
      case BINARY -> {
        member(head, "data_base64", Base64.getEncoder().encodeToString(event.payload().bytes()));
        yield utf8(head.append('}'));
      }
    };
  }

  private static void member(StringBuilder out, String name, Attribute value) {
    switch (value) {
      case Attribute.Text(String text) -> member(out, name, text);
      case Attribute.Whole(int whole) -> out.append(",\"").append(name).append("\":").append(whole);
      case Attribute.Truth(boolean truth) ->
          out.append(",\"").append(name).append("\":").append(truth);
    }
  }

  private static void member(StringBuilder out, String name, String text) {
    Texts.quote(out.append(",\"").append(name).append("\":"), text);
  }

  private static byte[] utf8(StringBuilder text) {
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] spliced(byte[] head, byte[] data) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(head.length + data.length + 1);
    out.writeBytes(head);
    out.writeBytes(data);
    out.write('}');
    return out.toByteArray();
  }
}
