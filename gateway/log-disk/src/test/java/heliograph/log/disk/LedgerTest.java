package heliograph.log.disk;

import heliograph.relay.Ledger;
import heliograph.relay.MemoryLedger;
import heliograph.relay.LedgerChanges;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.relay.Retention;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pairs come back in the order of their keys, and from a disk also after a restart. */
class LedgerTest {
  private static final Duration DAY = Duration.ofDays(1);

  private final Path folder = Folders.fresh();

  static Stream<Ledger> ledgers() {
    return Stream.of(new MemoryLedger(), DiskLog.openLedger(Folders.fresh(), InstantSource.system()));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static void put(Ledger ledger, String... keys) {
    LedgerChanges changes = new LedgerChanges();
    for (String key : keys) {
      changes.put(bytes(key), bytes("of " + key));
    }
    ledger.write(changes);
  }

  private static List<String> read(Ledger ledger, String from, int most) {
    List<String> read = new ArrayList<>();
    ledger.read(
        bytes(from),
        (key, value) -> {
          String name = new String(key, StandardCharsets.ISO_8859_1);
          assertEquals("of " + name, new String(value, StandardCharsets.ISO_8859_1));
          read.add(name);
          return read.size() < most;
        });
    return read;
  }

  @ParameterizedTest
  @MethodSource("ledgers")
  void pairsAreInTheOrderOfTheirKeys(Ledger ledger) {
    try (ledger) {
      put(ledger, "b", "a", "\u00ff", "ab", "c");
      assertEquals(List.of("a", "ab", "b", "c", "\u00ff"), read(ledger, "", 10));
      assertEquals(List.of("ab", "b"), read(ledger, "aa", 2));
      assertEquals(List.of(), read(ledger, "\u00ff\u0001", 2));

      LedgerChanges changes = new LedgerChanges();
      changes.delete(bytes("ab"));
      changes.delete(bytes("never there"));
      changes.put(bytes("d"), bytes("of d"));
      ledger.write(changes);
      assertEquals(List.of("a", "b", "c", "d", "\u00ff"), read(ledger, "", 10));
    }
  }

  private DiskLog log() {
    Retention retention = new Retention(DAY, 10, 1 << 20, DAY);
    return DiskLog.open(folder, false, retention, InstantSource.system());
  }

  @Test
  void itIsThereAfterARestartOfItsLog() {
    String epoch;
    try (DiskLog log = log()) {
      epoch = log.epoch();
      put(log.ledger(), "a", "b");
    }
    try (DiskLog log = log()) {
      assertEquals(epoch, log.epoch());
      assertEquals(List.of("a", "b"), read(log.ledger(), "", 10));
    }
  }

  @Test
  void whatIsClosedTakesAndGivesNothing() {
    Ledger ledger;
    try (DiskLog log = log()) {
      ledger = log.ledger();
    }
    for (Runnable use : List.<Runnable>of(() -> put(ledger, "a"), () -> read(ledger, "", 1))) {
      assertEquals(ErrorCode.LOG_UNAVAILABLE, assertThrows(RelayException.class, use::run).code());
    }
  }
}
