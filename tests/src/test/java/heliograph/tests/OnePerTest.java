package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A profile may have so many streams of one user, or of one session, open. */
class OnePerTest {
  @RegisterExtension
  static final Stage stage =
      Stage.with(
          """
          stream: { retry: PT7S }
          limits: { streams-per-user: 7 }
          streams:
            - name: newest
              path: /api/newest
              topics: [sync]
              one-per: { most: 1 }
            - name: session
              path: /api/session
              topics: [sync]
              one-per: { scope: session, most: 1, over: supersede }
            - name: first
              path: /api/first
              topics: [sync]
              one-per: { most: 2, over: refuse }
            - name: often
              path: /api/often
              topics: [sync]
              one-per: { most: 1, storm: { times: 1, within: PT1H } }
          """);

  private static SseClient open(String path, String token) throws Exception {
    return stage.open(path, "Authorization: Bearer " + token);
  }

  private static SseClient join(String path, String token) throws Exception {
    SseClient client = open(path, token);
    client.next("system.connected");
    return client;
  }

  private static String alice(String tenant) {
    return stage.token("alice", tenant);
  }

  private static String alice(String tenant, String session) {
    return stage.token("alice").with("tenant", tenant).with("sid", session).signed();
  }

  private static void publish(String tenant, String data) throws Exception {
    stage.publish(tenant, "sync", data);
  }

  private static double metric(String name, String profile) throws Exception {
    return stage.metric(name, "profile=\"" + profile + "\"");
  }

  @Test
  void theNewestStreamTakesThePlaceOfTheOldestInItsProfileAlone() throws Exception {
    try (SseClient elsewhere = stage.join(alice("newest"), "");
        SseClient other = join("/api/first", alice("newest"));
        SseClient bob = join("/api/newest", stage.token("bob", "newest"));
        SseClient namesake = join("/api/newest", alice("namesake"));
        SseClient first = join("/api/newest", alice("newest"))) {
      publish("newest", "1");
      first.next("test.happened");
      try (SseClient second = join("/api/newest", alice("newest"))) {
        first.assertEnded("superseded");
        assertTrue(first.lastEventId().endsWith("~"), first::lastEventId);
        assertEquals(7000, first.retry());
        Answer stays =
            stage
                .http()
                .get(
                    "/api/newest",
                    "Last-Event-ID",
                    first.lastEventId(),
                    "Authorization",
                    "Bearer " + alice("newest"));
        assertEquals(204, stays.status(), stays::toString);

        publish("newest", "2");
        assertEquals("2", second.next("test.happened").data());
      }
      for (SseClient client : List.of(elsewhere, other, bob)) {
        assertEquals("1", client.next("test.happened").data());
        assertEquals("2", client.next("test.happened").data());
      }
      namesake.assertExhausted();
    }
  }

  @Test
  void sessionsOfOneUserDoNotTouchEachOther() throws Exception {
    try (SseClient phone = join("/api/session", alice("sessions", "phone"));
        SseClient laptop = join("/api/session", alice("sessions", "laptop"));
        SseClient again = join("/api/session", alice("sessions", "phone"))) {
      phone.assertEnded("superseded");
      publish("sessions", "1");
      assertEquals("1", laptop.next("test.happened").data());
      assertEquals("1", again.next("test.happened").data());
    }
  }

  @Test
  void whoIsRefusedIsToldToStayAwayForLongerEachTime() throws Exception {
    try (SseClient one = join("/api/first", alice("refused"));
        SseClient two = join("/api/first", alice("refused"))) {
      for (int wait : new int[] {30_000, 60_000, 120_000, 240_000, 300_000, 300_000}) {
        try (SseClient third = open("/api/first", alice("refused"))) {
          third.assertEnded("limit");
          assertEquals(wait, third.retry());
        }
      }
      one.assertExhausted();
      two.assertExhausted();
    }
    // The relay hears of their leaving a little later.
    Deadline.await(
        "room",
        () -> {
          try (SseClient next = open("/api/first", alice("refused"))) {
            return next.next().type().equals("system.connected");
          }
        });
  }

  /** Pages that open a new EventSource whenever theirs has closed evict each other for a while. */
  @Test
  void ofTwoTabsThatDoNotStayAwayBothAreConnectedInTheEnd() throws Exception {
    double storms = metric("heliograph_supersede_storms_total", "newest");
    Deque<SseClient> open = new ArrayDeque<>();
    List<SseClient> all = new ArrayList<>();
    try {
      open.add(join("/api/newest", alice("tabs")));
      all.addAll(open);
      int superseded = 0;
      while (open.size() < 2) {
        open.add(join("/api/newest", alice("tabs")));
        all.add(open.getLast());
        if (superseded < 3) {
          open.removeFirst().assertEnded("superseded");
          superseded++;
        }
      }
      publish("tabs", "1");
      for (SseClient tab : open) {
        assertEquals("1", tab.next("test.happened").data());
        tab.assertExhausted();
      }
      assertEquals(5, all.size());
      assertEquals(storms + 1, metric("heliograph_supersede_storms_total", "newest"));
      stage.relay().await(Pattern.compile("supersede-storm profile=newest tenant=tabs"));
    } finally {
      for (SseClient client : all) {
        client.close();
      }
    }
  }

  @Test
  void inAStormSoManyAreLetInBesideAndTheLimitOfAllStreamsStaysAbove() throws Exception {
    List<SseClient> open = new ArrayList<>();
    try {
      open.add(join("/api/often", alice("storm")));
      open.add(join("/api/often", alice("storm")));
      open.removeFirst().assertEnded("superseded");
      for (int i = 0; i < 4; i++) {
        open.add(join("/api/often", alice("storm")));
      }
      assertEquals(5, open.size());
      assertEquals(5, metric("heliograph_streams_open", "often"));
      try (SseClient refused = open("/api/often", alice("storm"))) {
        refused.assertEnded("limit");
        assertEquals(30_000, refused.retry());
      }
      open.add(join("/api/first", alice("storm")));
      open.add(join("/api/first", alice("storm")));
      try (SseClient refused =
          stage.open("/v1/stream", "Authorization: Bearer " + alice("storm"))) {
        refused.assertEnded("limit");
        assertEquals(7000, refused.retry());
      }
      publish("storm", "1");
      for (SseClient client : open) {
        assertEquals("1", client.next("test.happened").data());
      }
      assertEquals(1, metric("heliograph_supersede_storms_total", "often"));
    } finally {
      for (SseClient client : open) {
        client.close();
      }
    }
  }
}
