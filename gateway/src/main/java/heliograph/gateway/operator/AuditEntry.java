package heliograph.gateway.operator;

import heliograph.gateway.json.Json;
import heliograph.gateway.telemetry.LogLine;
import java.time.Instant;
import tools.jackson.core.JsonGenerator;

/**
 * What the audit has of one step of a deed.
 *
 * @param operator who did it, as their login names them
 * @param address the address that it came from
 * @param agent what the request said of the program that sent it
 * @param result what became of it: {@link #ASKED}, {@link #DONE}, or a refusal
 */
public record AuditEntry(
    Instant time, String operator, String address, String agent, Deed deed, String result) {
  /** The result of what is about to be done. */
  public static final String ASKED = "asked";

  /** The result of what was done. */
  public static final String DONE = "done";

  /** The result of what went wrong in a way that is a bug. */
  public static final String FAILED = "failed";

  /** The result of what was refused, which the code of the refusal follows. */
  public static final String REFUSED = "refused ";

  /** Writes its members into an object that is open. */
  public void write(JsonGenerator json) {
    json.writeStringProperty("time", time.toString());
    json.writeStringProperty("operator", operator);
    json.writeStringProperty("address", address);
    json.writeStringProperty("agent", agent);
    json.writeStringProperty("action", deed.action());
    json.writeStringProperty("target", deed.target());
    json.writeStringProperty("reason", deed.reason());
    json.writeStringProperty("result", result);
  }

  /**
   * It as one line of JSON, without its end. What cannot be seen, or moves what can, is escaped:
   * JSON itself does so for a few characters only, and a terminal that shows the file knows more.
   */
  String line() {
    return LogLine.printable(Json.object(this::write), Integer.MAX_VALUE);
  }
}
