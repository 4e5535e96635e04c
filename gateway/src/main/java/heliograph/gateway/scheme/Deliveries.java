package heliograph.gateway.scheme;

import heliograph.gateway.crypto.Sha256;
import io.helidon.http.HeaderName;
import io.helidon.http.Headers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The ids of a publisher's deliveries: what a header says, or else one of its own for each. Nothing
 * is made of the body, for two real events may have one body. It outlives a change of the secrets.
 * Any thread.
 */
final class Deliveries {
  private final List<HeaderName> headers;
  private final boolean window;
  private final SeenBodies seen;

  /**
   * @param headers of which the first that is there and fit names the delivery
   * @param window within which a body counts as the delivery it came with first; zero for none
   */
  Deliveries(List<HeaderName> headers, Duration window, InstantSource clock) {
    this.headers = List.copyOf(headers);
    this.window = !window.isZero();
    this.seen = new SeenBodies(window, clock);
  }

  /** What the headers say; empty if that is nothing that an event can have for an id. */
  String named(Headers request) {
    return headers.stream()
        .map(name -> Scheme.one(request, name))
        .filter(id -> Scheme.DELIVERY.matcher(id).matches())
        .findFirst()
        .orElse("");
  }

  /**
   * The id of a delivery that is verified.
   *
   * @param named what its headers say
   */
  String id(String named, byte[] body) {
    String id = own(named);
    return window ? seen.firstDelivery(Sha256.hex(body), id) : id;
  }

  /** What that would be if it came now. */
  String nextId(String named, byte[] body) {
    Optional<String> first = window ? seen.look(Sha256.hex(body)) : Optional.empty();
    return first.orElseGet(() -> own(named));
  }

  private static String own(String named) {
    return named.isEmpty() ? UUID.randomUUID().toString() : named;
  }
}
