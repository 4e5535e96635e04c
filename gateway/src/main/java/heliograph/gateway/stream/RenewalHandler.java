package heliograph.gateway.stream;

import heliograph.contract.Claims;
import heliograph.contract.EndReason;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.access.Caller;
import heliograph.gateway.access.Rechecks;
import heliograph.gateway.access.Rechecks.Check;
import heliograph.gateway.access.Subscribers;
import heliograph.gateway.access.Subscribers.Gate;
import heliograph.gateway.http.JsonAnswer;
import heliograph.gateway.http.KnownParameters;
import heliograph.gateway.json.Json;
import heliograph.relay.Hub;
import heliograph.relay.Subscription;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Serves the endpoint at which a client brings a new token for an open stream, so that the stream
 * goes on without a break. Any thread.
 */
final class RenewalHandler {
  static final String TOKEN = "/v1/streams/{stream}/token";

  private final Hub hub;
  private final Subscribers subscribers;
  private final Rechecks rechecks;

  RenewalHandler(Hub hub, Subscribers subscribers, Rechecks rechecks) {
    this.hub = hub;
    this.subscribers = subscribers;
    this.rechecks = rechecks;
  }

  void register(HttpRules rules) {
    rules.post(TOKEN, this::renew);
  }

  private void renew(ServerRequest request, ServerResponse response) {
    String id = request.path().pathParameters().get("stream");
    // The token is looked for where it was when the stream was opened.
    Optional<Gate> gate = rechecks.letInBy(id);
    Subscribers by = gate.map(Gate::subscribers).orElse(subscribers);
    by.checkQuery(request, KnownParameters.Endpoint.RENEWAL);
    Caller caller = by.of(request);
    Claims claims = caller.claims();
    Subscription stream =
        hub.find(id)
            .filter(_ -> gate.isPresent())
            .filter(open -> isSame(open.claims(), claims))
            .orElseThrow(
                () -> new RelayException(ErrorCode.NOT_FOUND, "no such stream of this caller"));
    if (!caller.on()) {
      throw new RelayException(ErrorCode.NOT_ALLOWED, "it is switched off for this caller");
    }
    // The new claims may show topics about which nobody was asked for the old ones.
    List<Check> checks = new ArrayList<>(caller.checks());
    gate.ifPresent(it -> checks.addAll(it.ask(caller, request.headers())));
    goOn(stream, claims, checks);
    JsonAnswer.in(response)
        .send(
            Json.object(json -> json.writeStringProperty("expires", claims.expires().toString())));
  }

  private void goOn(Subscription stream, Claims claims, List<Check> checks) {
    rechecks.renew(hub, stream, claims, checks);
    try {
      subscribers.checkRevoked(claims);
    } catch (RelayException revoked) {
      // A revocation of the new claims may have seen the old ones here.
      stream.end(EndReason.REVOKED);
      throw revoked;
    }
  }

  /**
   * Whether two claims are of the same subscriber. The issuer has to be the same too: another
   * issuer may give the same subject to somebody else.
   */
  private static boolean isSame(Claims open, Claims fresh) {
    return open.tenant().equals(fresh.tenant())
        && open.subject().equals(fresh.subject())
        && open.proof().issuer().equals(fresh.proof().issuer());
  }
}
