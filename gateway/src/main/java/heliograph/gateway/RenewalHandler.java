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
  private final Identity identity;
  private final Credentials credentials;
  private final Revocations revocations;

  RenewalHandler(Hub hub, Identity identity, Credentials credentials, Revocations revocations) {
    this.hub = hub;
    this.identity = identity;
    this.credentials = credentials;
    this.revocations = revocations;
  }

  void register(HttpRules rules) {
    rules.post(TOKEN, this::renew);
  }

  private void renew(ServerRequest request, ServerResponse response) {
    Claims claims = identity.subscriber(credentials.ofSubscriber(request));
    revocations.check(claims);
    Subscription stream =
        hub.find(request.path().pathParameters().get("stream"))
            .filter(open -> isSame(open.claims(), claims))
            .orElseThrow(
                () -> new RelayException(ErrorCode.NOT_FOUND, "no such stream of this caller"));
    hub.renew(stream, claims);
    if (revocations.covers(claims)) {
      // Taken back since the look above; whoever did so may have seen the old claims here.
      stream.end(EndReason.REVOKED);
      revocations.check(claims);
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
