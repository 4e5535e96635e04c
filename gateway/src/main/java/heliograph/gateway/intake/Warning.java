package heliograph.gateway.intake;

import tools.jackson.core.JsonGenerator;

/**
 * A member that was left out of an event, and why; the event is stored all the same.
 *
 * @param pointer a JSON pointer to the member of the event
 * @param detail why it was left out
 */
public record Warning(String pointer, String detail) {
  /** This warning with its pointer into an array, in which the event has this index. */
  Warning at(int index) {
    return new Warning("/" + index + pointer, detail);
  }

  /** Writes the warning as a JSON object. */
  public void write(JsonGenerator json) {
    json.writeStartObject();
    json.writeStringProperty("pointer", pointer);
    json.writeStringProperty("detail", detail);
    json.writeEndObject();
  }
}
