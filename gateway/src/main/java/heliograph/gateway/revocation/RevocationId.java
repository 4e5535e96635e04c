package heliograph.gateway.revocation;

import heliograph.gateway.crypto.Sha256;
import heliograph.gateway.revocation.Revocation.Place;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * The id of a revocation: a hash of the facts that it names, so that revocations of equal facts
 * have the same id. It begins with a hash of the revocation's place, so that those of one place lie
 * together.
 *
 * @param text the id in base64url, 43 characters
 */
public record RevocationId(String text) {
  /** The bytes of either half, of which each is a hash of 128 bits. */
  static final int HALF = 16;

  /** The bytes of an id. */
  static final int LENGTH = 2 * HALF;

  private static final int CHARACTERS = 43;
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  /** The id of a revocation. */
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

  /** The id with these bytes. */
  static RevocationId of(byte[] bytes) {
    return new RevocationId(ENCODER.encodeToString(bytes));
  }

  /** Reads the text of an id; empty if the text is none. */
  public static Optional<RevocationId> read(String text) {
    if (text.length() != CHARACTERS) {
      return Optional.empty();
    }
    try {
      RevocationId id = of(Base64.getUrlDecoder().decode(text));
      // Base64 has several texts for the same bytes, and only one of them was written by us.
      return id.text().equals(text) ? Optional.of(id) : Optional.empty();
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  byte[] bytes() {
    return Base64.getUrlDecoder().decode(text);
  }

  /** The bytes with which the ids of all revocations of a place begin. */
  static byte[] ofPlace(Place place) {
    return hash(
        List.of(
            Optional.of(place.fact().name()),
            Optional.of(place.issuer()),
            Optional.of(place.name())));
  }

  /** A hash of the subject of a revocation, with its tenant and issuer. */
  static byte[] ofSubject(Revocation revocation) {
    return hash(
        List.of(
            Optional.of("logins"), revocation.subject(), revocation.tenant(), revocation.issuer()));
  }

  private static byte[] hash(List<Optional<String>> texts) {
    return Arrays.copyOf(Sha256.of(texts), HALF);
  }
}
