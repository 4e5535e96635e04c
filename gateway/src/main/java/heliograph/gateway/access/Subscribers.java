package heliograph.gateway.access;

import heliograph.contract.Claims;
import heliograph.contract.RelayException;
import heliograph.gateway.http.Bearer;
import heliograph.gateway.http.Cors;
import heliograph.gateway.http.KnownParameters.Endpoint;
import heliograph.gateway.identity.Identity;
import heliograph.gateway.revocation.Revocations;
import io.helidon.webserver.http.ServerRequest;
import java.util.List;
import java.util.Optional;

/**
 * The one door at which a subscriber's request becomes claims: which credential it carries, and who
 * verifies it. Any thread.
 */
public final class Subscribers {
  private final Credentials credentials;
  private final Identity identity;
  private final Tickets tickets;
  private final Optional<Sessions> sessions;
  private final Cors cors;
  private final Revocations revocations;

  Subscribers(
      Credentials credentials,
      Identity identity,
      Tickets tickets,
      Optional<Sessions> sessions,
      Cors cors,
      Revocations revocations) {
    this.revocations = revocations;
    this.credentials = credentials;
    this.identity = identity;
    this.tickets = tickets;
    this.sessions = sessions;
    this.cors = cors;
  }

  /**
   * Who asks for a stream. A ticket is used up by this.
   *
   * @throws RelayException NO_CREDENTIALS, INVALID_REQUEST, BAD_TOKEN, EXPIRED_TOKEN,
   *     REVOKED_TOKEN, NOT_ALLOWED or IDENTITY_UNAVAILABLE
   */
  public Caller ofStream(ServerRequest request) {
    return caller(request, credentials.ofStream(request), Endpoint.STREAM);
  }

  /** Who asks for anything else; likewise, but for tickets. */
  public Caller of(ServerRequest request, Endpoint endpoint) {
    return caller(request, credentials.ofSubscriber(request), endpoint);
  }

  /** Who shows a token in the header, and nothing else, to buy a ticket; likewise. */
  Claims ofHeader(ServerRequest request) {
    Credential token = new Credential.Token(Bearer.of(request), false);
    return caller(request, token, Endpoint.TICKETS).claims();
  }

  /** Whose token this would be; likewise. */
  public Claims ofToken(String token) {
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
  public void checkAgain(Claims claims) {
    revocations.check(claims);
  }

  private Caller caller(ServerRequest request, Credential credential, Endpoint endpoint) {
    Caller caller = verified(request, credential);
    revocations.check(caller.claims());
    // What is at fault in the query is told to who would have been let in.
    credentials.checkQuery(request, endpoint);
    return caller;
  }

  private Caller verified(ServerRequest request, Credential credential) {
    return switch (credential) {
      case Credential.Token(String token, boolean ambient) -> {
        if (ambient) {
          cors.check(request);
        }
        yield new Caller(identity.subscriber(token), Optional.of(token), List.of());
      }
      case Credential.Ticket(String ticket) ->
          new Caller(tickets.take(ticket), Optional.empty(), List.of());
      case Credential.Session(PassedHeaders forwarded) -> {
        cors.check(request);
        yield ofSession(forwarded, sessions.orElseThrow());
      }
    };
  }

  private static Caller ofSession(PassedHeaders forwarded, Sessions sessions) {
    Claims claims = sessions.claims(forwarded);
    return new Caller(claims, Optional.empty(), List.of(sessions.check(forwarded, claims)));
  }
}
