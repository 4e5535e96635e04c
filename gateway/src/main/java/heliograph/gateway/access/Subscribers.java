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
   * Checks the names of a request's query. It needs no caller, so that it comes before one is
   * looked for: a slip must not use up a ticket, nor have an application asked.
   *
   * @throws RelayException INVALID_REQUEST naming the parameter that is not as it should be
   */
  public void checkQuery(ServerRequest request, Endpoint endpoint) {
    credentials.checkQuery(request, endpoint);
  }

  /**
   * Finds out who asks for a stream. A ticket is good as long as nobody has called {@link
   * Caller#spend}.
   *
   * @throws RelayException NO_CREDENTIALS, INVALID_REQUEST, BAD_TOKEN, EXPIRED_TOKEN,
   *     REVOKED_TOKEN, NOT_ALLOWED or IDENTITY_UNAVAILABLE
   */
  public Caller ofStream(ServerRequest request) {
    return caller(request, credentials.ofStream(request));
  }

  /**
   * Finds out who asks for anything else, for which no ticket is good. Throws as {@link #ofStream}
   * does.
   */
  public Caller of(ServerRequest request) {
    return caller(request, credentials.ofSubscriber(request));
  }

  /**
   * The claims of the token in the header, and of no other credential, with which a ticket is
   * bought. Throws as {@link #ofStream} does.
   */
  Claims ofHeader(ServerRequest request) {
    return caller(request, new Credential.Token(Bearer.of(request), false)).claims();
  }

  /** The claims that a token would have. Throws as {@link #ofStream} does. */
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

  private Caller caller(ServerRequest request, Credential credential) {
    Caller caller = verified(request, credential);
    revocations.check(caller.claims());
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
      case Credential.Ticket(String text) -> {
        TicketText ticket = tickets.look(text);
        yield new Caller(ticket.claims(), Optional.empty(), List.of(), () -> tickets.use(ticket));
      }
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
