package heliograph.gateway.admin;

import heliograph.contract.Audience;
import heliograph.contract.Event;
import heliograph.contract.RelayException;
import heliograph.contract.StructuredEvent;
import heliograph.gateway.http.Bodies;
import heliograph.gateway.http.JsonAnswer;
import heliograph.gateway.intake.EventReader;
import heliograph.gateway.intake.EventReader.Reading;
import heliograph.gateway.intake.Publisher;
import heliograph.gateway.json.Json;
import heliograph.gateway.json.ProblemText;
import heliograph.gateway.publish.Trial;
import heliograph.gateway.publish.TrialCourse;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/**
 * Tells an operator on the admin listener what would become of a publisher's request, step by step.
 * Any thread.
 */
final class TrialHandler {
  static final String TRY = StandingHandler.PUBLISHER + "/try";

  /** The most events that an answer shows; it counts the others. */
  static final int MAX_EVENTS = 16;

  private final List<Publisher> publishers;
  private final EventReader reader;
  private final Bodies publicBodies;
  private final Bodies bodies;

  /**
   * Makes the handler.
   *
   * @param publicBodies the bodies of the public listener, for their bound
   * @param bodies the bodies of the admin listener
   */
  TrialHandler(List<Publisher> publishers, EventReader reader, Bodies publicBodies, Bodies bodies) {
    this.publishers = publishers;
    this.reader = reader;
    this.publicBodies = publicBodies;
    this.bodies = bodies;
  }

  void register(HttpRules rules) {
    rules.post(TRY, this::attempt);
  }

  private void attempt(ServerRequest request, ServerResponse response) {
    Publisher publisher = StandingHandler.named(request, publishers);
    String answer;
    try (Bodies.Body body = bodies.unproven()) {
      Trial trial = Trial.read(body.receive(request, response), publisher);
      TrialCourse course = new TrialCourse(reader, publicBodies, publisher, trial);
      course.run(body);
      answer = Json.object(json -> write(json, publisher, course));
    }
    JsonAnswer.in(response).send(answer);
  }

  private static void write(JsonGenerator json, Publisher publisher, TrialCourse course) {
    json.writeStringProperty("publisher", publisher.name());
    json.writeNumberProperty("status", course.status());
    json.writeArrayPropertyStart("steps");
    course.steps().forEach(step -> step.write(json));
    json.writeEndArray();
    json.writeArrayPropertyStart("events");
    course.events().stream().limit(MAX_EVENTS).forEach(reading -> write(json, reading));
    json.writeEndArray();
    json.writeNumberProperty("untold", Math.max(0, course.events().size() - MAX_EVENTS));
  }

  private static void write(JsonGenerator json, Reading reading) {
    json.writeStartObject();
    switch (reading) {
      case Reading.Fit(Event event, _) -> write(json, event);
      case Reading.Unfit(RelayException why) -> {
        json.writeObjectPropertyStart("problem");
        ProblemText.write(json, why);
        json.writeEndObject();
      }
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Event event) {
    json.writeName("event");
    json.writeRawValue(new String(StructuredEvent.json(event), StandardCharsets.UTF_8));
    if (event.audience() instanceof Audience.Members(var roles, var users)) {
      Json.writeTexts(json, "roles", roles);
      Json.writeTexts(json, "users", users);
    }
  }
}
