package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A publisher that may know who is there is told for how many open streams an event is. */
class LiveCountTest {
  @RegisterExtension
  static final Stage stage =
      Stage.of(
          """
          identity: { issuers: [%1$s] }
          publishers:
            - { name: backend, scheme: token, secrets: [%2$s], tenants: ["*"], presence: true }
            - { name: unaware, scheme: token, secrets: [%2$s], tenants: ["*"] }
            - { name: terse, scheme: token, secrets: [%2$s], tenants: [acme], presence: true, status: 204 }
            - { name: bearer, client-id: bearer-client, tenants: ["*"], presence: true }
            - { name: blind, client-id: blind-client, tenants: ["*"] }
          """);

  private static Answer publish(String path, String body) throws Exception {
    return publish(path, body, Stage.KEY);
  }

  private static Answer publish(String path, String body, String credential) throws Exception {
    return stage
        .http()
        .post(
            path,
            body,
            "Content-Type",
            "application/json",
            "Authorization",
            "Bearer " + credential);
  }

  private static String event(String tenant, String more) {
    return "{\"tenant\":\"%s\",\"topic\":\"orders.1\",\"type\":\"paid\"%s}".formatted(tenant, more);
  }

  private static Object live(String tenant, String more) throws Exception {
    Answer answer = publish("/v1/hooks/backend?count=true", event(tenant, more));
    assertEquals(202, answer.status(), answer::toString);
    return answer.json().get("live");
  }

  @Test
  void itIsTheNumberOfStreamsThatTheEventIsForWhateverTheyFilter() throws Exception {
    String never = "?filter=false";
    try (SseClient _ = stage.join(stage.token("alice", "counts"), "");
        SseClient _ = stage.join(stage.token("alice", "counts"), "?topic=stock.>");
        SseClient _ = stage.join(stage.token("bob", "counts", "staff"), "?type=paid");
        SseClient _ = stage.join(stage.token("carol", "counts"), "?type=sent");
        SseClient _ = stage.join(stage.token("dave", "counts"), never);
        SseClient _ = stage.join(stage.token("alice", "other", "staff"), "")) {
      assertEquals(3L, live("counts", ""));
      assertEquals(1L, live("counts", ",\"roles\":[\"staff\"]"));
      assertEquals(1L, live("counts", ",\"users\":[\"alice\",\"carol\"]"));
      assertEquals(2L, live("counts", ",\"users\":[\"alice\"],\"roles\":[\"staff\"]"));
      assertEquals(0L, live("counts", ",\"users\":[\"nobody\"]"));
      assertEquals(0L, live("counts", ",\"expirytime\":\"2001-01-01T00:00:00Z\""));
      assertEquals(1L, live("other", ""));
      assertEquals(0L, live("third", ""));
    }
    Deadline.await("all left", () -> live("counts", "").equals(0L));
  }

  @Test
  void aBatchIsCountedEventByEvent() throws Exception {
    try (SseClient _ = stage.join(stage.token("alice", "batch"), "")) {
      String named = event("batch", ",\"id\":\"once\"");
      Answer answer =
          publish(
              "/v1/hooks/backend?count=true",
              "["
                  + String.join(
                      ",",
                      named,
                      "{}",
                      named,
                      event("batch", ",\"users\":[\"bob\"]"),
                      event("elsewhere", ""))
                  + "]");
      assertEquals(202, answer.status(), answer::toString);
      List<Object> lives = new ArrayList<>();
      for (Object result : (List<?>) answer.json().get("results")) {
        lives.add(((Map<?, ?>) result).get("live"));
      }
      List<Object> expected = new ArrayList<>(List.of(1L, 0L, 0L));
      expected.add(1, null);
      expected.add(2, null);
      assertEquals(expected, lives);
    }
  }

  /** To look at a tenant's streams for each event of a large batch would take too long. */
  @Test
  void whatWouldTakeTooManyComparisonsIsStoredAndNotCounted() throws Exception {
    int groups = 50;
    int events = 450;
    List<SseClient> open = new ArrayList<>();
    try {
      for (int i = 0; i < groups; i++) {
        String token = stage.token("user-" + i, "many");
        open.add(stage.join(token, "?type=paid&type=other-" + i));
      }
      String batch = String.join(",", Collections.nCopies(events, event("many", "")));
      Answer answer = publish("/v1/hooks/backend?count=true", "[" + batch + "]");
      List<?> results = (List<?>) answer.json().get("results");
      assertEquals(events, results.size());
      for (int i = 0; i < events; i++) {
        Map<?, ?> result = (Map<?, ?>) results.get(i);
        assertEquals(false, result.get("duplicate"), result::toString);
        // 20000 comparisons are as many as 400 events of 50 groups take.
        assertEquals(i < 400 ? (Object) (long) groups : null, result.get("live"), "event " + i);
      }
    } finally {
      for (SseClient client : open) {
        client.close();
      }
    }
  }

  @Test
  void aBearerIsToldTheSame() throws Exception {
    String token = stage.token("service").with("azp", "bearer-client").signed();
    try (SseClient _ = stage.join(stage.token("alice", "bearer"), "")) {
      Answer answer = publish("/v1/events?count=true", event("bearer", ""), token);
      assertEquals(1L, answer.json().get("live"), answer::toString);
      answer = publish("/v1/events", event("bearer", ""), token);
      assertEquals(202, answer.status(), answer::toString);
      assertFalse(answer.text().contains("live"), answer::text);
    }
  }

  @Test
  void itIsOffByDefaultAndOnlyWhereItIsAskedFor() throws Exception {
    String blind = stage.token("service").with("azp", "blind-client").signed();
    for (Answer answer :
        List.of(
            publish("/v1/hooks/unaware?count=true", event("acme", "")),
            publish("/v1/hooks/unaware?count=garbage", event("acme", "")),
            publish("/v1/events?count=true", event("acme", ""), blind),
            publish("/v1/hooks/backend", event("acme", "")),
            publish("/v1/hooks/backend?count=false", event("acme", "")))) {
      assertEquals(202, answer.status(), answer::toString);
      assertFalse(answer.text().contains("live"), answer::text);
    }
    Answer terse = publish("/v1/hooks/terse?count=true", event("acme", ""));
    assertEquals(204, terse.status(), terse::toString);
    assertEquals("", terse.text());
  }

  @ParameterizedTest
  @ValueSource(strings = {"count", "count=", "count=1", "count=TRUE", "count=true&count=true"})
  void whatIsNeitherTrueNorFalseIsRefusedAndNothingIsStored(String query) throws Exception {
    try (SseClient client = stage.join(stage.token("alice", "bad"), "")) {
      publish("/v1/hooks/backend?" + query, event("bad", "")).assertProblem(400, "INVALID_REQUEST");
      String token = stage.token("service").with("azp", "bearer-client").signed();
      publish("/v1/events?" + query, event("bad", ""), token).assertProblem(400, "INVALID_REQUEST");
      publish("/v1/hooks/backend", event("bad", ""));
      client.next("paid");
      client.assertExhausted();
    }
  }
}
