package heliograph.gateway.publish;

import heliograph.contract.Cursor;
import heliograph.contract.Event;
import heliograph.contract.RelayException;
import heliograph.gateway.intake.EventReader.Reading;
import heliograph.gateway.intake.Warning;
import heliograph.gateway.json.ProblemText;
import heliograph.gateway.telemetry.Metrics.PublishResult;
import heliograph.relay.Receipt;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;
import tools.jackson.core.JsonGenerator;

/** What a publisher is told of one event. */
public sealed interface Outcome {
  /** How the event counts in the metrics. */
  PublishResult result();

  /**
   * The event is in the log.
   *
   * @param warnings what was left out of the event
   * @param live for how many open streams it is; empty if that is not told
   */
  record Accepted(
      String id, Cursor cursor, PublishResult result, List<Warning> warnings, OptionalInt live)
      implements Outcome {
    /** Writes the answer's members into an object that is open. */
    void write(JsonGenerator json) {
      json.writeStringProperty("id", id);
      json.writeStringProperty("cursor", cursor.toString());
      json.writeBooleanProperty("duplicate", result == PublishResult.DUPLICATE);
      live.ifPresent(streams -> json.writeNumberProperty("live", streams));
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
   * The outcomes of all events of a body.
   *
   * @param readings what was read of the events, in their order
   * @param receipts what became of those that were fit, in the same order
   * @param live counts the open streams that an event is for; asked about those that were stored
   */
  static List<Outcome> all(
      List<Reading> readings, List<Receipt> receipts, Function<Event, OptionalInt> live) {
    List<Outcome> outcomes = new ArrayList<>(readings.size());
    int next = 0;
    for (Reading reading : readings) {
      outcomes.add(
          switch (reading) {
            case Reading.Fit fit -> of(fit, receipts.get(next++), live);
            case Reading.Unfit(RelayException why) -> new Refused(why);
          });
    }
    return outcomes;
  }

  private static Outcome of(Reading.Fit fit, Receipt receipt, Function<Event, OptionalInt> live) {
    String id = fit.event().id();
    return switch (receipt) {
      case Receipt.Stored(Cursor cursor) ->
          new Accepted(id, cursor, PublishResult.STORED, fit.warnings(), live.apply(fit.event()));
      case Receipt.Duplicate(Cursor cursor) ->
          new Accepted(id, cursor, PublishResult.DUPLICATE, fit.warnings(), OptionalInt.empty());
      case Receipt.Refused(RelayException why) -> new Refused(why);
    };
  }

  /** Writes the outcomes of a batch into an object that is open. */
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
