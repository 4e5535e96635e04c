package heliograph.gateway.admin;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import heliograph.gateway.http.JsonAnswer;
import heliograph.gateway.intake.Publisher;
import heliograph.gateway.json.Json;
import heliograph.gateway.json.ProblemText;
import heliograph.gateway.publish.Refusals;
import heliograph.gateway.publish.Standing;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/**
 * Shows an operator on the admin listener which publishers there are, and what was accepted and
 * refused of each. Any thread.
 */
final class StandingHandler {
  static final String PUBLISHERS = "/admin/publishers";
  static final String PUBLISHER = PUBLISHERS + "/{name}";

  private final List<Publisher> publishers;
  private final Refusals refusals;

  StandingHandler(List<Publisher> publishers, Refusals refusals) {
    this.publishers = publishers;
    this.refusals = refusals;
  }

  void register(HttpRules rules) {
    rules.get(PUBLISHERS, this::all).get(PUBLISHER, this::one);
  }

  private void all(ServerRequest request, ServerResponse response) {
    answer(
        response,
        Json.object(
            json -> {
              json.writeArrayPropertyStart("publishers");
              for (Publisher publisher : publishers) {
                json.writeStartObject();
                write(json, publisher);
                json.writeEndObject();
              }
              json.writeEndArray();
              json.writeObjectPropertyStart(Refusals.UNKNOWN);
              writeRefused(json, refusals.strangers());
              json.writeEndObject();
            }));
  }

  private void one(ServerRequest request, ServerResponse response) {
    Publisher publisher = named(request, publishers);
    answer(response, Json.object(json -> write(json, publisher)));
  }

  /**
   * The publisher that a request names in its path.
   *
   * @throws RelayException NOT_FOUND if there is none of this name
   */
  static Publisher named(ServerRequest request, List<Publisher> publishers) {
    String name = request.path().pathParameters().get("name");
    return publishers.stream()
        .filter(it -> it.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new RelayException(ErrorCode.NOT_FOUND, "no publisher has this name"));
  }

  private void write(JsonGenerator json, Publisher publisher) {
    json.writeStringProperty("name", publisher.name());
    publisher.hook().ifPresent(it -> json.writeStringProperty("scheme", it.name().word()));
    publisher.clientId().ifPresent(it -> json.writeStringProperty("clientId", it));
    List<String> tenants = publisher.tenants().stream().map(Tenant::name).sorted().toList();
    Json.writeTexts(json, "tenants", publisher.anyTenant() ? List.of("*") : tenants);
    Json.writeTexts(json, "topics", publisher.topics().stream().map(TopicPattern::value).toList());
    Standing.View view = refusals.of(publisher);
    json.writeNumberProperty("accepted", view.stored());
    json.writeNumberProperty("duplicates", view.duplicates());
    view.lastAccepted().ifPresent(it -> json.writeStringProperty("lastAccepted", it.toString()));
    writeRefused(json, view);
  }

  private static void writeRefused(JsonGenerator json, Standing.View view) {
    json.writeNumberProperty("refused", view.refused());
    view.lastRefusal()
        .ifPresent(
            last -> {
              json.writeObjectPropertyStart("lastRefusal");
              json.writeStringProperty("at", last.at().toString());
              ProblemText.tell(json, last.why());
              json.writeEndObject();
            });
  }

  private static void answer(ServerResponse response, String json) {
    JsonAnswer.in(response).send(json);
  }
}
