package heliograph.gateway.revocation;

import heliograph.relay.Ledger;
import heliograph.relay.LedgerChanges;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * How long a credential is good at most after it was issued, which is also how long a revocation is
 * kept: a credential that lived longer would be good again. Any thread.
 *
 * @param time how long a credential is good that was issued after {@code changed}
 * @param before how long one is good that was issued up to {@code changed}
 * @param changed when the time was raised: revocations that were forgotten before must not be
 *     missed
 */
public record Life(Duration time, Duration before, Instant changed) {
  /** How far the clocks of an issuer and of the relay may differ. */
  public static final Duration SKEW = Duration.ofSeconds(30);

  /** A life that was never raised. */
  public static Life of(Duration time) {
    return new Life(time, time, Instant.EPOCH);
  }

  /** The moment at which a credential ends at the latest, by when it was issued. */
  public Instant end(Instant issued) {
    return issued.plus(issued.isAfter(changed) ? time : before);
  }

  /**
   * Reads from the ledger how long credentials were good until now, and writes how long they are
   * from now on.
   */
  static Life kept(Ledger ledger, Duration time, Instant now) {
    Life life = read(ledger).map(earlier -> earlier.goingOn(time, now)).orElse(of(time));
    LedgerChanges changes = new LedgerChanges();
    changes.put(RevocationPairs.KEEP, life.bytes());
    ledger.write(changes);
    return life;
  }

  private Life goingOn(Duration next, Instant now) {
    Duration least = before.compareTo(time) < 0 ? before : time;
    return next.compareTo(time) > 0
        ? new Life(next, least, now)
        : new Life(next, next.compareTo(before) < 0 ? next : before, changed);
  }

  private static Optional<Life> read(Ledger ledger) {
    byte[][] found = {{}};
    ledger.read(
        RevocationPairs.KEEP,
        (key, value) -> {
          found[0] = Arrays.equals(key, RevocationPairs.KEEP) ? value : found[0];
          return false;
        });
    if (found[0].length == 0) {
      return Optional.empty();
    }
    ByteBuffer in = ByteBuffer.wrap(found[0]);
    return Optional.of(
        new Life(
            Duration.ofMillis(in.getLong()),
            Duration.ofMillis(in.getLong()),
            Instant.ofEpochMilli(in.getLong())));
  }

  private byte[] bytes() {
    return ByteBuffer.allocate(3 * Long.BYTES)
        .putLong(time.toMillis())
        .putLong(before.toMillis())
        .putLong(changed.toEpochMilli())
        .array();
  }
}
