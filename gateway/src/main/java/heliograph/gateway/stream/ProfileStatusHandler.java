package heliograph.gateway.stream;

import heliograph.contract.Claims;
import heliograph.gateway.access.Subscribers;
import heliograph.gateway.http.JsonAnswer;
import heliograph.gateway.profile.PathTemplate;
import heliograph.gateway.profile.ProfileConfig;
import heliograph.gateway.profile.StatusPage;
import heliograph.relay.Hub;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.InstantSource;
import java.util.Map;

/** Tells of a profile's streams in the words of its application. Any thread. */
final class ProfileStatusHandler {
  private final Hub hub;
  private final Subscribers subscribers;
  private final ProfileConfig profile;
  private final StatusPage page;
  private final InstantSource clock;

  ProfileStatusHandler(
      Hub hub,
      Subscribers subscribers,
      ProfileConfig profile,
      StatusPage page,
      InstantSource clock) {
    this.hub = hub;
    this.subscribers = subscribers;
    this.profile = profile;
    this.page = page;
    this.clock = clock;
  }

  PathTemplate path() {
    return page.path();
  }

  void tell(ServerRequest request, ServerResponse response) {
    Map<String, String> variables = page.path().match(request.path().rawPath()).orElseThrow();
    Claims claims = subscribers.of(request).claims();
    JsonAnswer.in(response)
        .send(
            page.answer(
                variables,
                hub.streamsOf(claims.tenant(), claims.subject(), profile.name()),
                hub.streamsOf(claims.tenant()),
                clock.instant()));
  }
}
