package heliograph.gateway.revocation;

import heliograph.relay.LedgerChanges;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Writes revocations as pairs of a ledger and reads them. Each revocation stands under its id; its
 * id stands a second time in the order in which revocations expire, and that of a single login a
 * third time, by its subject. Any thread.
 */
final class RevocationPairs {
  static final byte BY_ID = 'R';
  static final byte BY_END = 'E';
  static final byte BY_SUBJECT = 'S';

  /** The key under which {@link Life} is kept. */
  static final byte[] KEEP = {'K'};

  private static final byte FORM = 1;
  private static final byte[] NOTHING = {};
  private static final int ABSENT = 0xFFFF;

  private RevocationPairs() {}

  /** The key of a revocation, or the beginning of the keys of several. */
  static byte[] byId(byte[] idOrItsBeginning) {
    return key(BY_ID, idOrItsBeginning, NOTHING);
  }

  /** The beginning of the keys of revocations that expire from a moment on. */
  static byte[] byEnd(Instant expires) {
    return key(BY_END, end(expires), NOTHING);
  }

  /** The beginning of the keys of a subject's single logins. */
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

  /** The moment in a key by end. */
  static Instant end(byte[] key) {
    return Instant.ofEpochMilli(ByteBuffer.wrap(key, 1, Long.BYTES).getLong());
  }

  /** The id at the end of a key of any kind. */
  static RevocationId id(byte[] key) {
    return RevocationId.of(Arrays.copyOfRange(key, key.length - RevocationId.LENGTH, key.length));
  }

  /** Writes a revocation with all its keys. */
  static void put(LedgerChanges changes, RevocationId id, Revocation revocation) {
    changes.put(byId(id.bytes()), bytes(revocation));
    others(id, revocation).forEach(key -> changes.put(key, NOTHING));
  }

  /** Deletes the keys of a revocation, except those that the next one of its id has as well. */
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
   * Reads the value of a revocation.
   *
   * @throws IllegalStateException if a later version wrote it
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
