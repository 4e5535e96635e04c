package heliograph.gateway.revocation;

import heliograph.gateway.revocation.Revocation.Place;
import java.security.SecureRandom;

/**
 * Hashes of places, of 64 bits, for looking them up in memory. They are fast, and begin with a
 * secret of this process: who chooses the names of its sessions must not choose where they lie. Any
 * thread.
 */
final class PlaceHash {
  private final long seed;
  private final long factor;

  PlaceHash() {
    SecureRandom random = new SecureRandom();
    this.seed = random.nextLong();
    // Odd, so that nothing is lost by multiplying.
    this.factor = random.nextLong() | 1;
  }

  /** What goes into the hash of each place with this issuer; empty for those with none. */
  long issuer(String issuer) {
    return mixed(seed, issuer);
  }

  /** Of the place where those lie that name this fact, with the issuer that was hashed. */
  long of(long issuer, Place.Fact fact, String name) {
    return mixed(mixed(issuer, fact.name()), name);
  }

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
