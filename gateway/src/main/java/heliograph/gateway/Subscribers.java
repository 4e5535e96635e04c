package heliograph.gateway;

import heliograph.contract.Claims;
import heliograph.contract.RelayException;
import io.helidon.webserver.http.ServerRequest;

/**
 * The one door at which a subscriber's request becomes claims: which credential it carries, and who
 * verifies it. Any thread.
 */
final class Subscribers {
  private final Credentials credentials;
  private final Identity identity;
  private final Tickets tickets;
  private final Cors cors;
  private final Revocations revocations;

  Subscribers(
      Credentials credentials,
      Identity identity,
      Tickets tickets,
      Cors cors,
      Revocations revocations) {
    this.cors = cors;
    this.revocations = revocations;
    this.credentials = credentials;
    this.identity = identity;
    this.tickets = tickets;
  }

  /**
   * Who asks for a stream. A ticket is used up by this.
   *
   * @throws RelayException NO_CREDENTIALS, INVALID_REQUEST, BAD_TOKEN, EXPIRED_TOKEN,
   *     REVOKED_TOKEN, NOT_ALLOWED or IDENTITY_UNAVAILABLE
   */
  Claims ofStream(ServerRequest request) {
    return claims(request, credentials.ofStream(request));
  }

  /** Who asks for anything else; likewise, but for tickets. */
  Claims of(ServerRequest request) {
    return claims(request, credentials.ofSubscriber(request));
  }

  /** Who shows a token in the header, and nothing else; likewise. */
  Claims ofHeader(ServerRequest request) {
    return claims(request, new Credential.Token(Credentials.ofHeader(request), false));
  }

  /** Whose token this would be; likewise. */
  Claims ofToken(String token) {
    Claims claims = identity.subscriber(token);
    revocations.check(claims);
    return claims;
  }

  /**
   * Whoever was let in calls this once more when it can be found by those who take back: they may
   * have looked before.
   *
   * @throws RelayException REVOKED_TOKEN
   */
  void checkAgain(Claims claims) {
    revocations.check(claims);
  }

  private Claims claims(ServerRequest request, Credential credential) {
    Claims claims =
        switch (credential) {
          case Credential.Token(String token, boolean ambient) -> {
            if (ambient) {
              cors.check(request);
            }
            yield identity.subscriber(token);
          }
          case Credential.Ticket(String ticket) -> tickets.take(ticket);
        };
    revocations.check(claims);
    return claims;
  }
}
