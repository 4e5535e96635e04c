package heliograph.gateway.publish;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.http.Bodies;
import heliograph.gateway.http.JsonAnswer;
import heliograph.gateway.http.MediaType;
import heliograph.gateway.intake.Publisher;
import heliograph.gateway.json.Json;
import heliograph.gateway.scheme.HookRequest;
import heliograph.gateway.scheme.Scheme;
import heliograph.relay.Hub;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Tells a publisher how many streams users of one of its tenants have open. It proves itself as for
 * a webhook, and the operator has to have allowed it: the answer says who is there. Any thread.
 */
final class PresenceHandler {
  static final String PRESENCE = PublishHandler.HOOKS + "/presence";

  private final Hub hub;
  private final Bodies bodies;
  private final Rates rates;
  private final Publishers publishers;
  private final Refusals refusals;
  private final Supplier<PublishRules> now;

  PresenceHandler(
      Hub hub, Bodies bodies, Rates rates, PublishRules rules, Supplier<PublishRules> now) {
    this.hub = hub;
    this.bodies = bodies;
    this.rates = rates;
    this.publishers = rules.publishers();
    this.refusals = rules.refusals();
    this.now = now;
  }

  /** Registers the path. This has to come before that of tenants, which has it as well. */
  void register(HttpRules rules) {
    rules.post(PRESENCE, refusals.telling(publishers::nameOfSigning, this::answer));
  }

  private void answer(ServerRequest request, ServerResponse response) {
    Optional<Publisher> named = publishers.signing(request);
    if (named.filter(PresenceHandler::hasTenantOfThatName).isPresent()) {
      response.next();
      return;
    }
    HookRequest asked = publishers.asked(request);
    try (Bodies.Body body = publishers.body(bodies, named, asked)) {
      byte[] raw = body.receive(request, response);
      Publisher publisher = now.get().publishers().signing(request).orElseThrow(Scheme::refused);
      Scheme scheme = publisher.hook().orElseThrow(Scheme::refused).scheme();
      // It is no delivery, so it is not remembered as one.
      scheme.checkProof(asked, raw);
      scheme.checkAge(asked);
      body.prove(publisher.name());
      if (!publisher.config().presence()) {
        throw new RelayException(
            ErrorCode.NOT_ALLOWED, "the publisher may not ask who is there: presence is off");
      }
      takeRate(response, publisher);
      MediaType.require(request.headers(), MediaType.JSON);
      byte[] text = body.inflate(request.headers(), raw);
      JsonAnswer.in(response).send(streams(PresenceQuestion.read(text, publisher)));
    }
  }

  /** Whether the path means a tenant, as it does for a publisher that may not ask. */
  private static boolean hasTenantOfThatName(Publisher publisher) {
    return publisher.mapping().isPresent() && !publisher.config().presence();
  }

  private void takeRate(ServerResponse response, Publisher publisher) {
    Rates.Taken taken = rates.takeOne(publisher);
    taken.tell(response);
    if (taken.refusal().isPresent()) {
      refusals.overRate(publisher, 1);
      throw taken.refusal().get();
    }
  }

  private String streams(PresenceQuestion question) {
    return Json.object(
        json -> {
          json.writeObjectPropertyStart("streams");
          for (String user : question.users()) {
            json.writeNumberProperty(user, hub.streamsOf(question.tenant(), user));
          }
          json.writeEndObject();
        });
  }
}
