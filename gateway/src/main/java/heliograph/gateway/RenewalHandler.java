package heliograph.gateway;

import heliograph.contract.Claims;
import heliograph.contract.EndReason;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.relay.Hub;
import heliograph.relay.Subscription;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/**
 * Where a client brings a new token for a stream that is open, so that it goes on without a break.
 * Any thread.
 */
final class RenewalHandler {
  static final String TOKEN = "/v1/streams/{stream}/token";

  private final Hub hub;
  private final Subscribers subscribers;

  RenewalHandler(Hub hub, Subscribers subscribers) {
    this.hub = hub;
    this.subscribers = subscribers;
  }

  void register(HttpRules rules) {
    rules.post(TOKEN, this::renew);
  }

  private void renew(ServerRequest request, ServerResponse response) {
    Claims claims = subscribers.of(request).claims();
    Subscription stream =
        hub.find(request.path().pathParameters().get("stream"))
            .filter(open -> isSame(open.claims(), claims))
            .orElseThrow(
                () -> new RelayException(ErrorCode.NOT_FOUND, "no such stream of this caller"));
    hub.renew(stream, claims);
    try {
      subscribers.checkAgain(claims);
    } catch (RelayException revoked) {
      // Whoever took them back may have seen the old claims here.
      stream.end(EndReason.REVOKED);
      throw revoked;
    }
    response
        .header(HeaderNames.CONTENT_TYPE, "application/json")
        .header(HeaderNames.CACHE_CONTROL, "no-store")
        .send(
            Json.object(json -> json.writeStringProperty("expires", claims.expires().toString())));
  }

  /** Subjects are names that one issuer gives; another's may mean somebody else. */
  private static boolean isSame(Claims open, Claims fresh) {
    return open.tenant().equals(fresh.tenant())
        && open.subject().equals(fresh.subject())
        && open.proof().issuer().equals(fresh.proof().issuer());
  }
}
