package heliograph.gateway.scheme;

import heliograph.gateway.crypto.Sha256;
import heliograph.gateway.scheme.HmacConfig.Delivery;
import io.helidon.http.HeaderName;
import io.helidon.http.Headers;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Gives each of a publisher's deliveries its id: the one that a header has, or else a random one.
 * The id is not made of the body, since two real events may have the same body. The object outlives
 * a change of the secrets. Any thread.
 */
final class Deliveries {
  private final Delivery delivery;
  private final List<HeaderName> headers;
  private final boolean window;
  private final SeenBodies seen;

  Deliveries(Delivery delivery, InstantSource clock) {
    this.delivery = delivery;
    this.headers = delivery.headers();
    this.window = !delivery.window().isZero();
    this.seen = new SeenBodies(delivery.window(), clock);
  }

  /**
   * The deliveries of a scheme; those of the one in whose place it comes, if they are made out in
   * the same way, since it is one publisher who sends.
   */
  static Deliveries of(Delivery delivery, InstantSource clock, Optional<Scheme> before) {
    return before
        .flatMap(Scheme::deliveries)
        .filter(it -> it.delivery.equals(delivery))
        .orElseGet(() -> new Deliveries(delivery, clock));
  }

  /** The id that a header has; empty if there is none that is fit to be an event's id. */
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
   * @param named the id that its headers have; may be empty
   */
  String id(String named, byte[] body) {
    String id = own(named);
    return window ? seen.firstDelivery(Sha256.hex(body), id) : id;
  }

  /** The id that {@link #id} would return; asking for it changes nothing. */
  String nextId(String named, byte[] body) {
    Optional<String> first = window ? seen.look(Sha256.hex(body)) : Optional.empty();
    return first.orElseGet(() -> own(named));
  }

  private static String own(String named) {
    return named.isEmpty() ? UUID.randomUUID().toString() : named;
  }
}
