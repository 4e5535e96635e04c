package heliograph.gateway.stream;

import heliograph.contract.Claims;
import heliograph.gateway.access.Caller;
import heliograph.gateway.access.Subscribers.Gate;
import heliograph.relay.Interest;
import heliograph.relay.Seat;
import io.helidon.webserver.http.ServerRequest;
import java.util.Optional;

/**
 * What is served at a path of streams or polls: how a request there is read, who may ask, and what
 * is asked of others about it. In the order of the methods, so that what needs nobody comes first.
 * Any thread.
 */
interface StreamEndpoint {
  /**
   * Reads what a request asks for.
   *
   * @throws heliograph.contract.RelayException INVALID_REQUEST or BAD_CURSOR
   */
  StreamQuery query(ServerRequest request);

  /**
   * Finds out who asks. A ticket is good as long as nobody has called {@link Caller#spend}.
   *
   * @throws heliograph.contract.RelayException NO_CREDENTIALS, INVALID_REQUEST, BAD_TOKEN,
   *     EXPIRED_TOKEN, REVOKED_TOKEN, NOT_ALLOWED or IDENTITY_UNAVAILABLE
   */
  Caller caller(ServerRequest request);

  /**
   * Whether the caller is to be sent away for good, without a word of why, as what is served here
   * is switched off for it.
   */
  default boolean isOff(Caller caller) {
    return false;
  }

  /** The seat that a stream of such claims takes; empty if it takes none. */
  default Optional<Seat> seat(Claims claims) {
    return Optional.empty();
  }

  /** What those have to pass who want this here, and later whoever renews such a stream. */
  Gate gate(ServerRequest request, Interest interest);
}
