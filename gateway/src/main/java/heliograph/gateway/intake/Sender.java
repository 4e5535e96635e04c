package heliograph.gateway.intake;

import io.helidon.http.Headers;
import java.util.Optional;

/**
 * The sender of a body, with what the request says besides it.
 *
 * @param tenant the tenant in the path; empty if there is none
 * @param delivery the id of the delivery, which an event without an id gets; empty if it has none
 */
public record Sender(
    Publisher publisher, Headers headers, Optional<String> tenant, String delivery) {
  /**
   * The sender of one event of several, whose delivery gets its index: a repeated delivery has the
   * same events at the same places.
   */
  Sender at(int index) {
    return delivery.isEmpty()
        ? this
        : new Sender(publisher, headers, tenant, delivery + "." + index);
  }
}
