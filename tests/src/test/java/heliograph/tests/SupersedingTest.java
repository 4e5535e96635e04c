package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Where so configured, the newest stream of a user takes the place of the oldest, for good. */
class SupersedingTest {
  private static final int PER_USER = 2;

  @RegisterExtension
  static final Stage stage =
      Stage.with(
          """
          stream: { over-user-limit: supersede, write-timeout: PT1S, retry: PT7S }
          limits: { streams-per-user: %d }
          """
              .formatted(PER_USER));

  @BeforeEach
  void nobodyIsHere() throws Exception {
    awaitOpen(0);
  }

  private static void awaitOpen(int streams) throws Exception {
    Deadline.await(
        streams + " open streams", () -> stage.metric("heliograph_streams_open") == streams);
  }

  private static double ends(String reason) throws Exception {
    return stage.metric("heliograph_stream_ends_total", "reason=\"" + reason + "\"");
  }

  private static SseClient join(String tenant, String query) throws Exception {
    return stage.join(stage.token("alice", tenant), query);
  }

  /** A whole answer; of a stream there is none. */
  private static Answer ask(String tenant, String target, String... headers) throws Exception {
    List<String> all = new ArrayList<>(List.of(headers));
    all.addAll(List.of("Authorization", "Bearer " + stage.token("alice", tenant)));
    return stage.http().get(target, all.toArray(String[]::new));
  }

  @Test
  void theOldestIsToldAndTheNewOneLives() throws Exception {
    double superseded = ends("superseded");
    try (SseClient first = join("told", "");
        SseClient second = join("told", "")) {
      String cursor = stage.publish("told", "a", "1");
      first.next("test.happened");
      second.next("test.happened");
      try (SseClient third = join("told", "")) {
        first.assertEnded("superseded");
        String last =
            "id: "
                + cursor
                + "~\nretry: 7000\nevent: system.end\ndata: {\"reason\":\"superseded\"}\n\n";
        assertTrue(first.raw().endsWith(last), first.raw());
        assertEquals(cursor + "~", first.lastEventId());
        assertEquals(PER_USER, stage.metric("heliograph_streams_open"));

        stage.publish("told", "a", "2");
        assertEquals("2", second.next("test.happened").data());
        assertEquals("2", third.next("test.happened").data());
      }
    }
    Deadline.await("counted", () -> ends("superseded") == superseded + 1);
    stage
        .relay()
        .await(Pattern.compile("stream-end stream=s_[0-9a-f]+ tenant=told reason=superseded "));
  }

  @Test
  void whoComesBackByItselfIsAskedToStayAway() throws Exception {
    String cursor = stage.publish("back", "a", "1");
    String[][] ways = {
      {"/v1/stream", "Last-Event-ID", cursor + "~"},
      {"/v1/stream?lastEventId=" + cursor + "~"},
      {"/v1/stream?lastEventId=" + cursor + "%7E"},
      {"/v1/stream?lastEventId=" + cursor, "Last-Event-ID", cursor + "~"},
      {"/v1/stream?replay=5", "Last-Event-ID", "otherlife-7~"},
    };
    for (String[] way : ways) {
      Answer answer =
          ask("back", way[0], List.of(way).subList(1, way.length).toArray(String[]::new));
      assertEquals(204, answer.status(), way[0]);
      assertEquals("", answer.text());
      assertEquals(Optional.of("no-store"), answer.header("Cache-Control"));
    }
    assertEquals(0, stage.metric("heliograph_streams_open"));
  }

  /** The answer says what the client said itself, so nobody has to be asked who that is. */
  @Test
  void whoComesBackIsAskedToStayAwayWhoeverItIs() throws Exception {
    String stream = "/v1/stream?lastEventId=k3f9-1~";
    assertEquals(204, stage.http().get(stream).status());
    assertEquals(204, stage.http().get(stream, "Authorization", "Bearer not.a.token").status());
  }

  @Test
  void aFinalPositionIsLookedAtAfterTheRestOfTheRequest() throws Exception {
    String stream = "/v1/stream?lastEventId=k3f9-1~";
    ask("checks", stream + "&topics=a").assertProblem(400, "INVALID_REQUEST");
    ask("checks", stream + "&topic=a..b").assertProblem(400, "INVALID_REQUEST");
    ask("checks", stream, "Accept", "text/html").assertProblem(406, "NOT_ACCEPTABLE");
    for (String garbage : List.of("~", "garbage~", "k3f9-1~~", "k3f9~-1")) {
      ask("checks", "/v1/stream?lastEventId=" + garbage).assertProblem(400, "BAD_CURSOR");
    }
  }

  @Test
  void whoTakesTheMarkOffResumes() throws Exception {
    try (SseClient first = join("resumes", "");
        SseClient second = join("resumes", "");
        SseClient third = join("resumes", "")) {
      first.assertEnded("superseded");
      stage.publish("resumes", "a", "1");
      second.next("test.happened");
      third.next("test.happened");
      String position = first.lastEventId().replace("~", "");
      try (SseClient again = join("resumes", "?lastEventId=" + position)) {
        assertEquals("1", again.next("test.happened").data());
        second.assertEnded("superseded");
        third.assertExhausted();
      }
      // The header wins, so what the address began with does not matter.
      try (SseClient wins =
          stage.open(
              "/v1/stream?lastEventId=" + first.lastEventId(),
              "Last-Event-ID: " + position,
              "Authorization: Bearer " + stage.token("alice", "resumes"))) {
        wins.next("system.connected");
        assertEquals("1", wins.next("test.happened").data());
      }
    }
  }

  @Test
  void aPollGoesOnAfterAFinalPosition() throws Exception {
    String cursor = stage.publish("polls", "a", "1");
    String next = stage.publish("polls", "a", "2");
    Answer answer = ask("polls", "/v1/events?after=" + cursor + "~");
    assertEquals(200, answer.status(), answer::toString);
    assertEquals(next, answer.json().get("cursor"));
    assertTrue(answer.text().contains("\"data\":2"), answer::text);
  }

  /** Else two pollers, who come back at once, would drive each other out for ever. */
  @Test
  void aPollIsNeitherSupersededNorSupersedes() throws Exception {
    FutureTask<Answer> poll =
        new FutureTask<>((Callable<Answer>) () -> ask("waits", "/v1/events?wait=60"));
    Thread.ofVirtual().start(poll);
    awaitOpen(1);
    try (SseClient first = join("waits", "")) {
      ask("waits", "/v1/events?wait=1").assertProblem(429, "TOO_MANY_STREAMS");
      first.assertExhausted();
      try (SseClient second = join("waits", "")) {
        first.assertEnded("superseded");
        assertFalse(poll.isDone());
        stage.publish("waits", "a", "1");
        assertEquals(200, poll.get(Deadline.USUAL.toSeconds(), TimeUnit.SECONDS).status());
        second.next("test.happened");
      }
    }
  }

  /** The place of a client that takes nothing is free at once, and not when it is cut. */
  @Test
  void whoStopsReadingDoesNotHoldItsPlace() throws Exception {
    String token = stage.token("alice", "stalls");
    try (SseClient stalled = SseClient.stalled(stage.relay(), token, "");
        SseClient second = join("stalls", "")) {
      String data = "\"" + "x".repeat(200_000) + "\"";
      for (int i = 0; i < 10; i++) {
        stage.publish("stalls", "large", data);
        second.next("test.happened");
      }
      try (SseClient third = join("stalls", "")) {
        assertEquals(PER_USER, stage.metric("heliograph_streams_open"));
        stage.publish("stalls", "small", "1");
        second.next("test.happened");
        third.next("test.happened");
        stage
            .relay()
            .await(
                Pattern.compile("stream-end stream=\\S+ tenant=stalls reason=(slow|superseded)"));
        second.assertExhausted();
      }
      assertFalse(stalled.hasEnded(), "nothing of it was read");
    }
  }
}
