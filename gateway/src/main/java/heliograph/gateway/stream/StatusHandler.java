package heliograph.gateway.stream;

import heliograph.contract.Claims;
import heliograph.gateway.access.Subscribers;
import heliograph.gateway.http.JsonAnswer;
import heliograph.gateway.http.KnownParameters;
import heliograph.gateway.json.Json;
import heliograph.relay.Hub;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/** Tells a subscriber of its own streams, and of nobody else's. Any thread. */
final class StatusHandler {
  static final String STATUS = "/v1/status";

  private final Hub hub;
  private final Subscribers subscribers;

  StatusHandler(Hub hub, Subscribers subscribers) {
    this.hub = hub;
    this.subscribers = subscribers;
  }

  void register(HttpRules rules) {
    rules.get(STATUS, this::tell);
  }

  private void tell(ServerRequest request, ServerResponse response) {
    subscribers.checkQuery(request, KnownParameters.Endpoint.STATUS);
    Claims claims = subscribers.of(request).claims();
    int streams = hub.streamsOf(claims.tenant(), claims.subject());
    JsonAnswer.in(response)
        .send(
            Json.object(
                json -> {
                  json.writeBooleanProperty("connected", streams > 0);
                  json.writeNumberProperty("streams", streams);
                }));
  }
}
