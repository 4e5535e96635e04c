package heliograph.gateway.publish;

import heliograph.contract.Event;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.gateway.identity.Identity;
import heliograph.gateway.intake.Publisher;
import heliograph.gateway.revocation.Revocation;
import heliograph.gateway.revocation.Revocations;
import io.helidon.webserver.http.ServerRequest;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The one door at which a bearer token becomes a publisher. Any thread. */
final class BearerPublishers {
  private final Identity identity;
  private final Publishers publishers;
  private final Revocations revocations;

  BearerPublishers(Identity identity, Publishers publishers, Revocations revocations) {
    this.identity = identity;
    this.publishers = publishers;
    this.revocations = revocations;
  }

  /**
   * A publisher by its token.
   *
   * @param facts by what the token can be taken back
   */
  record Bearer(Publisher publisher, Revocation.Facts facts) {}

  /**
   * Who asks to publish.
   *
   * @throws RelayException NO_CREDENTIALS, INVALID_REQUEST, BAD_TOKEN, EXPIRED_TOKEN,
   *     REVOKED_TOKEN, NOT_ALLOWED or IDENTITY_UNAVAILABLE
   */
  Bearer of(ServerRequest request) {
    Identity.Client client = identity.client(heliograph.gateway.http.Bearer.of(request));
    revocations.check(client.facts());
    return new Bearer(publishers.client(client), client.facts());
  }

  /**
   * Called once more when the events are here: only they tell for which tenants the token is shown,
   * and it may have been taken back while they were on their way.
   *
   * @throws RelayException REVOKED_TOKEN
   */
  void check(Bearer bearer, List<Event> events) {
    Set<Tenant> tenants = events.stream().map(Event::tenant).collect(Collectors.toSet());
    revocations.check(bearer.facts().with(tenants));
  }
}
