package heliograph.gateway;

import heliograph.contract.RelayException;
import io.helidon.http.Headers;

/** How a publisher proves that a webhook is its own. Any thread. */
interface Scheme {
  /**
   * Checks the request over its raw bytes, in constant time, before anything in it is parsed.
   *
   * @return the id of this delivery, by which a repeated one is known; empty if the scheme has none
   * @throws RelayException BAD_SIGNATURE, the same for every failure, or STALE_REQUEST
   */
  String verify(Headers headers, byte[] body);
}
