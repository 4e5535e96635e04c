package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An operator looks at the streams that are open, and finds the one that is late. */
@Tag("log")
class AdminStreamsTest {
  private static final String STREAMS = "/admin/v1/streams";

  @RegisterExtension
  static final Stage stage =
      Stage.with(
          """
          stream: { write-timeout: PT60S, queue: 8 }
          limits: { streams-per-user: 1000 }
          """);

  private static Answer ask(String target) throws Exception {
    Answer answer = stage.relay().admin().get(target);
    assertEquals(200, answer.status(), answer::toString);
    assertTrue(answer.text().chars().allMatch(c -> c >= ' ' && c <= '~'), answer::text);
    return answer;
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> items(Answer answer) {
    return (List<Map<String, Object>>) answer.json().get("items");
  }

  private static List<Map<String, Object>> streams(String query) throws Exception {
    return items(ask(STREAMS + "?" + query));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> member(Map<String, Object> object, String name) {
    return (Map<String, Object>) object.get(name);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Test
  void theSlowReaderIsFound() throws Exception {
    String token = stage.token("slow", "stalls", "viewer");
    try (SseClient stalled = SseClient.stalled(stage.relay(), token, "?topic=big.>");
        SseClient quick = stage.join(stage.token("quick", "stalls", "viewer"), "?topic=big.>")) {
      // Far more than the kernel holds for a client.
      String data = "\"" + "x".repeat(100_000) + "\"";
      for (int i = 0; i < 60; i++) {
        stage.publish("stalls", "big." + i, data);
        quick.next("test.happened");
      }
      Deadline.await(
          "a write that is held up",
          () -> !streams("tenant=stalls&state=blocked&subject=slow").isEmpty());
      Map<String, Object> slow = streams("tenant=stalls").getFirst();
      assertEquals("slow", slow.get("subject"), "who is latest comes first");
      assertEquals("blocked", slow.get("state"));
      assertTrue(Instant.parse((String) slow.get("since")).isBefore(Instant.now()));
      assertFalse(((String) slow.get("next")).isBlank());
      Map<String, Object> late = member(slow, "late");
      assertTrue((long) late.get("events") > 8, slow::toString);
      assertTrue((double) late.get("seconds") > 0, slow::toString);

      String id = (String) slow.get("id");
      Map<String, Object> one = ask(STREAMS + "/" + id).json();
      List<?> frames = (List<?>) one.get("frames");
      assertFalse(frames.isEmpty());
      assertTrue(frames.size() <= 20);

      Map<String, Object> other = streams("tenant=stalls&subject=quick").getFirst();
      assertEquals("live", other.get("state"));
      assertEquals(Map.of("events", 0L, "seconds", 0.0), other.get("late"));
      assertEquals(60L, other.get("events"));
      assertTrue((long) other.get("bytes") > 60 * 100_000, other::toString);

      Thread.ofVirtual().start(stalled::readAll);
      Deadline.await(
          "it is not late any more",
          () ->
              member(streams("tenant=stalls&subject=slow").getFirst(), "late")
                  .get("events")
                  .equals(0L));
    }
  }

  @Test
  void aStreamTellsWhoseItIsAndWhatItHasWritten() throws Exception {
    String cursor;
    try (SseClient stream =
        stage.open(
            "/v1/stream?topic=orders.*&type=test.*&filter="
                + encoded("data > 0")
                + "&format=cloudevents",
            "Authorization: Bearer " + stage.token("ada", "told", "staff", "boss"),
            "User-Agent: probe/1",
            "Accept-Encoding: gzip")) {
      Deadline.await("it is open", () -> streams("tenant=told").size() == 1);
      cursor = stage.publish("told", "orders.1", "7");
      Deadline.await(
          "it is written", () -> streams("tenant=told").getFirst().get("events").equals(1L));
      Map<String, Object> one =
          ask(STREAMS + "/" + streams("tenant=told").getFirst().get("id")).json();
      assertEquals("told", one.get("tenant"));
      assertEquals("ada", one.get("subject"));
      assertEquals(List.of("boss", "staff"), one.get("roles"));
      assertEquals(List.of("orders.*"), one.get("topics"));
      assertEquals(List.of("test.*"), one.get("types"));
      assertEquals("data > 0", one.get("filter"));
      assertEquals("cloudevents", one.get("format"));
      assertEquals(true, one.get("gzip"));
      assertEquals("probe/1", one.get("agent"));
      assertEquals("127.0.0.1", one.get("peer"));
      assertEquals("live", one.get("state"));
      assertEquals(0L, one.get("queued"));
      assertEquals(0L, one.get("gaps"));
      assertEquals(cursor, one.get("position"));
      for (String time : List.of("opened", "lastWrite", "tokenEnds")) {
        Instant.parse((String) one.get(time));
      }
      Map<?, ?> frame = (Map<?, ?>) ((List<?>) one.get("frames")).getFirst();
      assertEquals(cursor, frame.get("id"));
      assertEquals("test.happened", frame.get("type"));
      assertTrue(stream.head().contains("200"));
    }
    Deadline.await("it has left", () -> streams("tenant=told").isEmpty());
  }

  @Test
  void theLastFramesOfAStreamAreToldWithTheirTypesAndSizesAndNoMore() throws Exception {
    try (SseClient stream = stage.join(stage.token("eve", "framed", "viewer"), "")) {
      List<String> cursors = new ArrayList<>();
      for (int i = 0; i < 25; i++) {
        cursors.add(stage.publish("framed", "orders.1", "\"" + "x".repeat(100 * i) + "\""));
        stream.next("test.happened");
      }
      Deadline.await(
          "all are counted", () -> streams("tenant=framed").getFirst().get("events").equals(25L));

      List<Map<String, Object>> frames = frames("framed");

      assertEquals(
          cursors.reversed().subList(0, 20), frames.stream().map(it -> it.get("id")).toList());
      assertEquals(Set.of("test.happened"), Set.copyOf(all(frames, "type")));
      long last = (long) frames.getFirst().get("bytes");
      assertTrue(last > 2400 && last < 2400 + 500, frames::toString);
      // A place may have had a digit less.
      long less = last - (long) frames.get(1).get("bytes");
      assertTrue(less >= 100 && less <= 102, frames::toString);
      stream.assertExhausted();
    }
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> frames(String tenant) throws Exception {
    String id = (String) streams("tenant=" + tenant).getFirst().get("id");
    return (List<Map<String, Object>>) ask(STREAMS + "/" + id).json().get("frames");
  }

  private static List<Object> all(List<Map<String, Object>> objects, String name) {
    return objects.stream().map(it -> it.get(name)).toList();
  }

  @Test
  void whatIsNotForAStreamDoesNotMakeItLate() throws Exception {
    try (SseClient stream = stage.join(stage.token("eve", "choosy", "viewer"), "?topic=mine.*")) {
      for (int i = 0; i < 5; i++) {
        stage.publish("choosy", "others." + i, "1");
      }
      Deadline.await(
          "the worker has been there",
          () ->
              member(streams("tenant=choosy").getFirst(), "late")
                  .equals(Map.of("events", 0L, "seconds", 0.0)));
      stream.assertExhausted();
    }
  }

  @Test
  void pagesFollowEachOtherAndNameEachStreamOnce() throws Exception {
    List<SseClient> open = new ArrayList<>();
    try {
      for (int i = 0; i < 7; i++) {
        open.add(stage.join(stage.token("user" + i, "paged", "viewer"), ""));
      }
      for (String sort : List.of("id", "-id", "opened", "-opened", "-late", "bytes")) {
        Set<Object> seen = new HashSet<>();
        String cursor = "";
        int pages = 0;
        do {
          Answer page =
              ask(
                  STREAMS
                      + "?tenant=paged&limit=3&sort="
                      + sort
                      + (cursor.isEmpty() ? "" : "&cursor=" + cursor));
          items(page).forEach(it -> assertTrue(seen.add(it.get("id")), sort));
          cursor = page.json().get("cursor") == null ? "" : (String) page.json().get("cursor");
          pages++;
        } while (!cursor.isEmpty());
        assertEquals(7, seen.size(), sort);
        assertEquals(3, pages, sort);
      }
      List<Object> byOpening =
          streams("tenant=paged&sort=opened").stream().map(it -> it.get("subject")).toList();
      assertEquals(List.of("user0", "user1"), byOpening.subList(0, 2));
      for (String elsewhere : List.of("tenant=paged&sort=-id", "tenant=other&sort=id", "sort=id")) {
        Answer first = ask(STREAMS + "?tenant=paged&limit=3&sort=id");
        stage
            .relay()
            .admin()
            .get(STREAMS + "?" + elsewhere + "&cursor=" + first.json().get("cursor"))
            .assertProblem(400, "BAD_CURSOR");
      }
      assertEquals(1, streams("tenant=paged&subject=user3").size());
      assertEquals(7, streams("tenant=paged&role=viewer").size());
      assertEquals(0, streams("tenant=paged&role=boss").size());
      assertEquals(7, streams("tenant=paged&topic=any.thing").size());
      assertEquals(7, streams("tenant=paged&peer=127.0.0.1").size());
    } finally {
      for (SseClient client : open) {
        client.close();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "limit=0",
        "limit=1001",
        "limit=10000000",
        "limit=-1",
        "limit=1e3",
        "limit=99999999999999999999",
        "limit=",
        "limit=1&limit=2",
        "sort=secret",
        "sort=",
        "sort=--id",
        "state=dead",
        "tenant=",
        "tennant=acme",
      })
  void whatIsNoQueryIsRefused(String query) throws Exception {
    stage.relay().admin().get(STREAMS + "?" + query).assertProblem(400, "INVALID_REQUEST");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "%00", "é", "=="})
  void aCursorOfElsewhereIsRefused(String cursor) throws Exception {
    stage
        .relay()
        .admin()
        .get(STREAMS + "?cursor=" + encoded(cursor))
        .assertProblem(400, "BAD_CURSOR");
    stage
        .relay()
        .admin()
        .get(STREAMS + "?cursor=" + "A".repeat(5000))
        .assertProblem(400, "BAD_CURSOR");
  }

  @ParameterizedTest
  @ValueSource(strings = {"s_000000000000000000", "nobody", "%00", "..%2f", "%1b%5b2J"})
  void anIdThatIsNoStreamsIsNotFound(String id) throws Exception {
    Answer answer = stage.relay().admin().get(STREAMS + "/" + id);
    assertTrue(answer.status() == 404 || answer.status() == 400, answer::toString);
    assertFalse(answer.text().contains("\u001b"), answer::text);
  }

  @Test
  void whatOutsidersChooseIsEscaped() throws Exception {
    String hostile = "<script>alert('1')</script>&\u001b[2J\u009b31m\u202eevil\u0007\"\\é😀";
    try (SseClient stream =
        stage.open(
            "/v1/stream?filter=" + encoded("'" + "<b>\u009b" + "' == 'x'"),
            "Authorization: Bearer " + stage.token(hostile, "hostile", "<i>", "\u001b]0;x\u0007"),
            "User-Agent: <img src=x onerror=alert(1)> \t'&")) {
      Deadline.await("it is open", () -> streams("tenant=hostile").size() == 1);
      Answer answer = ask(STREAMS + "?tenant=hostile");
      for (String raw : List.of("<", ">", "&", "'", "\u001b", "\u009b", "\u202e")) {
        assertFalse(answer.text().contains(raw), answer::text);
      }
      Map<String, Object> one = items(answer).getFirst();
      assertEquals(hostile, one.get("subject"));
      assertEquals(List.of("\u001b]0;x\u0007", "<i>"), one.get("roles"));
      assertEquals("<img src=x onerror=alert(1)> \t'&", one.get("agent"));
      assertEquals(1, streams("subject=" + encoded(hostile)).size());
      assertTrue(stream.head().contains("200"));
    }
  }

  @Test
  void whoHasItAlreadyIsNotToldAgain() throws Exception {
    String target = STREAMS + "?tenant=nobody-at-all";
    Answer first = ask(target);
    String tag = first.header("ETag").orElseThrow();
    Answer again = stage.relay().admin().get(target, "If-None-Match", tag);
    assertEquals(304, again.status());
    assertEquals("", again.text());
    assertEquals(200, stage.relay().admin().get(target, "If-None-Match", "\"other\"").status());
    assertNotEquals(tag, ask("/admin/v1/tenants").header("ETag").orElseThrow());
  }

  @Test
  void tenantsTellWhatIsOpenAndStored() throws Exception {
    try (SseClient one = stage.join(stage.token("a", "counted", "viewer"), "");
        SseClient two = stage.join(stage.token("a", "counted", "viewer"), "?topic=x")) {
      for (int i = 0; i < 3; i++) {
        stage.publish("counted", "t", "1");
        one.next("test.happened");
      }
      Map<String, Object> tenant = items(ask("/admin/v1/tenants?tenant=counted")).getFirst();
      assertEquals("counted", tenant.get("tenant"));
      assertEquals(2L, tenant.get("streams"));
      assertEquals(1L, tenant.get("subjects"));
      assertEquals(2L, tenant.get("cohorts"));
      assertEquals(0L, tenant.get("withheld"));
      assertEquals(0L, tenant.get("polls"));
      assertEquals(3L, tenant.get("events"));
      assertEquals(3L, tenant.get("publishedPerMinute"));
      assertTrue((long) tenant.get("bytes") > 0, tenant::toString);
      Instant oldest = Instant.parse((String) tenant.get("oldest"));
      assertFalse(Instant.parse((String) tenant.get("newest")).isBefore(oldest));
      two.assertExhausted();
    }
    List<Map<String, Object>> busiest = items(ask("/admin/v1/tenants?sort=-events&limit=1"));
    assertEquals(1, busiest.size());
  }

  @Test
  void theStatusSaysThatItIsWellAndSinceWhen() throws Exception {
    Map<String, Object> status = ask("/admin/v1/status").json();
    assertEquals(true, status.get("live"));
    assertEquals(true, status.get("ready"));
    assertEquals(List.of(), status.get("troubles"));
    assertTrue(Instant.parse((String) status.get("since")).isBefore(Instant.now()));
    assertEquals(8, ((String) status.get("epoch")).length());
    assertEquals("ready", status.get("state"));
    assertTrue((long) member(status, "limits").get("streams") > 0, status::toString);
    assertTrue((long) member(status, "heap").get("used") > 0, status::toString);
    stage.relay().admin().get("/admin/v1/status?x=1").assertProblem(400, "INVALID_REQUEST");
  }

  @Test
  void thePublicListenerHasNothingOfIt() throws Exception {
    for (String path : List.of("status", "streams", "tenants", "openapi.yaml")) {
      stage.http().get("/admin/v1/" + path).assertProblem(404, "NOT_FOUND");
    }
    stage
        .relay()
        .admin()
        .post(STREAMS, "{}", "Content-Type", "application/json")
        .assertProblem(405, "METHOD_NOT_ALLOWED");
  }
}
