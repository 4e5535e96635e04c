package heliograph.gateway.operator;

import heliograph.gateway.settings.Settings;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the audit is written, and how much of it is kept.
 *
 * @param file the file; empty if the audit is in memory alone
 * @param bytes the most bytes of the file, after which another is begun
 * @param files how many older files are kept
 */
public record AuditConfig(Optional<Path> file, long bytes, int files) {
  private static final long KIB = 1024;
  private static final long MIB = 1024 * KIB;

  /**
   * Reads the keys about the audit.
   *
   * @param admin the node {@code relay.admin}
   * @param log the directory of the log; empty if the log is in memory
   */
  static AuditConfig read(Settings admin, Optional<Path> log) {
    Settings audit = admin.section("audit");
    return new AuditConfig(
        audit.text("file").map(Path::of).or(() -> log.map(it -> it.resolve("audit.jsonl"))),
        audit.bytes("bytes", 16 * MIB, 64 * KIB, 1024 * MIB),
        audit.number("files", 5, 1, 100));
  }
}
