package heliograph.gateway.revocation;

import heliograph.contract.Claims;
import heliograph.contract.Tenant;
import heliograph.gateway.revocation.Revocation.Facts;
import heliograph.gateway.revocation.RevocationDrafts.Draft;
import heliograph.log.disk.DiskLog;
import heliograph.relay.Ledger;
import heliograph.relay.Retention;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;

/** A log with many revocations beside it, made through the relay's own classes. One thread. */
public final class ManyRevocations {
  private static final Duration DAY = Duration.ofDays(1);
  private static final Retention USUAL = new Retention(DAY, 1_000_000, 1L << 30, DAY);
  private static final String ISSUER = "https://id.example.com/realms/acme";
  private static final int TOGETHER = 2000;
  private static final int CHECKS = 500_000;

  private ManyRevocations() {}

  /** Puts logouts into a directory, each of a session of a subject of its own. */
  public static void fill(Path directory, int count) {
    InstantSource clock = InstantSource.system();
    try (DiskLog log = DiskLog.open(directory, true, USUAL, clock)) {
      Ledger ledger = log.ledger();
      RevocationBook book = new RevocationBook(ledger, clock);
      RevocationDrafts drafts = new RevocationDrafts(book, ledger, clock);
      Instant now = clock.instant();
      for (int from = 0; from < count; from += TOGETHER) {
        try (Draft draft = drafts.begin()) {
          for (int i = from; i < Math.min(count, from + TOGETHER); i++) {
            Revocation revocation =
                new Revocation(
                    Optional.empty(),
                    Optional.of(session(i)),
                    Optional.of(subject(i)),
                    Optional.empty(),
                    Optional.of(ISSUER),
                    now,
                    now.plus(DAY.multipliedBy(30)));
            draft.put(RevocationId.of(revocation), revocation);
          }
          draft.commit();
        }
      }
    }
  }

  private static String session(int number) {
    return "session-00000000-0000-0000-%012d".formatted(number);
  }

  private static String subject(int number) {
    return "subject-00000000-0000-0000-%012d".formatted(number);
  }

  /** How long it takes to find out that a credential is not taken back, in microseconds. */
  public static double check(Path directory) {
    InstantSource clock = InstantSource.system();
    try (DiskLog log = DiskLog.open(directory, true, USUAL, clock)) {
      RevocationBook book = new RevocationBook(log.ledger(), clock);
      time(book);
      return time(book);
    }
  }

  private static double time(RevocationBook book) {
    Facts[] facts = new Facts[1000];
    for (int i = 0; i < facts.length; i++) {
      Claims.Proof proof =
          new Claims.Proof(
              ISSUER, Optional.of(session(-i - 1)), Optional.of("token-" + i), Instant.now());
      facts[i] = new Facts(proof, Set.of(subject(-i - 1)), Set.of(new Tenant("acme")));
    }
    int covered = 0;
    long from = System.nanoTime();
    for (int i = 0; i < CHECKS; i++) {
      covered += book.covers(facts[i % facts.length]) ? 1 : 0;
    }
    long nanos = System.nanoTime() - from;
    if (covered > 0) {
      throw new IllegalStateException("nobody logged these out");
    }
    return nanos / 1000.0 / CHECKS;
  }
}
