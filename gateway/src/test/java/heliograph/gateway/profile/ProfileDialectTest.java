package heliograph.gateway.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import heliograph.contract.Cursor;
import heliograph.contract.Dialect;
import heliograph.contract.EndReason;
import heliograph.contract.Frame;
import heliograph.contract.Gap;
import heliograph.contract.Payload;
import heliograph.contract.StandardDialect;
import heliograph.contract.Tenant;
import heliograph.relay.StoredEvent;
import io.helidon.common.parameters.Parameters;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a profile says, byte for byte. */
class ProfileDialectTest {
  private static final Duration RETRY = Duration.ofSeconds(3);
  private static final Cursor SEVEN = Profiles.cursor(7);
  private static final Gap GAP =
      new Gap(Gap.Reason.OVERFLOW, Profiles.cursor(3), Profiles.cursor(9));
  private static final Dialect.Opening OPENING =
      new Dialect.Opening(
          "s-1", new Tenant("acme"), "ann \"x\"", SEVEN, Duration.ofSeconds(15), RETRY);

  private static String text(List<Frame> frames) {
    return frames.stream().map(Frame::toString).collect(Collectors.joining());
  }

  private static String event(ProfileConfig profile, String type, Payload data) {
    return Profiles.dialect(profile).event(SEVEN, Profiles.event(type, data)).toString();
  }

  // Events.

  @Test
  void withoutAnEnvelopeAnEventIsAsInTheContract() {
    ProfileDialect dialect = Profiles.dialect(Profiles.one());
    for (Payload data :
        List.of(
            Payload.ABSENT,
            Profiles.json("{\"a\":1}"),
            Payload.text("two\nlines"),
            Payload.binary(new byte[] {1, 2}))) {
      for (String type : List.of("order.paid", "error", "message")) {
        var event = Profiles.event(type, data);
        assertEquals(
            StandardDialect.PLAIN.event(SEVEN, event).toString(),
            dialect.event(SEVEN, event).toString());
      }
    }
  }

  @Test
  void anEnvelopeWithANumberAndWithoutAName() {
    ProfileConfig profile =
        Profiles.one(
            "event: none",
            "envelope: '{\"type\":{event.type},\"event_id\":{path.id|number},\"payload\":{data}}'");

    assertEquals(
        """
        id: e1-7
        data: {"type":"paid","event_id":42,"payload":{"a": 1.0}}

        """,
        event(profile, "paid", Profiles.json("{\"a\":\n 1.0}")));
  }

  @Test
  void anEnvelopeWithANameAndWithWhatTheQuerySplits() {
    ProfileConfig profile =
        Profiles.one(
            "query: { part: { split: \",\" }, n: { split: \",\" } }",
            "names: [{ type: \"paid\", name: money }, { type: \"x.*\", name: none }]",
            "envelope:"
                + " '{\"part\":{query.part},\"n\":{query.n|number},\"id\":{path.id},\"d\":{data}}'");
    ProfileDialect dialect =
        profile.dialect(
            profile.values(
                Map.of("id", "42"),
                Parameters.create("query", Map.of("part", List.of("b,a"), "n", List.of("1,-2")))),
            Profiles.CLOCK);
    String data = "data: {\"part\":[\"b\",\"a\"],\"n\":[1,-2],\"id\":\"42\",\"d\":0}\n\n";

    assertEquals(
        "id: e1-7\nevent: money\n" + data,
        dialect.event(SEVEN, Profiles.event("paid", Profiles.json("0"))).toString());
    assertEquals(
        "id: e1-7\n" + data,
        dialect.event(SEVEN, Profiles.event("x.y", Profiles.json("0"))).toString());
    assertEquals(
        "id: e1-7\nevent: other\n" + data,
        dialect.event(SEVEN, Profiles.event("other", Profiles.json("0"))).toString());
  }

  @Test
  void aFixedNameAndTheWholeEvent() {
    ProfileConfig profile = Profiles.one("event: changed", "envelope: cloudevents");

    assertEquals(
        "id: e1-7\nevent: changed\ndata: {\"specversion\":\"1.0\",\"id\":\"id-1\","
            + "\"source\":\"/shop\",\"type\":\"paid\",\"tenant\":\"acme\",\"topic\":\"event.42\","
            + "\"data\":1}\n\n",
        event(profile, "paid", Profiles.json("1")));
  }

  @Test
  void withoutIdsNothingHasOne() {
    ProfileDialect dialect = Profiles.dialect(Profiles.one("ids: false"));

    assertEquals(
        "event: a\ndata: 1\n\n",
        dialect.event(SEVEN, Profiles.event("a", Profiles.json("1"))).toString());
    assertEquals(
        "retry: 3000\nevent: system.connected\ndata: {\"stream\":\"s-1\",\"tenant\":\"acme\","
            + "\"cursor\":\"e1-7\",\"heartbeat\":15}\n\n",
        text(dialect.connected(OPENING)));
    assertEquals("", text(dialect.position(SEVEN)));
    assertEquals(
        "event: system.gap\ndata: {\"reason\":\"overflow\",\"from\":\"e1-3\",\"to\":\"e1-9\"}\n\n",
        text(dialect.gap(GAP)));
    assertEquals(
        "retry: 3000\nevent: system.end\ndata: {\"reason\":\"superseded\"}\n\n",
        text(dialect.end(Dialect.Ending.forGood(EndReason.SUPERSEDED, SEVEN, RETRY))));
  }

  // The relay's own words.

  @Test
  void whatIsLeftOutIsAsInTheContract() {
    ProfileDialect dialect = Profiles.dialect(Profiles.one());
    Dialect plain = StandardDialect.PLAIN;

    assertEquals(text(plain.connected(OPENING)), text(dialect.connected(OPENING)));
    assertEquals(text(plain.gap(GAP)), text(dialect.gap(GAP)));
    assertEquals(text(plain.reauth(Profiles.NOON)), text(dialect.reauth(Profiles.NOON)));
    assertEquals(text(plain.shutdown(RETRY)), text(dialect.shutdown(RETRY)));
    assertEquals(plain.keepalive().toString(), dialect.keepalive().toString());
    for (EndReason reason : EndReason.values()) {
      if (reason != EndReason.LEFT && reason != EndReason.SHUTDOWN) {
        Dialect.Ending ending = Dialect.Ending.of(reason, RETRY);
        assertEquals(text(plain.end(ending)), text(dialect.end(ending)));
      }
    }
    assertEquals(
        text(plain.end(Dialect.Ending.forGood(EndReason.SUPERSEDED, SEVEN, RETRY))),
        text(dialect.end(Dialect.Ending.forGood(EndReason.SUPERSEDED, SEVEN, RETRY))));
    assertEquals("id: e1-7\n\n", text(dialect.position(SEVEN)));
  }

  @Test
  void eachWordHasAnotherNameAndOtherData() {
    ProfileDialect dialect =
        Profiles.dialect(
            Profiles.one(
                "frames:",
                "  connected: { event: hello, data: '[{stream},{tenant},{subject},{cursor},"
                    + "{heartbeat},{now},{path.id}]' }",
                "  position: { event: at, data: '[{cursor}]' }",
                "  gap: { event: none, data: '[{reason},{from},{to},{now|seconds}]' }",
                "  reauth: { event: login, data: '[{expires},{path.id|number}]' }",
                "  shutdown: { event: bye, data: '[{reconnect}]' }",
                "  end: { event: over, data: '[{reason},{now}]' }"));

    assertEquals(
        """
        id: e1-7
        retry: 3000
        event: hello
        data: ["s-1","acme","ann \\"x\\"","e1-7",15,"2026-05-04T12:00:00.500Z","42"]

        """,
        text(dialect.connected(OPENING)));
    assertEquals("id: e1-7\nevent: at\ndata: [\"e1-7\"]\n\n", text(dialect.position(SEVEN)));
    assertEquals(
        "id: e1-9\ndata: [\"overflow\",\"e1-3\",\"e1-9\",1777896000]\n\n", text(dialect.gap(GAP)));
    assertEquals(
        "event: login\ndata: [\"2026-05-04T12:00:00.500Z\",42]\n\n",
        text(dialect.reauth(Profiles.NOON)));
    assertEquals(
        "retry: 2500\nevent: bye\ndata: [2500]\n\n",
        text(dialect.shutdown(Duration.ofMillis(2500))));
    assertEquals(
        """
        id: e1-7~
        retry: 3000
        event: over
        data: ["superseded","2026-05-04T12:00:00.500Z"]

        """,
        text(dialect.end(Dialect.Ending.forGood(EndReason.SUPERSEDED, SEVEN, RETRY))));
  }

  @Test
  void aWordThatIsOffLeavesItsPositionAndRetryAlone() {
    ProfileDialect dialect =
        Profiles.dialect(
            Profiles.one(
                "frames: { connected: off, gap: off, reauth: \"off\", shutdown: off, end: off }"));

    assertEquals("id: e1-7\nretry: 3000\n\n", text(dialect.connected(OPENING)));
    assertEquals("id: e1-9\n\n", text(dialect.gap(GAP)));
    assertEquals("", text(dialect.reauth(Profiles.NOON)));
    assertEquals("retry: 3000\n\n", text(dialect.shutdown(RETRY)));
    assertEquals(
        "id: e1-7~\nretry: 3000\n\n",
        text(dialect.end(Dialect.Ending.forGood(EndReason.SUPERSEDED, SEVEN, RETRY))));
    assertEquals("retry: 3000\n\n", text(dialect.end(Dialect.Ending.of(EndReason.EXPIRED, RETRY))));
  }

  @Test
  void aGapIsSeveralEventsOfWhichTheLastHasThePosition() {
    ProfileDialect dialect =
        Profiles.dialect(
            Profiles.one(
                "frames:",
                "  gap:",
                "    - { event: \"items:updated\", data: \"{}\" }",
                "    - { event: \"wishlists:updated\", data: \"{}\" }",
                "    - { event: none, data: '{\"reason\":{reason}}' }",
                "  shutdown: [{ event: one, data: \"1\" }, { event: two, data: \"2\" }]"));

    assertEquals(
        """
        event: items:updated
        data: {}

        event: wishlists:updated
        data: {}

        id: e1-9
        data: {"reason":"overflow"}

        """,
        text(dialect.gap(GAP)));
    assertEquals(
        "retry: 3000\nevent: one\ndata: 1\n\nevent: two\ndata: 2\n\n",
        text(dialect.shutdown(RETRY)));
  }

  @Test
  void anEndHasItsOwnWordsForSomeReasons() {
    ProfileDialect dialect =
        Profiles.dialect(
            Profiles.one(
                "frames:",
                "  end:",
                "    expired: { event: auth.session.expired, data: \"{}\" }",
                "    revoked: { data: '{\"why\":{reason}}' }",
                "    slow: off"));

    assertEquals(
        "retry: 3000\nevent: auth.session.expired\ndata: {}\n\n",
        text(dialect.end(Dialect.Ending.of(EndReason.EXPIRED, RETRY))));
    assertEquals(
        "retry: 3000\nevent: system.end\ndata: {\"why\":\"revoked\"}\n\n",
        text(dialect.end(Dialect.Ending.of(EndReason.REVOKED, RETRY))));
    assertEquals("retry: 3000\n\n", text(dialect.end(Dialect.Ending.of(EndReason.SLOW, RETRY))));
    assertEquals(
        "retry: 3000\nevent: system.end\ndata: {\"reason\":\"disabled\"}\n\n",
        text(dialect.end(Dialect.Ending.of(EndReason.DISABLED, RETRY))));
  }

  @Test
  void aPositionMayBeAsInTheContract() {
    assertEquals(
        text(StandardDialect.PLAIN.position(SEVEN)),
        text(Profiles.dialect(Profiles.one("frames: { position: on }")).position(SEVEN)));
  }

  // Heartbeats.

  @ParameterizedTest
  @CsvSource({"keepalive, ':keepalive\n'", "' keepalive', ': keepalive\n'", "'', ':\n'"})
  void theCommentIsTheOperators(String comment, String expected) {
    ProfileConfig profile = Profiles.one("heartbeat: { comment: \"" + comment + "\" }");

    assertEquals(expected, Profiles.dialect(profile).keepalive().toString());
    assertEquals(Optional.empty(), profile.heartbeat());
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      quoteCharacter = '`',
      value = {
        "event: none, data: '{\"type\":\"keepalive\",\"event_id\":{path.id|number}}'"
            + " -> data: {\"type\":\"keepalive\",\"event_id\":42}",
        "event: heartbeat, data: '{\"timestamp\":{now|seconds}}'"
            + " -> event: heartbeat~data: {\"timestamp\":1777896000}",
        "event: \"sync:ping\", data: '{\"timestamp\":{now}}'"
            + " -> event: sync:ping~data: {\"timestamp\":\"2026-05-04T12:00:00.500Z\"}",
        "when: always -> event: system.heartbeat~data: {}",
      })
  void aHeartbeatHasNoPosition(String keys, String expected) {
    ProfileConfig profile = Profiles.one("heartbeat: { every: PT30S, " + keys + " }");
    Beat beat = profile.heartbeat().orElseThrow();

    assertEquals(
        expected.replace('~', '\n') + "\n\n",
        beat.frame(Profiles.values(profile, "42"), Profiles.NOON).toString());
    assertEquals(Duration.ofSeconds(30), beat.every());
    assertEquals(keys.contains("always") ? Beat.When.ALWAYS : Beat.When.IDLE, beat.when());
  }

  @Test
  void twoHeartbeatsHaveTwoTimes() {
    ProfileConfig profile = Profiles.one("heartbeat: { every: PT1S, data: '[{now}]' }");
    Beat beat = profile.heartbeat().orElseThrow();
    RequestValues values = Profiles.values(profile, "42");

    assertEquals(
        List.of(
            "event: system.heartbeat\ndata: [\"2026-05-04T12:00:00.000Z\"]\n\n",
            "event: system.heartbeat\ndata: [\"2026-05-04T12:00:01.000Z\"]\n\n"),
        List.of(
            beat.frame(values, Instant.parse("2026-05-04T12:00:00Z")).toString(),
            beat.frame(values, Instant.parse("2026-05-04T12:00:01Z")).toString()));
  }

  @ParameterizedTest
  @CsvSource({"PT10S, 10", "PT15S, 15", "PT60S, 15", "PT2.5S, 2.5"})
  void theFirstWordTellsTheShorterHeartbeat(String every, String seconds) {
    ProfileDialect dialect =
        Profiles.dialect(
            Profiles.one(
                "heartbeat: { every: " + every + " }",
                "frames: { connected: { event: none, data: '[{heartbeat}]' } }"));

    assertEquals(
        "id: e1-7\nretry: 3000\ndata: [" + seconds + "]\n\n", text(dialect.connected(OPENING)));
  }

  // Batches.

  @Test
  void aBatchIsOneFrameWithThePositionOfItsLast() {
    ProfileConfig profile =
        Profiles.one(
            "window: PT0.1S",
            "envelope: '{\"t\":{event.type},\"d\":{data}}'",
            "batch: { types: [\"metrics.*\"], most: 10, envelope: "
                + "'{\"event_type\":{event.type},\"count\":{count},\"events\":{items}}' }");
    List<StoredEvent> events =
        List.of(
            Profiles.stored(4, "metrics.cpu", "{\"a\": 1}"),
            Profiles.stored(6, "metrics.cpu", "2"));

    assertEquals(
        """
        id: e1-6
        event: metrics.cpu
        data: {"event_type":"metrics.cpu","count":2,"events":[{"t":"metrics.cpu","d":{"a": 1}},{"t":"metrics.cpu","d":2}]}

        """,
        text(Profiles.dialect(profile).frames(events)));
  }

  @Test
  void anotherEventEndsABatchAndSoDoesItsMost() {
    ProfileDialect dialect =
        Profiles.dialect(
            Profiles.one(
                "window: PT0.1S", "ids: false", "batch: { types: [\"m.*\"], most: 2, name: m }"));

    assertEquals(
        """
        event: m
        data: [1,2]

        event: m
        data: [3]

        event: m
        data: [4]

        event: other
        data: 5

        event: m
        data: [6]

        """,
        text(
            dialect.frames(
                List.of(
                    Profiles.stored(1, "m.a", "1"),
                    Profiles.stored(2, "m.a", "2"),
                    Profiles.stored(3, "m.a", "3"),
                    Profiles.stored(4, "m.b", "4"),
                    Profiles.stored(5, "other", "5"),
                    Profiles.stored(6, "m.b", "6")))));
    assertEquals(List.of(), dialect.frames(List.of()));
  }

  @Test
  void aBatchMayHaveANameOfItsOwnOrNone() {
    List<StoredEvent> one = List.of(Profiles.stored(4, "a", "1"));

    assertEquals(
        "id: e1-4\nevent: several\ndata: [1]\n\n",
        text(
            Profiles.dialect(Profiles.one("window: PT1S", "batch: { types: [a], name: several }"))
                .frames(one)));
    assertEquals(
        "data: [1]\n\n",
        text(
            Profiles.dialect(
                    Profiles.one("ids: false", "window: PT1S", "batch: { types: [a], name: none }"))
                .frames(one)));
  }

  @Test
  void whatHasSeveralLinesIsATextInABatchAndInAPoll() {
    ProfileDialect dialect =
        Profiles.dialect(Profiles.one("window: PT1S", "batch: { types: [a] }"));
    StoredEvent lines = new StoredEvent(Profiles.event("a", Payload.text("x\n\"y")), SEVEN);

    assertEquals(
        "id: e1-7\nevent: a\ndata: [\"x\\n\\\"y\"]\n\n", text(dialect.frames(List.of(lines))));
    assertEquals(
        "\"x\\n\\\"y\"", new String(dialect.data(SEVEN, lines.event()), StandardCharsets.UTF_8));
    assertEquals(Optional.of("a"), dialect.name(lines.event()));
  }

  // Sharing.

  @Test
  void streamsShareFramesUnlessWhatIsInThemDiffers() {
    ProfileConfig plain = Profiles.one("frames: { connected: { data: '[{path.id}]' } }");
    ProfileConfig valued = Profiles.one("envelope: '[{path.id},{data}]'");

    assertEquals(dialect(plain, "1"), dialect(plain, "2"));
    assertEquals(dialect(plain, "1").hashCode(), dialect(plain, "2").hashCode());
    assertEquals(dialect(valued, "1"), dialect(valued, "1"));
    assertNotEquals(dialect(valued, "1"), dialect(valued, "2"));
    assertNotEquals(dialect(plain, "1"), dialect(valued, "1"));
    assertNotEquals(dialect(plain, "1"), StandardDialect.PLAIN);
  }

  @Test
  void anEventIsEncodedOnceForAllOfAProfile() {
    ProfileConfig profile = Profiles.one("envelope: '{\"d\":{data}}'");
    StoredEvent event = Profiles.stored(7, "a", "1");

    Frame first = event.frame(dialect(profile, "1"));
    for (int i = 2; i < 100; i++) {
      assertSame(first, event.frame(dialect(profile, Integer.toString(i))));
    }
  }

  private static ProfileDialect dialect(ProfileConfig profile, String id) {
    return profile.dialect(Profiles.values(profile, id), Profiles.CLOCK);
  }
}
