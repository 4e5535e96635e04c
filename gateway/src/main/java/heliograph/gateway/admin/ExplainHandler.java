package heliograph.gateway.admin;

import heliograph.contract.Claims;
import heliograph.contract.Cursor;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import heliograph.gateway.access.Subscribers;
import heliograph.gateway.admin.ExplainQuestion.About.Described;
import heliograph.gateway.admin.ExplainQuestion.About.Stored;
import heliograph.gateway.filter.Filters;
import heliograph.gateway.http.Bodies;
import heliograph.gateway.http.JsonAnswer;
import heliograph.gateway.intake.BodyForm;
import heliograph.gateway.intake.EventRules;
import heliograph.gateway.intake.Publisher;
import heliograph.gateway.intake.Sender;
import heliograph.gateway.intake.SentEvent;
import heliograph.gateway.json.Json;
import heliograph.gateway.operator.Operator;
import heliograph.gateway.operator.Refused;
import heliograph.gateway.operator.Role;
import heliograph.gateway.profile.ProfileConfig;
import heliograph.gateway.tail.TailEvent;
import heliograph.relay.Filter;
import heliograph.relay.Inspection;
import heliograph.relay.Interest;
import heliograph.relay.Masks;
import heliograph.relay.StoredEvent;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JsonGenerator;

/**
 * Tells an operator on the admin listener whether a subscriber would get an event, rule by rule:
 * one that is described, or one that is stored. Nothing is published, and nothing of the event's
 * data is repeated. Any thread.
 */
final class ExplainHandler {
  static final String EXPLAIN = "/admin/explain";

  // The event is read as if a publisher without any bounds had sent it.
  private static final Sender ANYBODY =
      new Sender(
          new Publisher(
              "explain", true, Set.of(), List.of(TopicPattern.ALL), List.of(new TypePattern("*"))),
          WritableHeaders.create(),
          Optional.empty(),
          "");
  private static final Cursor NOWHERE = new Cursor("explain", 1);

  private final Inspection inspection;
  private final Subscribers subscribers;
  private final List<ProfileConfig> profiles;
  private final EventRules rules;
  private final Masks masks;
  private final Bodies bodies;
  private final InstantSource clock;

  ExplainHandler(
      Inspection inspection,
      Subscribers subscribers,
      List<ProfileConfig> profiles,
      EventRules rules,
      Masks masks,
      Bodies bodies,
      InstantSource clock) {
    this.inspection = inspection;
    this.subscribers = subscribers;
    this.profiles = profiles;
    this.rules = rules;
    this.masks = masks;
    this.bodies = bodies;
    this.clock = clock;
  }

  void register(HttpRules routing) {
    routing.post(EXPLAIN, this::explain);
  }

  void explain(ServerRequest request, ServerResponse response) {
    ExplainQuestion question;
    StoredEvent event;
    try (Bodies.Body body = bodies.unproven()) {
      question = ExplainQuestion.read(body.receive(request, response), profiles);
      event = event(question, request);
    }
    String answer =
        Json.object(
            json -> {
              write(json, question, event);
              if (question.event() instanceof Stored) {
                json.writeObjectPropertyStart("event");
                TailEvent.writeAttributes(json, event);
                json.writeEndObject();
              }
            });
    JsonAnswer.in(response).send(Json.escaped(answer));
  }

  /**
   * The event that is asked about.
   *
   * @throws RelayException NOT_FOUND if none is stored there; NOT_ALLOWED if the answer would tell
   *     something of data that whoever asks has not written and may not see
   */
  private StoredEvent event(ExplainQuestion question, ServerRequest request) {
    return switch (question.event()) {
      case Described(SentEvent sent) ->
          new StoredEvent(rules.event(sent, BodyForm.PLAIN, ANYBODY), NOWHERE);
      case Stored(Tenant tenant, Cursor place) -> {
        if (Filters.readsData(question.filter())
            && !Operator.of(request).roles().contains(Role.PAYLOAD)) {
          throw Refused.noted(
              request,
              RelayException.invalid(
                      "filter",
                      "filter: looks at the data of a stored event, which needs the role payload;"
                          + " without it the other rules are told")
                  .as(ErrorCode.NOT_ALLOWED));
        }
        yield inspection
            .event(tenant, place)
            .orElseThrow(
                () ->
                    new RelayException(
                        ErrorCode.NOT_FOUND, "no event is stored there, or not any more"));
      }
    };
  }

  private void write(JsonGenerator json, ExplainQuestion question, StoredEvent event) {
    Claims claims;
    try {
      claims = question.claims().orElseGet(() -> ofToken(question));
    } catch (RelayException refusal) {
      if (refusal.code() == ErrorCode.IDENTITY_UNAVAILABLE) {
        throw refusal;
      }
      json.writeBooleanProperty("delivered", false);
      json.writeArrayPropertyStart("checks");
      check(json, "token", false, refusal.code() + ": " + refusal.detail());
      json.writeEndArray();
      return;
    }
    Interest.Explanation why =
        new Interest(claims, question.topics(), question.types(), question.filter())
            .explain(event, masks, clock.instant());
    json.writeBooleanProperty("delivered", why.delivered());
    json.writeBooleanProperty("masked", why.delivered() && why.masked());
    json.writeArrayPropertyStart("checks");
    check(json, "token", true, question.token().isPresent() ? "verified" : "not asked for");
    for (Interest.Rule rule : Interest.Rule.values()) {
      boolean passed = !why.against().contains(rule);
      check(json, rule.name().toLowerCase(Locale.ROOT), passed, said(rule, passed));
    }
    check(json, "masks", !why.withheld(), masked(why));
    boolean chooses = question.filter() != Filter.EVERY;
    check(json, "filter", !chooses || why.wanted(), chooses ? chosen(why) : "not asked for");
    json.writeEndArray();
  }

  /** The claims of a token, as the profile verifies it that the question is about. */
  private Claims ofToken(ExplainQuestion question) {
    return question
        .profile()
        .map(profile -> subscribers.by(profile.token()))
        .orElse(subscribers)
        .ofToken(question.token().orElseThrow());
  }

  private static void check(JsonGenerator json, String name, boolean passed, String why) {
    json.writeStartObject();
    json.writeStringProperty("check", name);
    json.writeBooleanProperty("passed", passed);
    json.writeStringProperty("why", why);
    json.writeEndObject();
  }

  private static String said(Interest.Rule rule, boolean passed) {
    return switch (rule) {
      case TENANT -> passed ? "of the subscriber's tenant" : "of another tenant";
      case AUDIENCE ->
          passed
              ? "for everybody, for one of its roles, or for it by name"
              : "for roles that it lacks, and not for it by name";
      case RIGHTS -> passed ? "a topic its token allows" : "not a topic its token allows";
      case TOPIC -> passed ? "a topic it asked for" : "not a topic it asked for";
      case TYPE -> passed ? "a type it asked for" : "not a type it asked for";
      case EXPIRY -> passed ? "its time is not over" : "its time is over";
    };
  }

  private static String masked(Interest.Explanation why) {
    if (why.withheld()) {
      return "a mask of its type cannot be applied to its data";
    }
    return why.masked() ? "shown without the fields that its roles do not lift" : "shown whole";
  }

  private static String chosen(Interest.Explanation why) {
    if (why.withheld()) {
      return "nothing is shown that it could choose";
    }
    return why.wanted()
        ? "it chooses the event as it is shown"
        : "it does not choose the event as it is shown, or cannot be worked out for it";
  }
}
