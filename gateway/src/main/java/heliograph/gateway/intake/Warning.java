package heliograph.gateway.intake;

import tools.jackson.core.JsonGenerator;

/**
 * What was left out of an event, and why: it is stored all the same.
 *
 * @param pointer to the member of the event
 */
public record Warning(String pointer, String detail) {
  /** The same, of the event at {@code index} of several. */
  Warning at(int index) {
    return new Warning("/" + index + pointer, detail);
  }

  public void write(JsonGenerator json) {
    json.writeStartObject();
    json.writeStringProperty("pointer", pointer);
    json.writeStringProperty("detail", detail);
    json.writeEndObject();
  }
}
