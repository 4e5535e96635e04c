package heliograph.gateway;

import heliograph.relay.Hub;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.InstantSource;

/** Where an operator takes credentials back; on the admin listener. Any thread. */
final class RevocationHandler {
  static final String REVOCATIONS = "/admin/revocations";

  private final Revocations revocations;
  private final Identity identity;
  private final Hub hub;
  private final Bodies bodies;
  private final InstantSource clock;

  RevocationHandler(
      Revocations revocations, Identity identity, Hub hub, Bodies bodies, InstantSource clock) {
    this.revocations = revocations;
    this.identity = identity;
    this.hub = hub;
    this.bodies = bodies;
    this.clock = clock;
  }

  void register(HttpRules rules) {
    rules.post(REVOCATIONS, this::revoke).get(REVOCATIONS, this::list);
  }

  private void revoke(ServerRequest request, ServerResponse response) {
    Revocation revocation;
    try (Bodies.Body body = bodies.unproven()) {
      byte[] text = body.receive(request, response);
      revocation = Json.read(text, parser -> Revocation.read(parser, clock.instant()));
    }
    identity.checkOnePerson(revocation);
    int streams = revocations.add(revocation, hub);
    answer(
        response,
        Json.object(
            json -> {
              revocation.write(json);
              json.writeNumberProperty("streams", streams);
            }));
  }

  private void list(ServerRequest request, ServerResponse response) {
    answer(
        response,
        Json.object(
            json -> {
              json.writeArrayPropertyStart("revocations");
              for (Revocation revocation : revocations.all()) {
                json.writeStartObject();
                revocation.write(json);
                json.writeEndObject();
              }
              json.writeEndArray();
            }));
  }

  private static void answer(ServerResponse response, String json) {
    response
        .header(HeaderNames.CONTENT_TYPE, "application/json")
        .header(HeaderNames.CACHE_CONTROL, "no-store")
        .send(json);
  }
}
