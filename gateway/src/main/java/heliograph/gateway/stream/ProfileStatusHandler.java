package heliograph.gateway.stream;

import heliograph.contract.Claims;
import heliograph.gateway.access.Caller;
import heliograph.gateway.http.JsonAnswer;
import heliograph.gateway.profile.PathTemplate;
import heliograph.gateway.profile.StatusPage;
import heliograph.relay.Hub;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.InstantSource;
import java.util.Map;

/**
 * Tells of a profile's streams in the words of its application, if it is switched on for the
 * caller. Any thread.
 */
final class ProfileStatusHandler {
  private final Hub hub;
  private final StreamEndpoint endpoint;
  private final String profile;
  private final StatusPage page;
  private final InstantSource clock;

  ProfileStatusHandler(
      Hub hub, StreamEndpoint endpoint, String profile, StatusPage page, InstantSource clock) {
    this.hub = hub;
    this.endpoint = endpoint;
    this.profile = profile;
    this.page = page;
    this.clock = clock;
  }

  PathTemplate path() {
    return page.path();
  }

  void tell(ServerRequest request, ServerResponse response) {
    Map<String, String> variables = page.path().match(request.path().rawPath()).orElseThrow();
    Caller caller = endpoint.caller(request);
    if (endpoint.isOff(caller)) {
      StreamHandler.stayAway(response);
      return;
    }
    Claims claims = caller.claims();
    JsonAnswer.in(response)
        .send(
            page.answer(
                variables,
                hub.streamsOf(claims.tenant(), claims.subject(), profile),
                hub.streamsOf(claims.tenant()),
                clock.instant()));
  }
}
