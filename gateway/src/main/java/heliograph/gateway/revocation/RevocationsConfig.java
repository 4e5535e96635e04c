package heliograph.gateway.revocation;

import heliograph.gateway.settings.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The configuration of revocations.
 *
 * @param directory where revocations are kept on disk if the log is in memory
 * @param file the file of an older relay, which is taken over
 * @param keep how long a credential is good at most, and so how long a revocation is kept
 * @param limits how many revocations there may be
 * @param onDisk whether revocations are on disk, and only counted in memory
 */
public record RevocationsConfig(
    Optional<Path> directory,
    Optional<Path> file,
    Duration keep,
    RevocationShares.Limits limits,
    boolean onDisk) {
  /** The most revocations if they are kept in memory. */
  static final int MAX_IN_MEMORY = 100_000;

  private static final int MAX = 10_000_000;
  private static final int USUAL = 1_000_000;
  private static final int LEAST_USUAL = 1000;

  // Each takes so many bytes of the heap: its part of a table, or the objects themselves.
  private static final int BYTES_COUNTED = 68;
  private static final int BYTES_KEPT = 1024;

  // Of several issuers each has a fourth, unless the operator says otherwise.
  private static final int OF_SEVERAL = 4;

  /** This part of all revocations, an eighth, no tenant and no issuer alone can take. */
  static final int LEFT_TO_OTHERS = 8;

  private static final int MAX_PER_SUBJECT = 10_000;
  private static final Duration DAY = Duration.ofDays(1);

  /**
   * Reads the keys about revocations.
   *
   * @param relay the node {@code relay}
   * @param log the directory of the log; empty if the log is in memory
   * @param issuers how many issuers there are
   * @param heap the bytes of heap for revocations, if the operator does not say how many there may
   *     be
   * @throws BadConfiguration naming the key at fault
   */
  public static RevocationsConfig read(Settings relay, Optional<Path> log, int issuers, long heap) {
    Settings revocations = relay.section("identity").section("revocations");
    Optional<Path> directory = revocations.text("directory").map(Path::of);
    Optional<Path> file = revocations.text("file").map(Path::of);
    boolean beside = log.isPresent();
    if (beside && directory.isPresent()) {
      throw revocations.bad(
          "directory", "is for relay.log.durability: memory; a log on disk keeps them itself");
    }
    if (!beside && directory.isEmpty() && file.isPresent()) {
      throw revocations.bad(
          "file",
          "is only taken over at the start: name relay.identity.revocations.directory as well,"
              + " where they are kept");
    }
    return new RevocationsConfig(
        directory,
        file.or(() -> log.map(it -> it.resolve("revocations.jsonl"))),
        revocations.duration(
            "keep", DAY.multipliedBy(30), Duration.ofHours(1), DAY.multipliedBy(3650)),
        limits(relay.section("limits"), beside || directory.isPresent(), issuers, heap),
        beside || directory.isPresent());
  }

  /** The bytes of heap that as many revocations as there may be take. */
  public long heapBytes() {
    return (long) limits.all() * bytesOfEach(onDisk);
  }

  private static int bytesOfEach(boolean onDisk) {
    return onDisk ? BYTES_COUNTED : BYTES_KEPT;
  }

  private static RevocationShares.Limits limits(
      Settings limits, boolean onDisk, int issuers, long heap) {
    long fit = Math.max(LEAST_USUAL, heap / bytesOfEach(onDisk));
    int usual = (int) Math.min(fit, onDisk ? USUAL : MAX_IN_MEMORY);
    int all = limits.number("revocations", usual, 1, onDisk ? MAX : MAX_IN_MEMORY);
    int perTenant = issuers > 1 ? Math.max(1, all / OF_SEVERAL) : all;
    return new RevocationShares.Limits(
        all,
        Math.min(
            limits.number("revocations-per-tenant", perTenant, 1, all), all - all / LEFT_TO_OTHERS),
        limits.number("revocations-per-subject", 1000, 1, MAX_PER_SUBJECT));
  }
}
