package heliograph.gateway.revocation;

import heliograph.relay.LedgerChanges;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Revocations as pairs of a ledger. Each is under its id, and its id a second time in the order in
 * which they expire; those of one login a third time, by whose it is.
 */
final class RevocationPairs {
  static final byte BY_ID = 'R';
  static final byte BY_END = 'E';
  static final byte BY_SUBJECT = 'S';

  /** Under which is kept for how long credentials have been good. */
  static final byte[] KEEP = {'K'};

  private static final byte FORM = 1;
  private static final byte[] NOTHING = {};
  private static final int ABSENT = 0xFFFF;

  private RevocationPairs() {}

  static byte[] byId(byte[] idOrItsBeginning) {
    return key(BY_ID, idOrItsBeginning, NOTHING);
  }

  /** Where those begin that expire from a moment on. */
  static byte[] byEnd(Instant expires) {
    return key(BY_END, end(expires), NOTHING);
  }

  /** Where the logins of a subject begin. */
  static byte[] bySubject(byte[] subject) {
    return key(BY_SUBJECT, subject, NOTHING);
  }

  private static byte[] end(Instant expires) {
    return ByteBuffer.allocate(Long.BYTES).putLong(Math.max(0, expires.toEpochMilli())).array();
  }

  private static byte[] key(byte kind, byte[] first, byte[] second) {
    return ByteBuffer.allocate(1 + first.length + second.length)
        .put(kind)
        .put(first)
        .put(second)
        .array();
  }

  static boolean startsWith(byte[] key, byte[] prefix) {
    return key.length >= prefix.length
        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
  }

  /** When those of a key by end expire. */
  static Instant end(byte[] key) {
    return Instant.ofEpochMilli(ByteBuffer.wrap(key, 1, Long.BYTES).getLong());
  }

  /** The id with which a key of any kind ends. */
  static RevocationId id(byte[] key) {
    return RevocationId.of(Arrays.copyOfRange(key, key.length - RevocationId.LENGTH, key.length));
  }

  static void put(LedgerChanges changes, RevocationId id, Revocation revocation) {
    changes.put(byId(id.bytes()), bytes(revocation));
    others(id, revocation).forEach(key -> changes.put(key, NOTHING));
  }

  /** Takes out one, but for what the one that takes its place has as well. */
  static void delete(
      LedgerChanges changes, RevocationId id, Revocation revocation, Optional<Revocation> next) {
    if (next.isEmpty()) {
      changes.delete(byId(id.bytes()));
    }
    others(id, revocation)
        .filter(
            key ->
                next.stream().flatMap(it -> others(id, it)).noneMatch(it -> Arrays.equals(it, key)))
        .forEach(changes::delete);
  }

  private static Stream<byte[]> others(RevocationId id, Revocation revocation) {
    byte[] byEnd = key(BY_END, end(revocation.expires()), id.bytes());
    return revocation.isOfOneLogin()
        ? Stream.of(byEnd, key(BY_SUBJECT, RevocationId.ofSubject(revocation), id.bytes()))
        : Stream.of(byEnd);
  }

  private static byte[] bytes(Revocation revocation) {
    ByteBuffer out =
        ByteBuffer.allocate(
            1
                + 2 * (Long.BYTES + Integer.BYTES)
                + texts(revocation)
                    .mapToInt(text -> Short.BYTES + text.map(it -> utf8(it).length).orElse(0))
                    .sum());
    out.put(FORM);
    put(out, revocation.before());
    put(out, revocation.expires());
    texts(revocation).forEach(text -> put(out, text));
    return out.array();
  }

  private static Stream<Optional<String>> texts(Revocation revocation) {
    return Stream.of(
        revocation.token(),
        revocation.session(),
        revocation.subject(),
        revocation.tenant(),
        revocation.issuer());
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void put(ByteBuffer out, Instant time) {
    out.putLong(time.getEpochSecond()).putInt(time.getNano());
  }

  private static void put(ByteBuffer out, Optional<String> text) {
    if (text.isEmpty()) {
      out.putShort((short) ABSENT);
    } else {
      byte[] bytes = utf8(text.get());
      out.putShort((short) bytes.length).put(bytes);
    }
  }

  /**
   * @throws IllegalStateException if it is not what {@link #put} wrote
   */
  static Revocation read(byte[] value) {
    ByteBuffer in = ByteBuffer.wrap(value);
    byte form = in.get();
    if (form != FORM) {
      throw new IllegalStateException("a revocation of another version, " + form);
    }
    Instant before = time(in);
    Instant expires = time(in);
    return new Revocation(text(in), text(in), text(in), text(in), text(in), before, expires);
  }

  private static Instant time(ByteBuffer in) {
    return Instant.ofEpochSecond(in.getLong(), in.getInt());
  }

  private static Optional<String> text(ByteBuffer in) {
    int length = Short.toUnsignedInt(in.getShort());
    if (length == ABSENT) {
      return Optional.empty();
    }
    byte[] text = new byte[length];
    in.get(text);
    return Optional.of(new String(text, StandardCharsets.UTF_8));
  }
}
