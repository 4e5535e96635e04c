package heliograph.gateway.publish;

import heliograph.gateway.http.Cors;
import heliograph.gateway.http.Paths;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/**
 * The handshake of the CloudEvents webhook specification, section 4, at the publishers' doors. The
 * callback is not called: consent is given at once, and calling an address that anybody names would
 * be a door to others. Any thread.
 */
final class HandshakeHandler {
  private static final HeaderName ALLOWED_ORIGIN = HeaderNames.create("WebHook-Allowed-Origin");
  private static final HeaderName ALLOWED_RATE = HeaderNames.create("WebHook-Allowed-Rate");

  private final Publishers publishers;
  private final Rates rates;

  HandshakeHandler(Publishers publishers, Rates rates) {
    this.publishers = publishers;
    this.rates = rates;
  }

  void register(HttpRules rules) {
    rules.options(Paths.EVENTS, this::handshake).options(PublishHandler.HOOKS, this::handshake);
    if (publishers.anyMapping()) {
      rules.options(PublishHandler.HOOKS_OF_TENANT, this::handshake);
    }
  }

  private void handshake(ServerRequest request, ServerResponse response) {
    boolean events = request.path().path().equals(Paths.EVENTS);
    response.header(HeaderNames.ALLOW, events ? "GET, HEAD, POST, OPTIONS" : publishers.methods());
    request
        .headers()
        .first(Cors.REQUEST_ORIGIN)
        .ifPresent(
            origin -> {
              response.header(ALLOWED_ORIGIN, origin);
              response.header(ALLOWED_RATE, Integer.toString(rates.perSecond() * 60));
            });
    response.status(Status.NO_CONTENT_204).send();
  }
}
