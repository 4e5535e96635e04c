package heliograph.gateway.access;

import heliograph.gateway.access.Rechecks.Check;
import io.helidon.http.ServerRequestHeaders;
import java.util.List;
import java.util.function.BiFunction;

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
   * @throws heliograph.contract.RelayException NOT_ALLOWED, INVALID_REQUEST or IDENTITY_UNAVAILABLE
   */
  public List<Check> ask(Caller caller, ServerRequestHeaders headers) {
    return others.apply(caller, headers);
  }
}
