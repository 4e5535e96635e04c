package heliograph.gateway.intake;

import io.helidon.http.Headers;
import java.util.Optional;

/**
 * Who sent a body, and what the request says besides it.
 *
 * @param tenant the one in the path
 * @param delivery the id of the delivery, which is that of an event that names none; empty if it
 *     has none
 */
public record Sender(
    Publisher publisher, Headers headers, Optional<String> tenant, String delivery) {
  /** The sender of one event of several. A repeated delivery brings the same at the same places. */
  Sender at(int index) {
    return delivery.isEmpty()
        ? this
        : new Sender(publisher, headers, tenant, delivery + "." + index);
  }
}
