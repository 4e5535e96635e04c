package heliograph.gateway.revocation;

import heliograph.gateway.revocation.Revocation.Place;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
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
            Optional.of("revocation"),
            revocation.token(),
            revocation.session(),
            revocation.subject(),
            revocation.tenant(),
            revocation.issuer());
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
        Optional.of(place.fact().name()), Optional.of(place.issuer()), Optional.of(place.name()));
  }

  /** What stands for whose logins these are. */
  static byte[] ofSubject(Revocation revocation) {
    return hash(
        Optional.of("logins"), revocation.subject(), revocation.tenant(), revocation.issuer());
  }

  @SafeVarargs
  private static byte[] hash(Optional<String>... texts) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (Optional<String> text : texts) {
        byte[] bytes = text.orElse("").getBytes(StandardCharsets.UTF_8);
        // The length first, or one text could end where another begins; below zero for none.
        int length = text.isPresent() ? bytes.length : -1;
        sha.update(ByteBuffer.allocate(Integer.BYTES).putInt(length).array());
        sha.update(bytes);
      }
      return Arrays.copyOf(sha.digest(), HALF);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
