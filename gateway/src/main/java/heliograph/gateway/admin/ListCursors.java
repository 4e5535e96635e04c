package heliograph.gateway.admin;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.crypto.Hmac;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes the cursors of lists, which say where a page ends. Each is good for the next page of the
 * same list of the same relay, until that restarts: a cursor of elsewhere would leave out what it
 * knows nothing of. Any thread.
 */
final class ListCursors {
  private static final int KEY_BYTES = 32;
  private static final int TAG_BYTES = 12;
  private static final int MAX_LENGTH = 4096;

  private final SecretKeySpec key;

  ListCursors() {
    byte[] random = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(random);
    this.key = new SecretKeySpec(random, Hmac.ALGORITHM);
  }

  /**
   * Where an item stands in its list.
   *
   * @param rank what it is sorted by
   * @param id what tells it from those of the same rank
   */
  record Place(long rank, String id) {}

  /**
   * Writes a place down.
   *
   * @param list the list, with its filters and its order
   */
  String text(String list, Place place) {
    byte[] id = place.id().getBytes(StandardCharsets.UTF_8);
    byte[] body = ByteBuffer.allocate(Long.BYTES + id.length).putLong(place.rank()).put(id).array();
    byte[] whole =
        ByteBuffer.allocate(TAG_BYTES + body.length).put(tag(list, body)).put(body).array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(whole);
  }

  /**
   * Reads a place.
   *
   * @throws RelayException BAD_CURSOR if the text was not made for this list
   */
  Place read(String list, String text) {
    byte[] whole = bytes(text);
    byte[] body = Arrays.copyOfRange(whole, TAG_BYTES, whole.length);
    if (!MessageDigest.isEqual(tag(list, body), Arrays.copyOf(whole, TAG_BYTES))) {
      throw elsewhere();
    }
    ByteBuffer in = ByteBuffer.wrap(body);
    long rank = in.getLong();
    return new Place(rank, StandardCharsets.UTF_8.decode(in).toString());
  }

  private static byte[] bytes(String text) {
    if (text.length() <= MAX_LENGTH) {
      try {
        byte[] whole = Base64.getUrlDecoder().decode(text);
        if (whole.length >= TAG_BYTES + Long.BYTES) {
          return whole;
        }
      } catch (IllegalArgumentException _) {
        // It is refused below, like one that is too short.
      }
    }
    throw elsewhere();
  }

  private byte[] tag(String list, byte[] body) {
    // The list has no character 0, so no other list and place make the same text.
    return Arrays.copyOf(Hmac.sign(key, list + '\0', body), TAG_BYTES);
  }

  private static RelayException elsewhere() {
    return new RelayException(
        ErrorCode.BAD_CURSOR,
        "cursor: not one of this list with these filters and this order, since the relay's start");
  }
}
