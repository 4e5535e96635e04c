package heliograph.gateway.publish;

import heliograph.contract.Cursor;
import heliograph.contract.RelayException;
import heliograph.gateway.intake.EventReader.Reading;
import heliograph.gateway.intake.Warning;
import heliograph.gateway.json.ProblemText;
import heliograph.gateway.telemetry.Metrics.PublishResult;
import heliograph.relay.Receipt;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/** What a publisher is told of one event. */
public sealed interface Outcome {
  PublishResult result();

  /**
   * The event is in the log.
   *
   * @param warnings what was left out of it
   */
  record Accepted(String id, Cursor cursor, PublishResult result, List<Warning> warnings)
      implements Outcome {
    /** Writes the answer's members into an object that is open. */
    void write(JsonGenerator json) {
      json.writeStringProperty("id", id);
      json.writeStringProperty("cursor", cursor.toString());
      json.writeBooleanProperty("duplicate", result == PublishResult.DUPLICATE);
      if (!warnings.isEmpty()) {
        json.writeArrayPropertyStart("warnings");
        warnings.forEach(warning -> warning.write(json));
        json.writeEndArray();
      }
    }
  }

  record Refused(RelayException why) implements Outcome {
    @Override
    public PublishResult result() {
      return PublishResult.REFUSED;
    }
  }

  /**
   * Those of a body.
   *
   * @param readings what was read of its events, in their order
   * @param receipts what became of those that were fit, in the same order
   */
  static List<Outcome> all(List<Reading> readings, List<Receipt> receipts) {
    List<Outcome> outcomes = new ArrayList<>(readings.size());
    int next = 0;
    for (Reading reading : readings) {
      outcomes.add(
          switch (reading) {
            case Reading.Fit fit -> of(fit, receipts.get(next++));
            case Reading.Unfit(RelayException why) -> new Refused(why);
          });
    }
    return outcomes;
  }

  private static Outcome of(Reading.Fit fit, Receipt receipt) {
    String id = fit.event().id();
    return switch (receipt) {
      case Receipt.Stored(Cursor cursor) ->
          new Accepted(id, cursor, PublishResult.STORED, fit.warnings());
      case Receipt.Duplicate(Cursor cursor) ->
          new Accepted(id, cursor, PublishResult.DUPLICATE, fit.warnings());
      case Receipt.Refused(RelayException why) -> new Refused(why);
    };
  }

  /** Writes those of a batch into an object that is open. */
  static void writeAll(JsonGenerator json, List<Outcome> outcomes) {
    json.writeArrayPropertyStart("results");
    for (Outcome outcome : outcomes) {
      json.writeStartObject();
      switch (outcome) {
        case Accepted accepted -> accepted.write(json);
        case Refused(RelayException why) -> ProblemText.write(json, why);
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
