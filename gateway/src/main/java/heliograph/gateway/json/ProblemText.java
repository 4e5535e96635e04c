package heliograph.gateway.json;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import tools.jackson.core.JsonGenerator;

/** A refusal as problem details (RFC 9457 section 3). */
public final class ProblemText {
  private ProblemText() {}

  public static String json(RelayException refusal) {
    return Json.object(json -> write(json, refusal));
  }

  /** Writes what operators are told of a refusal into an object that is open. */
  public static void tell(JsonGenerator json, RelayException refusal) {
    json.writeNumberProperty("status", refusal.code().status());
    json.writeStringProperty("code", refusal.code().name());
    json.writeStringProperty("pointer", refusal.pointer());
    json.writeStringProperty("detail", refusal.detail());
    refusal.reason().ifPresent(it -> json.writeStringProperty("reason", it));
  }

  /** Writes the problem's members into an object that is open. */
  public static void write(JsonGenerator json, RelayException refusal) {
    ErrorCode code = refusal.code();
    json.writeStringProperty("type", code.type());
    json.writeStringProperty("title", code.title());
    json.writeNumberProperty("status", code.status());
    json.writeStringProperty("code", code.name());
    json.writeStringProperty("detail", refusal.detail());
    if (!refusal.pointer().isEmpty()) {
      json.writeStringProperty("pointer", refusal.pointer());
    }
  }
}
