package heliograph.gateway.publish;

import heliograph.contract.RelayException;
import heliograph.gateway.json.ProblemText;
import java.util.Locale;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;

/** What a trial tells of one step. Any thread. */
public record TrialStep(Name name, Result result) {
  /**
   * The steps of a request, in their order; a challenge that is not signed comes before its proof.
   */
  enum Name {
    SIZE,
    SIGNATURE,
    TIMESTAMP,
    ENCODING,
    CHALLENGE,
    PATH,
    MEDIA_TYPE,
    BODY;

    String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** What came of it. */
  sealed interface Result {
    /** Nothing is wrong, and there is nothing to say. */
    Result PASSED = new Passed(_ -> {});

    /**
     * Nothing is wrong.
     *
     * @param found writes what was found out
     */
    record Passed(Consumer<JsonGenerator> found) implements Result {}

    record Refused(RelayException why) implements Result {}

    /** It is not for this request, or cannot be told. */
    record Skipped(String reason) implements Result {}
  }

  public void write(JsonGenerator json) {
    json.writeStartObject();
    json.writeStringProperty("step", name.word());
    switch (result) {
      case Result.Passed(Consumer<JsonGenerator> found) -> {
        json.writeStringProperty("outcome", "passed");
        found.accept(json);
      }
      case Result.Refused(RelayException why) -> {
        json.writeStringProperty("outcome", "refused");
        ProblemText.tell(json, why);
      }
      case Result.Skipped(String reason) -> {
        json.writeStringProperty("outcome", "skipped");
        json.writeStringProperty("reason", reason);
      }
    }
    json.writeEndObject();
  }
}
