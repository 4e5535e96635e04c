package heliograph.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Dialect.Ending;
import heliograph.contract.Dialect.Opening;
import heliograph.contract.SseReader.Dispatched;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The bytes that tests of every language read are the bytes that the relay writes. */
class FixturesTest {
  private static final Path FIXTURES = Path.of("fixtures");
  private static final Cursor CURSOR = new Cursor("fixture", 1);
  private static final Duration RETRY = Duration.ofSeconds(3);

  @Test
  void framesOfEventsAreTheFixtures() throws IOException {
    Map<String, String> frames = new TreeMap<>();
    FixtureEvents.all()
        .forEach(
            (name, event) -> {
              frames.put(name + ".sse", frame(event, StandardDialect.PLAIN));
              frames.put(name + ".cloudevents.sse", frame(event, StandardDialect.CLOUDEVENTS));
              if (name.equals("text-lines")) {
                frames.put(name + ".unnamed.sse", frame(event, StandardDialect.PLAIN_UNNAMED));
                frames.put(
                    name + ".cloudevents.unnamed.sse",
                    frame(event, StandardDialect.CLOUDEVENTS_UNNAMED));
              }
            });

    assertEquals(files("frames"), frames);
  }

  /** For the events that have no fixture of their own for that, too. */
  @Test
  void withoutANameAFrameIsTheFixtureWithoutItsSecondLine() throws IOException {
    Map<String, String> fixtures = files("frames");
    FixtureEvents.all()
        .forEach(
            (name, event) -> {
              assertEquals(
                  withoutName(fixtures.get(name + ".sse")),
                  frame(event, StandardDialect.PLAIN_UNNAMED));
              assertEquals(
                  withoutName(fixtures.get(name + ".cloudevents.sse")),
                  frame(event, StandardDialect.CLOUDEVENTS_UNNAMED));
            });
  }

  private static String withoutName(String frame) {
    List<String> lines = new ArrayList<>(frame.lines().toList());
    assertTrue(lines.remove(1).startsWith("event: "), frame);
    return String.join("\n", lines) + "\n";
  }

  @Test
  void eachFixtureHasItsEventAndJsonDataIsCarriedAsItWasSent() throws IOException {
    Map<String, String> sent = files("events");
    Set<String> names =
        sent.keySet().stream()
            .map(file -> file.replace(".json", ""))
            .collect(Collectors.toCollection(TreeSet::new));

    assertEquals(names, FixtureEvents.all().keySet());
    FixtureEvents.all()
        .forEach(
            (name, event) -> {
              if (event.payload().form() == Payload.Form.JSON) {
                String line = sent.get(name + ".json").replaceAll("[\r\n]", "");
                assertTrue(line.contains(Bytes.text(event.payload().bytes())), name);
              }
            });
  }

  @Test
  void everyFrameOfAnEventIsReadAsOneEvent() throws IOException {
    files("frames")
        .forEach(
            (file, text) -> {
              Event event = FixtureEvents.all().get(file.replaceAll("\\..*", ""));
              List<Dispatched> read = SseReader.read(Bytes.utf8(text)).dispatched();
              assertEquals(1, read.size(), file);
              assertEquals("fixture-1", read.getFirst().lastEventId(), file);
              String named = event.type().equals("error") ? "type.error" : event.type();
              String type = file.endsWith(".unnamed.sse") ? "message" : named;
              assertEquals(type, read.getFirst().type(), file);
            });
  }

  @Test
  void theAudienceIsNotShown() throws IOException {
    String shown = files("frames").get("audience.cloudevents.sse");

    assertTrue(shown.contains("salary.paid"));
    for (String hidden : List.of("roles", "users", "board", "hr", "u-7")) {
      assertFalse(shown.contains(hidden), hidden);
    }
  }

  @ParameterizedTest
  @EnumSource(StandardDialect.class)
  void framesOfTheRelaysOwnAreTheFixturesInEachDialect(Dialect dialect) throws IOException {
    Map<String, String> own = new TreeMap<>();
    own.put("connected.sse", connected(dialect, CURSOR, Duration.ofSeconds(15), RETRY));
    own.put(
        "connected-fraction.sse",
        connected(
            dialect, new Cursor("fixture", 0), Duration.ofMillis(250), Duration.ofMillis(500)));
    own.put("keepalive.sse", dialect.keepalive().toString());
    own.put("position.sse", text(dialect.position(new Cursor("fixture", 7))));
    own.put("heartbeat.sse", text(dialect.heartbeat(new Cursor("fixture", 7))));
    own.put("gap-retention.sse", gap(dialect, Gap.Reason.RETENTION, "fixture-1", "fixture-5"));
    own.put("gap-epoch.sse", gap(dialect, Gap.Reason.EPOCH, "former-9", "fixture-0"));
    own.put("gap-overflow.sse", gap(dialect, Gap.Reason.OVERFLOW, "fixture-5", "fixture-5"));
    own.put("reauth.sse", text(dialect.reauth(Instant.parse("2026-01-02T03:04:05Z"))));
    own.put("shutdown.sse", text(dialect.shutdown(Duration.ofMillis(12_500))));
    for (EndReason reason : EndReason.values()) {
      // Of the others, one has nobody left to tell and one is told as system.shutdown.
      if (reason != EndReason.LEFT && reason != EndReason.SHUTDOWN) {
        own.put("end-" + reason.word() + ".sse", text(dialect.end(Ending.of(reason, RETRY))));
      }
    }
    for (EndReason reason : List.of(EndReason.SUPERSEDED, EndReason.DISABLED)) {
      own.put(
          "end-" + reason.word() + ".sse",
          text(dialect.end(Ending.forGood(reason, new Cursor("fixture", 7), RETRY))));
    }
    own.put(
        "end-limit-resuming.sse",
        text(dialect.end(new Ending(EndReason.LIMIT, Optional.of("fixture-7"), RETRY))));

    assertEquals(files("own"), own);
  }

  @Test
  void eachFrameOfTheRelaysOwnIsOneEventAndItsIdIsTheClientsPosition() throws IOException {
    files("own")
        .forEach(
            (file, text) -> {
              SseReader reader = SseReader.read(Bytes.utf8(text));
              String position =
                  switch (file) {
                    case "connected.sse" -> "fixture-1";
                    case "connected-fraction.sse", "gap-epoch.sse" -> "fixture-0";
                    case "gap-retention.sse", "gap-overflow.sse" -> "fixture-5";
                    case "position.sse", "heartbeat.sse", "end-limit-resuming.sse" -> "fixture-7";
                    case "end-superseded.sse", "end-disabled.sse" -> "fixture-7~";
                    default -> "";
                  };
              boolean silent = file.equals("keepalive.sse");
              assertEquals(position, reader.lastEventId(), file);
              assertEquals(silent ? 0 : 1, reader.dispatched().size(), file);
              assertEquals(!silent, text.endsWith("\n\n"), file);
            });
  }

  @Test
  void problemsAreThoseOfTheirCodes() throws IOException {
    Map<String, String> problems = new TreeMap<>();
    for (RelayException refusal :
        List.of(
            RelayException.invalid(
                "topic", "topic: segments of A-Z a-z 0-9 _ - joined by single dots"),
            new RelayException(ErrorCode.BAD_SIGNATURE, "no signature fits the body"),
            new RelayException(ErrorCode.RATE_LIMITED, "over 5000 events in a second"),
            new RelayException(ErrorCode.INVALID_JSON, "unexpected character at byte 17"),
            new RelayException(ErrorCode.TOO_LARGE, "the event is over 262144 bytes"))) {
      String name = refusal.code().type().replaceAll(".*:", "");
      problems.put(name + ".json", problem(refusal));
    }

    assertEquals(files("problems"), problems);
  }

  private static String frame(Event event, Dialect dialect) {
    return Bytes.text(dialect.event(CURSOR, event).bytes());
  }

  private static String text(List<Frame> frames) {
    return frames.stream().map(Frame::toString).collect(Collectors.joining());
  }

  private static String connected(
      Dialect dialect, Cursor cursor, Duration heartbeat, Duration retry) {
    return text(
        dialect.connected(
            new Opening(
                "s_0a1b2c3d4e5f6a7b8c", new Tenant("acme"), "ada", cursor, heartbeat, retry)));
  }

  private static String gap(Dialect dialect, Gap.Reason reason, String from, String to) {
    return text(dialect.gap(new Gap(reason, Cursor.parse(from), Cursor.parse(to))));
  }

  private static String problem(RelayException refusal) {
    ErrorCode code = refusal.code();
    return "{\"type\":\"%s\",\"title\":\"%s\",\"status\":%s,\"code\":\"%s\",\"detail\":\"%s\"%s}"
        .formatted(
            code.type(),
            code.title(),
            code.status(),
            code,
            refusal.detail(),
            refusal.pointer().isEmpty() ? "" : ",\"pointer\":\"" + refusal.pointer() + "\"");
  }

  /** The files of a folder by name. Read as UTF-8, which loses nothing of what is UTF-8. */
  private static Map<String, String> files(String folder) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> found = Files.list(FIXTURES.resolve(folder))) {
      for (Path file : found.toList()) {
        files.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    return files;
  }
}
