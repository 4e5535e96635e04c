package heliograph.gateway.revocation;

import heliograph.gateway.revocation.Revocation.Place;
import java.security.SecureRandom;

/**
 * Makes hashes of 64 bits by which places are looked up in memory. They are fast, and begin with a
 * secret of this process: whoever chooses the names of sessions must not choose which of them
 * collide. Any thread.
 */
final class PlaceHash {
  private final long seed;
  private final long factor;

  PlaceHash() {
    SecureRandom random = new SecureRandom();
    this.seed = random.nextLong();
    // An odd factor loses nothing by multiplying.
    this.factor = random.nextLong() | 1;
  }

  /**
   * Begins the hash of every place with an issuer.
   *
   * @param issuer an empty text for places with none
   */
  long issuer(String issuer) {
    return mixed(seed, issuer);
  }

  /**
   * The hash of the place of revocations that name a fact.
   *
   * @param issuer the hash that {@link #issuer} began
   */
  long of(long issuer, Place.Fact fact, String name) {
    return mixed(mixed(issuer, fact.name()), name);
  }

  /** The hash of a place. */
  long of(Place place) {
    return of(issuer(place.issuer()), place.fact(), place.name());
  }

  private long mixed(long hash, String text) {
    long mixed = mixed(hash, text.length());
    for (int i = 0; i < text.length(); i++) {
      mixed = mixed(mixed, text.charAt(i));
    }
    return mixed;
  }

  private long mixed(long hash, long more) {
    long both = hash ^ more;
    return Math.unsignedMultiplyHigh(both, factor) ^ (both * factor);
  }
}
