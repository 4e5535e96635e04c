package heliograph.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import heliograph.contract.Dialect.Ending;
import heliograph.contract.Dialect.Opening;
import heliograph.contract.SseReader.Dispatched;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is in an event, a client that follows the standard reads exactly that event. */
class StandardDialectTest {
  @Property(edgeCases = EdgeCasesMode.NONE)
  void aFrameIsReadAsOneEventWithItsIdTypeAndData(
      @ForAll("events") Event event, @ForAll("cursors") Cursor cursor) {
    SseReader reader = SseReader.read(StandardDialect.PLAIN.event(cursor, event).bytes());

    assertEquals(
        List.of(new Dispatched(cursor.toString(), event.type(), plainData(event.payload()))),
        reader.dispatched());
    assertEquals("", reader.retry());
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void aStructuredFrameHoldsEachMemberOfTheEventOnce(
      @ForAll("events") Event event, @ForAll("cursors") Cursor cursor) {
    SseReader reader = SseReader.read(StandardDialect.CLOUDEVENTS.event(cursor, event).bytes());

    Dispatched read = reader.dispatched().getFirst();
    assertEquals(1, reader.dispatched().size());
    assertEquals(cursor.toString(), read.lastEventId());
    assertEquals(event.type(), read.type());
    Map<String, String> members = FlatJson.members(read.data());
    assertEquals(structured(event), members);
    assertEquals(
        List.copyOf(structured(event).keySet()), List.copyOf(members.keySet()), "their order");
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void anUnnamedFrameIsTheSameButForItsName(
      @ForAll("events") Event event, @ForAll("cursors") Cursor cursor) {
    String name = "event: " + event.type() + "\n";

    assertEquals(
        StandardDialect.PLAIN.event(cursor, event).toString().replace(name, ""),
        StandardDialect.PLAIN_UNNAMED.event(cursor, event).toString());
    assertEquals(
        StandardDialect.CLOUDEVENTS.event(cursor, event).toString().replace(name, ""),
        StandardDialect.CLOUDEVENTS_UNNAMED.event(cursor, event).toString());
    assertEquals(
        "message",
        SseReader.read(StandardDialect.PLAIN_UNNAMED.event(cursor, event).bytes())
            .dispatched()
            .getFirst()
            .type());
  }

  /** Under those a browser has events of its own: onerror would run for an event. */
  @ParameterizedTest
  @CsvSource({
    "error, type.error",
    "open, type.open",
    "message, type.message",
    "Error, Error",
    "errors, errors",
    "type.error, type.error",
    "close, close"
  })
  void aTypeThatIsABrowsersNameHasAnother(String type, String name) {
    Event event = AnEvent.of("1", type, "lamps").event();

    Frame frame = StandardDialect.PLAIN.event(new Cursor("k3f9", 1), event);

    assertEquals("id: k3f9-1\nevent: " + name + "\ndata: null\n\n", frame.toString());
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void framesOneAfterAnotherAreReadOneByOne(
      @ForAll @Size(max = 5) List<@From("events") Event> events) {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    List<Dispatched> sent = new ArrayList<>();
    for (Event event : events) {
      Cursor cursor = new Cursor("k3f9", sent.size() + 1L);
      stream.writeBytes(StandardDialect.PLAIN.event(cursor, event).bytes());
      stream.writeBytes(StandardDialect.PLAIN.keepalive().bytes());
      sent.add(new Dispatched(cursor.toString(), event.type(), plainData(event.payload())));
    }

    assertEquals(sent, SseReader.read(stream.toByteArray()).dispatched());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ar-EG", "fa-IR", "mr-IN", "my-MM", "tr-TR", "th-TH-u-nu-thai", "en-US"})
  void theRelaysOwnFramesAreTheSameWhereverTheRelayRuns(String language) {
    List<String> expected = ownFrames();
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag(language));
    try {
      assertEquals(expected, ownFrames());
    } finally {
      Locale.setDefault(before);
    }
  }

  @ParameterizedTest
  @CsvSource({"15000, 15", "1000, 1", "500, 0.5", "1, 0.001", "1500, 1.5", "3600000, 3600"})
  void theHeartbeatIsInSeconds(long millis, String seconds) {
    List<Frame> frames =
        StandardDialect.PLAIN.connected(
            new Opening(
                "s_1",
                new Tenant("acme"),
                "ada",
                new Cursor("k3f9", 0),
                Duration.ofMillis(millis),
                Duration.ofSeconds(3)));

    assertEquals(
        "{\"stream\":\"s_1\",\"tenant\":\"acme\",\"cursor\":\"k3f9-0\",\"heartbeat\":%s}"
            .formatted(seconds),
        SseReader.read(frames.getFirst().bytes()).dispatched().getFirst().data());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "~", "k3f9", "k3f9-1~~", "k3f9-1\ndata: forged", "k3f9-1\n", "K3F9-1"})
  void whatIsNoPlaceIsNotTold(String text) {
    assertNotNull(
        assertThrows(
            IllegalArgumentException.class,
            () -> new Ending(EndReason.LIMIT, Optional.of(text), Duration.ofSeconds(3))));
  }

  private static List<String> ownFrames() {
    Cursor cursor = new Cursor("k3f9", 1234567890);
    Duration wait = Duration.ofMillis(12_345);
    Dialect dialect = StandardDialect.PLAIN;
    return Stream.of(
            dialect.connected(new Opening("s_1", new Tenant("acme"), "ada", cursor, wait, wait)),
            dialect.gap(new Gap(Gap.Reason.RETENTION, cursor, cursor)),
            dialect.reauth(Instant.ofEpochSecond(1_234_567_890)),
            dialect.shutdown(wait),
            dialect.end(Ending.of(EndReason.LIMIT, wait)),
            dialect.end(Ending.forGood(EndReason.SUPERSEDED, cursor, wait)),
            dialect.heartbeat(cursor),
            dialect.position(cursor))
        .flatMap(List::stream)
        .map(Frame::toString)
        .toList();
  }

  /** What the contract says the data of a plain frame is. */
  private static String plainData(Payload payload) {
    return switch (payload.form()) {
      case ABSENT -> "null";
      case JSON -> Bytes.text(payload.bytes());
      case TEXT -> Bytes.text(payload.bytes()).replace("\r\n", "\n").replace('\r', '\n');
      case BINARY -> Base64.getEncoder().encodeToString(payload.bytes());
    };
  }

  /** What the contract says the members of a structured event are, in order. */
  private static Map<String, String> structured(Event event) {
    Map<String, String> members = new LinkedHashMap<>();
    members.put("specversion", "1.0");
    members.put("id", event.id());
    members.put("source", event.source());
    members.put("type", event.type());
    members.put("tenant", event.tenant().name());
    members.put("topic", event.topic().value());
    event.attributes().values().forEach((name, value) -> members.put(name, value.text()));
    switch (event.payload().form()) {
      case ABSENT -> {}
      case BINARY -> members.put("data_base64", plainData(event.payload()));
      case JSON, TEXT -> members.put("data", Bytes.text(event.payload().bytes()));
    }
    return members;
  }

  @Provide
  Arbitrary<Cursor> cursors() {
    return Arbitraries.longs().between(0, 999_999_999_999L).map(at -> new Cursor("k3f9", at));
  }

  @Provide
  Arbitrary<Event> events() {
    Arbitrary<String> hostile =
        Arbitraries.strings()
            .withChars(": {}\",\\/\u2028\u00e9\uFEFFid")
            .ofMinLength(1)
            .ofMaxLength(12);
    Arbitrary<String> name = Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(8);
    return Combinators.combine(hostile, name, hostile, payloads(), Arbitraries.integers())
        .as(
            (id, topic, text, payload, number) ->
                AnEvent.of(id, text, topic)
                    .with("subject", text)
                    .with("level", number)
                    .with("urgent", number > 0)
                    .forMembers(Set.of("secret-role"), Set.of())
                    .payload(payload)
                    .event());
  }

  private static Arbitrary<Payload> payloads() {
    Arbitrary<String> lines =
        Arbitraries.strings().withChars("a: \r\n\u0000\u2028\"\\\uFEFF\u00e9").ofMaxLength(20);
    Arbitrary<byte[]> bytes = Arbitraries.bytes().array(byte[].class).ofMaxSize(20);
    return Arbitraries.oneOf(
        Arbitraries.just(Payload.ABSENT),
        Arbitraries.integers().map(number -> json("\r\n" + number + "\n")),
        lines.map(Payload::text),
        Arbitraries.strings().ofMaxLength(30).map(Payload::text),
        bytes.map(Payload::binary));
  }

  private static Payload json(String text) {
    return Payload.json(Bytes.utf8(text), 0, Bytes.utf8(text).length);
  }
}
