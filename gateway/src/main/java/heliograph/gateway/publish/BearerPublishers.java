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

/**
 * Finds the publisher of a request by its bearer token; nothing else makes one of a token. Any
 * thread.
 */
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
   * A publisher that showed a token.
   *
   * @param facts the facts by which the token can be revoked
   */
  record Bearer(Publisher publisher, Revocation.Facts facts) {
    /** Whose share its requests count in: issuers may each let in a client of the same name. */
    String share() {
      return publisher.name() + " " + facts.proof().issuer();
    }
  }

  /**
   * The publisher whose token is in the {@code Authorization} header.
   *
   * @throws RelayException NO_CREDENTIALS, INVALID_REQUEST, BAD_TOKEN, EXPIRED_TOKEN,
   *     REVOKED_TOKEN, NOT_ALLOWED or IDENTITY_UNAVAILABLE
   */
  Bearer of(ServerRequest request) {
    Identity.Client client = identity.client(heliograph.gateway.http.Bearer.of(request.headers()));
    revocations.check(client.facts());
    return new Bearer(publishers.client(client), client.facts());
  }

  /**
   * Checks once more that the token is not revoked, when the events have been read: only they tell
   * for which tenants the token is shown, and it may have been revoked while they were on their
   * way.
   *
   * @throws RelayException REVOKED_TOKEN if the token was revoked, for one of the tenants or for
   *     all
   */
  void check(Bearer bearer, List<Event> events) {
    Set<Tenant> tenants = events.stream().map(Event::tenant).collect(Collectors.toSet());
    revocations.check(bearer.facts().with(tenants));
  }
}
