package heliograph.gateway.revocation;

import heliograph.gateway.crypto.Sha256;
import heliograph.gateway.revocation.Revocation.Place;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * What stands for the facts that a revocation names: equal ones have the same. It begins with what
 * stands for the revocation's place, so that those of a place lie together.
 */
public record RevocationId(String text) {
  /** The length of either half: 128 bits, of which nobody finds two that are equal. */
  static final int HALF = 16;

  /** The length in bytes. */
  static final int LENGTH = 2 * HALF;

  private static final int CHARACTERS = 43;
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  static RevocationId of(Revocation revocation) {
    byte[] facts =
        hash(
            List.of(
                Optional.of("revocation"),
                revocation.token(),
                revocation.session(),
                revocation.subject(),
                revocation.tenant(),
                revocation.issuer()));
    return of(ByteBuffer.allocate(LENGTH).put(ofPlace(revocation.place())).put(facts).array());
  }

  static RevocationId of(byte[] bytes) {
    return new RevocationId(ENCODER.encodeToString(bytes));
  }

  /** Reads what was written; empty for anything that was not. */
  public static Optional<RevocationId> read(String text) {
    if (text.length() != CHARACTERS) {
      return Optional.empty();
    }
    try {
      RevocationId id = of(Base64.getUrlDecoder().decode(text));
      // Base64 has several texts for the same bytes, and only one is ours.
      return id.text().equals(text) ? Optional.of(id) : Optional.empty();
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  byte[] bytes() {
    return Base64.getUrlDecoder().decode(text);
  }

  /** The beginning of the ids of a place. */
  static byte[] ofPlace(Place place) {
    return hash(
        List.of(
            Optional.of(place.fact().name()),
            Optional.of(place.issuer()),
            Optional.of(place.name())));
  }

  /** What stands for whose logins these are. */
  static byte[] ofSubject(Revocation revocation) {
    return hash(
        List.of(
            Optional.of("logins"), revocation.subject(), revocation.tenant(), revocation.issuer()));
  }

  private static byte[] hash(List<Optional<String>> texts) {
    return Arrays.copyOf(Sha256.of(texts), HALF);
  }
}
