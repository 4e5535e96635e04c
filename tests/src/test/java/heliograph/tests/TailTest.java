package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Operators look on at a tenant's events: who may see what, and how much of it. */
class TailTest {
  private static final int FLOOD = 400;

  @TempDir Path folder;
  private TailStage stage;

  @BeforeEach
  void start() throws Exception {
    stage = new TailStage(folder);
  }

  @AfterEach
  void stop() throws Exception {
    stage.close();
  }

  @Test
  void aViewerSeesTheAttributesOfWhateverComesAndNoData() throws Exception {
    try (TailClient tail = stage.look("tenant=acme", TailStage.VERA)) {
      String place =
          stage
              .backend()
              .publish(
                  TailStage.event(
                      ",\"id\":\"e1\",\"source\":\"/shop\",\"time\":\"2026-01-02T03:04:05Z\",\"roles\":[\"boss\"],"
                          + "\"users\":[\"bob\"],\"data\":{\"pin\":1234}"));
      Map<String, Object> told = tail.event();
      assertEquals(
          Map.ofEntries(
              Map.entry("place", place),
              Map.entry("id", "e1"),
              Map.entry("tenant", "acme"),
              Map.entry("topic", "orders.42"),
              Map.entry("type", "order.paid"),
              Map.entry("source", "/shop"),
              Map.entry("time", "2026-01-02T03:04:05Z"),
              Map.entry("roles", List.of("boss")),
              Map.entry("users", List.of("bob")),
              Map.entry("dataBytes", 12L)),
          told);
    }
  }

  @Test
  void whoMaySeeDataIsShownWhatNoRoleIsNeededFor() throws Exception {
    try (TailClient tail = stage.look("tenant=acme&type=person.*", TailStage.DORA)) {
      stage.backend().publish(TailStage.event(",\"data\":1"));
      stage
          .backend()
          .publish(
              TailStage.event(",\"data\":{\"name\":\"Ann\",\"salary\":1}")
                  .replace("order.paid", "person.hired"));
      Map<String, Object> told = tail.event();
      assertEquals("json", told.get("form"));
      assertEquals("{\"name\":\"Ann\"}", told.get("data"));
      assertEquals(25L, told.get("dataBytes"));
    }
  }

  @Test
  void largeDataIsCut() throws Exception {
    try (TailClient tail = stage.look("tenant=acme", TailStage.DORA)) {
      stage.backend().publish(TailStage.event(",\"data\":\"" + "x".repeat(20_000) + "\""));
      Map<String, Object> told = tail.event();
      assertEquals(16 * 1024, ((String) told.get("data")).length());
      assertEquals(true, told.get("cut"));
      assertEquals(20_002L, told.get("dataBytes"));
    }
  }

  @Test
  void topicsTypesAndAFilterChoose() throws Exception {
    try (TailClient tail =
        stage.look(
            "tenant=acme&topic=orders.*&topic=bills.%3E&type=order.*&filter=event.source%20!=%20'/x'",
            TailStage.VERA)) {
      stage.backend().publish(TailStage.event("").replace("orders.42", "notes.1"));
      stage.backend().publish(TailStage.event("").replace("order.paid", "note.sent"));
      stage.backend().publish(TailStage.event("").replace("acme", "other"));
      stage.backend().publish(TailStage.event(",\"source\":\"/x\""));
      stage.backend().publish(TailStage.event(",\"id\":\"wanted\""));
      assertEquals("wanted", tail.event().get("id"));
    }
    try (TailClient tail = stage.look("tenant=acme&filter=data.n%20%3E%201", TailStage.DORA)) {
      stage.backend().publish(TailStage.event(",\"data\":{\"n\":1}"));
      stage.backend().publish(TailStage.event(",\"id\":\"two\",\"data\":{\"n\":2}"));
      assertEquals("two", tail.event().get("id"));
    }
  }

  @Test
  void hostileBytesAreNothingButText() throws Exception {
    try (TailClient tail = stage.look("tenant=acme", TailStage.DORA)) {
      stage
          .backend()
          .publish(
              TailStage.event(
                  ",\"subject\":\"<script>\u202e\u00e9\",\"data\":\"\\u001b[31m\\n"
                      + "\\n"
                      + "event: end\\u2028<b>\""));
      Map<String, Object> told = tail.event();
      assertEquals("<script>\u202e\u00e9", told.get("subject"));
      assertEquals("\"\\u001b[31m\\n\\nevent: end\\u2028<b>\"", told.get("data"));
    }
  }

  @Test
  void aFloodIsShownInPartAndTheRestIsCounted() throws Exception {
    try (TailClient tail = stage.look("tenant=acme", TailStage.VERA)) {
      List<String> batch = new ArrayList<>();
      for (int i = 0; i < FLOOD; i++) {
        batch.add(TailStage.event(""));
      }
      Answer answer = stage.backend().json("[" + String.join(",", batch) + "]");
      assertEquals(202, answer.status(), answer::toString);
      long shown = 0;
      long notShown = 0;
      long inARow = 0;
      while (shown + notShown < FLOOD) {
        TailClient.Told told = tail.next();
        if (told.name().equals("event")) {
          shown++;
          inARow++;
        } else {
          assertEquals("notShown", told.name());
          notShown += (long) told.data().get("notShown");
          assertEquals(0L, told.data().get("passedOver"));
          inARow = 0;
        }
        // Nothing is left out in a second that shows all, so two of them may stand together.
        assertTrue(inARow <= 100, () -> "too many in a second");
      }
      assertEquals(FLOOD, shown + notShown);
      assertTrue(notShown >= FLOOD - 2 * 50 - 100, () -> "too many are shown");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'', 400, INVALID_REQUEST, /tenant",
    "tenant=, 400, INVALID_REQUEST, /tenant",
    "tenant=acme&tenant=other, 400, INVALID_REQUEST, /tenant",
    "tenant=a%2Fb, 400, INVALID_REQUEST, /tenant",
    "tenant=acme&topics=x, 400, INVALID_REQUEST, /topics",
    "tenant=acme&topic=a..b, 400, INVALID_REQUEST, /topic",
    "tenant=acme&type=a*b, 400, INVALID_REQUEST, /type",
    "tenant=acme&filter=event.id%20==, 400, INVALID_REQUEST, /filter",
    "tenant=acme&filter=event.id, 200, '', ''",
    "tenant=acme&filter=event.id.matches('a'), 400, INVALID_REQUEST, /filter",
    "tenant=acme&filter=event.id%20+%20'a'%20==%20'b', 400, INVALID_REQUEST, /filter",
    "tenant=acme&filter=true&filter=true, 400, INVALID_REQUEST, /filter",
    "tenant=acme&filter=data.n%20==%201, 403, NOT_ALLOWED, /filter",
    "tenant=acme&filter='x'%20in%20data, 403, NOT_ALLOWED, /filter",
    "tenant=acme&filter=has(data.x), 403, NOT_ALLOWED, /filter",
  })
  void aWrongQueryIsRefusedWhereItIsWrong(String query, int status, String code, String pointer)
      throws Exception {
    if (status == 200) {
      stage.look(query, TailStage.VERA).close();
    } else {
      stage.get("/admin/v1/tail?" + query, TailStage.VERA).assertProblem(status, code, pointer);
    }
  }

  @Test
  void whoHasNoLoginSeesNothing() throws Exception {
    stage.relay().admin().get("/admin/v1/tail?tenant=acme").assertProblem(401, "NO_CREDENTIALS");
    stage.relay().http().get("/admin/v1/tail?tenant=acme").assertProblem(404, "NOT_FOUND");
    Answer head =
        stage
            .relay()
            .admin()
            .send(
                "HEAD",
                "/admin/v1/tail?tenant=acme",
                new byte[0],
                "Authorization",
                "Bearer " + TailStage.VERA);
    assertEquals(200, head.status());
  }
}
