package heliograph.gateway.access;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.access.CredentialPolicy.Verifier;
import heliograph.gateway.access.Rechecks.Check;
import heliograph.gateway.http.Bearer;
import heliograph.gateway.http.Cors;
import heliograph.gateway.http.KnownParameters.Endpoint;
import heliograph.gateway.identity.Identity;
import heliograph.gateway.revocation.Revocations;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.http.ServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Finds out which subscriber a request comes from: what its credential is by a policy, and which
 * claims that proves. Nothing else makes claims of a subscriber's request. Any thread.
 */
public final class Subscribers {
  /**
   * What a stream was let in by, and what whoever renews it has to pass again. Any thread.
   *
   * @param subscribers finds out who asks
   * @param others asks those who decide about topics, by the caller and the headers of its request
   */
  public record Gate(
      Subscribers subscribers, BiFunction<Caller, ServerRequestHeaders, List<Check>> others) {
    /**
     * Asks those who decide about topics whether the caller may see these.
     *
     * @return what is to be checked again while the stream is open
     * @throws heliograph.contract.RelayException NOT_ALLOWED, INVALID_REQUEST or
     *     IDENTITY_UNAVAILABLE
     */
    public List<Check> ask(Caller caller, ServerRequestHeaders headers) {
      return others.apply(caller, headers);
    }
  }

  /**
   * Says for whom something is switched on, by the claims and by one further value that the
   * application or the issuer tells of a caller. Any thread.
   */
  public interface Switch {
    /** What is on for everybody. */
    Switch ON =
        new Switch() {
          @Override
          public Optional<String> claim() {
            return Optional.empty();
          }

          @Override
          public boolean isOn(Claims claims, Optional<String> value) {
            return true;
          }
        };

    /**
     * A JSON pointer (RFC 6901) to the value in a token, or in the answer about a session; empty if
     * none is looked at.
     */
    Optional<String> claim();

    /**
     * Whether it is on for somebody.
     *
     * @param value what stands at {@link #claim}; empty if nothing does, if that is no text, number
     *     or boolean, or if the credential has no further values, as a ticket
     */
    boolean isOn(Claims claims, Optional<String> value);
  }

  private static final Duration RETRY = Duration.ofSeconds(1);

  private final CredentialPolicy policy;
  private final Switch what;
  private final Credentials credentials;
  private final Identity identity;
  private final Tickets tickets;
  private final Optional<Sessions> sessions;
  private final Cors cors;
  private final Revocations revocations;
  private final BooleanSupplier replaced;

  Subscribers(
      CredentialPolicy policy,
      Switch what,
      Identity identity,
      Tickets tickets,
      Optional<Sessions> sessions,
      Cors cors,
      Revocations revocations,
      BooleanSupplier replaced) {
    this.policy = policy;
    this.what = what;
    this.credentials = new Credentials(policy, sessions);
    this.revocations = revocations;
    this.identity = identity;
    this.tickets = tickets;
    this.sessions = sessions;
    this.cors = cors;
    this.replaced = replaced;
  }

  /**
   * The same subscribers by another policy. What was asked and is kept, and what was used up, is
   * shared with this.
   *
   * @param what what has to be on for a caller; {@link Caller#on} tells it
   * @throws IllegalArgumentException if the policy has an application asked, and there is none
   */
  public Subscribers by(CredentialPolicy other, Switch what) {
    return new Subscribers(other, what, identity, tickets, sessions, cors, revocations, replaced);
  }

  /**
   * The same subscribers by another policy, for whom nothing has to be on. It throws as the method
   * with a switch does.
   */
  public Subscribers by(CredentialPolicy other) {
    return by(other, Switch.ON);
  }

  /**
   * Checks the names of a request's query. It needs no caller, so that it comes before one is
   * looked for: a slip must not use up a ticket, nor have an application asked.
   *
   * @throws RelayException INVALID_REQUEST naming the parameter that is not as it should be
   */
  public void checkQuery(ServerRequest request, Endpoint endpoint) {
    credentials.checkQuery(request.query(), endpoint);
  }

  /**
   * Finds out who asks for a stream. A ticket is good as long as nobody has called {@link
   * Caller#spend}.
   *
   * @throws RelayException NO_CREDENTIALS, INVALID_REQUEST, BAD_TOKEN, EXPIRED_TOKEN,
   *     REVOKED_TOKEN, NOT_ALLOWED or IDENTITY_UNAVAILABLE
   */
  public Caller ofStream(ServerRequest request) {
    return caller(request, () -> credentials.ofStream(request.headers(), request.query()));
  }

  /**
   * Finds out who asks for anything else, for which no ticket is good. Throws as {@link #ofStream}
   * does.
   */
  public Caller of(ServerRequest request) {
    return caller(request, () -> credentials.ofSubscriber(request.headers(), request.query()));
  }

  /**
   * The claims of the token in the header, and of no other credential, with which a ticket is
   * bought. Throws as {@link #ofStream} does.
   */
  Claims ofHeader(ServerRequest request) {
    return caller(request, () -> new Credential.Token(Bearer.of(request.headers()), false))
        .claims();
  }

  /**
   * The claims that a token would have, if the caller brought it by itself. Throws as {@link
   * #ofStream} does.
   */
  public Claims ofToken(String token) {
    Claims claims =
        switch (policy.verifier()) {
          case Verifier.Issuers _ -> identity.subscriber(token);
          case Verifier.Application _ ->
              sessions.orElseThrow().told(Credentials.bearer(token, PassedHeaders.NONE)).claims();
          case Verifier.Nobody(Claims everybody) -> everybody;
        };
    revocations.check(claims);
    return claims;
  }

  /**
   * Checks again that claims are not revoked. Whoever was let in calls this once it can be found by
   * a revocation, since one that came before that did not find it. The same holds for a reload,
   * after which streams end that were let in by what it has replaced.
   *
   * @throws RelayException REVOKED_TOKEN if they are revoked; IDENTITY_UNAVAILABLE if what let the
   *     caller in has been replaced meanwhile, so that it has to come once more
   */
  public void checkAgain(Claims claims) {
    checkRevoked(claims);
    if (replaced.getAsBoolean()) {
      throw RelayException.retryAfter(
          ErrorCode.IDENTITY_UNAVAILABLE, "who is let in has changed meanwhile", RETRY);
    }
  }

  /**
   * Checks again that claims are not revoked, with which a stream goes on that is open.
   *
   * @throws RelayException REVOKED_TOKEN if they are
   */
  public void checkRevoked(Claims claims) {
    revocations.check(claims);
  }

  private Caller caller(ServerRequest request, Supplier<Credential> credential) {
    Caller caller =
        policy.verifier() instanceof Verifier.Nobody(Claims everybody)
            ? new Caller(everybody, Optional.empty(), List.of())
                .switched(what.isOn(everybody, Optional.empty()))
            : verified(request, credential.get());
    revocations.check(caller.claims());
    return caller.by(policy);
  }

  private Caller verified(ServerRequest request, Credential credential) {
    return switch (credential) {
      case Credential.Token(String token, boolean ambient) -> {
        if (ambient) {
          cors.check(request);
        }
        Claims claims = identity.subscriber(token);
        Optional<String> value = what.claim().flatMap(claim -> identity.claim(token, claim));
        yield new Caller(claims, Optional.of(token), List.of()).switched(what.isOn(claims, value));
      }
      case Credential.Ticket(String text) -> {
        TicketText ticket = tickets.look(text);
        yield new Caller(ticket.claims(), Optional.empty(), List.of(), () -> tickets.use(ticket))
            .switched(what.isOn(ticket.claims(), Optional.empty()));
      }
      case Credential.Session(PassedHeaders passed, Optional<String> token) -> {
        if (token.isEmpty()) {
          cors.check(request);
        }
        Sessions application = sessions.orElseThrow();
        Sessions.Told told = application.told(passed);
        Check check = application.check(passed, told.claims(), what);
        yield new Caller(told.claims(), token, List.of(check)).switched(told.has(what));
      }
    };
  }
}
