package heliograph.gateway.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.json.JsonTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditTest {
  private static final Instant NOW = Instant.parse("2026-11-21T04:03:30.690Z");
  private static final long ROOMY = 1 << 20;
  private static final Operator ADA =
      new Operator("token:ada", "192.0.2.7", "curl/8", Set.of(Role.OPERATOR), () -> true);
  private static final Deed END = new Deed("end-stream", "acme/s-17", "asked by support");

  private static final Logger LOGGER = Logger.getLogger("heliograph");

  @TempDir Path folder;

  /** What the log says of the audit. */
  private final List<String> said = new ArrayList<>();

  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          if (String.valueOf(line.getMessage()).startsWith("audit-")) {
            said.add(line.getMessage());
          }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    LOGGER.addHandler(handler);
  }

  @AfterEach
  void leave() {
    LOGGER.removeHandler(handler);
  }

  private Path file() {
    return folder.resolve("audit.jsonl");
  }

  private static Audit audit(Path file, long bytes, int files) {
    return new Audit(new AuditConfig(Optional.of(file), bytes, files), () -> NOW);
  }

  @Test
  void saysWhoWhenWhatWhyAndWhatBecameOfIt() throws IOException {
    Audit audit = audit(file(), ROOMY, 1);

    int ended = audit.act(ADA, END, () -> 1);

    assertEquals(1, ended);
    String line =
        """
        {"time":"2026-11-21T04:03:30.690Z","operator":"token:ada","address":"192.0.2.7",\
        "agent":"curl/8","action":"end-stream","target":"acme/s-17",\
        "reason":"asked by support","result":"%s"}\
        """;
    assertEquals(
        List.of(line.formatted("asked"), line.formatted("done")), Files.readAllLines(file()));
    assertEquals(List.of("asked", "done"), audit.last().stream().map(AuditEntry::result).toList());
  }

  @Test
  void aDeedThatIsRefusedOrFailsIsNotedAsThat() {
    Audit audit = audit(file(), ROOMY, 1);

    assertThrows(
        RelayException.class,
        () ->
            audit.act(
                ADA,
                END,
                () -> {
                  throw new RelayException(ErrorCode.NOT_FOUND, "no such stream");
                }));
    assertThrows(
        IllegalStateException.class,
        () ->
            audit.act(
                ADA,
                END,
                () -> {
                  throw new IllegalStateException("a bug");
                }));

    assertEquals(
        List.of("asked", "refused NOT_FOUND", "asked", "failed"),
        audit.last().stream().map(AuditEntry::result).toList());
  }

  /**
   * HTML, terminal codes, ends of lines, overrides of direction: each is one line of plain text.
   */
  @Test
  void whatOthersChooseCannotEndALineOrMoveATerminal() throws IOException {
    String hostile = "<b>\u001b[2J\r\n\"\\\u007f\u009b31m\u202e\u2028 Zo\u00eb \ud83d\ude00 \ud83d";
    Operator stranger = new Operator(hostile, "192.0.2.7", hostile, Set.of(), () -> true);

    audit(file(), ROOMY, 1).note(stranger, new Deed("login", hostile, hostile), "refused");

    List<String> lines = Files.readAllLines(file());
    assertEquals(1, lines.size());
    assertFalse(lines.getFirst().chars().anyMatch(c -> c < ' ' || (c >= 0x7f && c < 0xa0)));
    assertFalse(lines.getFirst().contains("\u202e") || lines.getFirst().contains("\u2028"));
    assertTrue(lines.getFirst().contains("Zo\u00eb \ud83d\ude00"), lines.getFirst());
    var read =
        JsonTree.object(
            lines.getFirst().replace("\\ud83d\"", "\"").getBytes(StandardCharsets.UTF_8));
    String whole = hostile.substring(0, hostile.length() - 1);
    for (String member : List.of("operator", "agent", "target", "reason")) {
      assertEquals(whole, read.get(member).stringValue(""), member);
    }
  }

  @Test
  void atItsLimitAFileIsPutAsideAndTheOldestGoes() throws IOException {
    Audit audit = audit(file(), 1000, 2);

    for (int i = 0; i < 30; i++) {
      audit.note(ADA, new Deed("end-stream", "s-" + i, ""), AuditEntry.DONE);
    }

    List<String> names;
    try (Stream<Path> files = Files.list(folder)) {
      names = files.map(it -> it.getFileName().toString()).sorted().toList();
    }
    assertEquals(List.of("audit.jsonl", "audit.jsonl.1", "audit.jsonl.2"), names);
    List<String> kept = new ArrayList<>();
    for (String name : names.reversed()) {
      assertTrue(Files.size(folder.resolve(name)) <= 1000, name);
      kept.addAll(Files.readAllLines(folder.resolve(name)));
    }
    // The last ones, in their order and none twice.
    for (int i = 0; i < kept.size(); i++) {
      String target = "\"target\":\"s-" + (30 - kept.size() + i) + "\"";
      assertTrue(kept.get(i).contains(target), kept.get(i));
    }
  }

  @Test
  void aLineLongerThanTheLimitIsWrittenAllTheSame() throws IOException {
    Audit audit = audit(file(), 100, 1);

    audit.note(ADA, END, AuditEntry.DONE);
    audit.note(ADA, END, AuditEntry.DONE);

    assertEquals(1, Files.readAllLines(file()).size());
    assertEquals(1, Files.readAllLines(folder.resolve("audit.jsonl.1")).size());
  }

  @Test
  void theLastAreInMemoryAndNoMore() {
    Audit audit = new Audit(new AuditConfig(Optional.empty(), ROOMY, 1), () -> NOW);

    for (int i = 0; i <= Audit.MAX_LAST; i++) {
      audit.note(ADA, new Deed("end-stream", "s-" + i, ""), AuditEntry.DONE);
    }

    assertEquals(Audit.MAX_LAST, audit.last().size());
    assertEquals("s-1", audit.last().getFirst().deed().target());
    assertEquals("s-" + Audit.MAX_LAST, audit.last().getLast().deed().target());
  }

  @Test
  void onAFullDiskNothingIsDoneAndTheLogSaysSoOnce() {
    Audit audit = audit(Path.of("/dev/full"), ROOMY, 1);
    List<String> done = new ArrayList<>();

    for (int i = 0; i < 3; i++) {
      RelayException refused =
          assertThrows(
              RelayException.class, () -> audit.act(ADA, END, () -> done.add("ended a stream")));
      assertEquals(ErrorCode.AUDIT_UNAVAILABLE, refused.code());
      assertFalse(refused.detail().contains("/dev"), refused.detail());
    }

    assertEquals(List.of(), done);
    assertEquals(List.of(), audit.last());
    assertEquals(1, said.size(), said.toString());
    assertTrue(said.getFirst().startsWith("audit-unavailable "), said.toString());
  }

  @Test
  void aDirectoryInThePlaceOfTheFileIsToldAtTheStartAndWhenItIsGoneAllIsWell() throws IOException {
    Files.createDirectory(file());
    Audit audit = audit(file(), ROOMY, 1);
    assertEquals(1, said.size(), said.toString());

    assertThrows(RelayException.class, () -> audit.note(ADA, END, AuditEntry.DONE));
    Files.delete(file());
    audit.note(ADA, END, AuditEntry.DONE);

    assertEquals(1, Files.readAllLines(file()).size());
    assertEquals(2, said.size(), said.toString());
    assertTrue(said.getLast().startsWith("audit-available "), said.toString());
  }

  @Test
  void aLineThatWasTornIsNotGoneOnWith() throws IOException {
    Path file = Files.writeString(folder.resolve("torn.jsonl"), "{\"time\":\"2026-");
    Audit torn = new Audit(new AuditConfig(Optional.of(file), ROOMY, 1), () -> NOW);

    torn.note(ADA, END, AuditEntry.DONE);
    torn.note(ADA, END, AuditEntry.DONE);

    List<String> lines = Files.readAllLines(file);
    assertEquals(3, lines.size(), lines::toString);
    assertEquals("{\"time\":\"2026-", lines.getFirst());
    for (String line : lines.subList(1, 3)) {
      assertEquals(
          "end-stream",
          JsonTree.object(line.getBytes(StandardCharsets.UTF_8)).path("action").stringValue());
    }
  }

  @Test
  void anOperatorWhoMovesTheFileAwayFindsTheNextLineInANewOne() throws IOException {
    Audit audit = audit(file(), ROOMY, 1);
    audit.note(ADA, END, AuditEntry.DONE);
    Files.move(file(), folder.resolve("old"));

    audit.note(ADA, END, AuditEntry.DONE);

    assertEquals(1, Files.readAllLines(file()).size());
    assertEquals(1, Files.readAllLines(folder.resolve("old")).size());
  }

  @Test
  void aReasonThatIsTooLongIsRefusedAndATargetIsCut() {
    Deed deed = new Deed("revoke", "t".repeat(Deed.MAX_TARGET + 1), "r".repeat(Deed.MAX_REASON));
    assertEquals(Deed.MAX_TARGET, deed.target().length());

    RelayException refused =
        assertThrows(
            RelayException.class, () -> new Deed("revoke", "", "r".repeat(Deed.MAX_REASON + 1)));

    assertEquals(ErrorCode.INVALID_REQUEST, refused.code());
  }

  @Test
  void onlyARoleLetsAnOperatorDoWhatNeedsIt() {
    ADA.require(Role.OPERATOR);

    RelayException refused = assertThrows(RelayException.class, () -> ADA.require(Role.PAYLOAD));

    assertEquals(ErrorCode.NOT_ALLOWED, refused.code());
  }
}
