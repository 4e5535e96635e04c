package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When an operator may begin to look on at events, what is noted of it, and when it ends. */
class TailEndsTest {
  /** More than two sockets take of what is told of events in a while. */
  private static final int BURST = 100;

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
  void aThirdIsRefusedUntilOneLooksAway() throws Exception {
    try (TailClient one = stage.look("tenant=acme", TailStage.VERA);
        TailClient other = stage.look("tenant=acme", TailStage.DORA)) {
      stage
          .get("/admin/v1/tail?tenant=acme", TailStage.VERA)
          .assertProblem(429, "TOO_MANY_STREAMS");
      one.leave();
      // Who has left is noticed at the next word to them.
      Deadline.await(
          "a place",
          () -> {
            try (TailClient third = stage.stall("tenant=acme", TailStage.VERA)) {
              return third.isLetIn();
            }
          });
      stage.backend().publish(TailStage.event(",\"id\":\"still\""));
      assertEquals("still", other.event().get("id"));
    }
  }

  @Test
  void eachOpeningIsNotedBeforeItShowsAnything() throws Exception {
    try (TailClient _ =
        stage.look("tenant=acme&topic=orders.*&filter=data.n%20==%201", TailStage.DORA)) {
      String noted = stage.noted();
      assertTrue(
          noted.contains("\"operator\":\"token:dora\"")
              && noted.contains("\"action\":\"tail-payload\"")
              && noted.contains("\"target\":\"tenant acme, topics [orders.*], filter data.n == 1\"")
              && noted.contains("\"result\":\"asked\""),
          noted);
      assertFalse(noted.contains("\"done\""), noted);
    }
    Deadline.await("its end", () -> stage.noted().contains("\"result\":\"done\""));
    stage.look("tenant=acme", TailStage.VERA).close();
    assertTrue(stage.noted().contains("\"action\":\"tail\""));
  }

  /**
   * A filter that looks at data asks for what its sender may not see, as who acts without a role.
   */
  @Test
  void whoAsksOfDataWithoutTheRoleIsNotedTenTimesAMinute() throws Exception {
    String place = stage.backend().publish(TailStage.event(",\"id\":\"one\",\"data\":{\"n\":1}"));
    String question =
        """
        {"claims":{"tenant":"acme","subject":"ada","roles":[]},"topics":["orders.42"],\
        "filter":"data.n == 1","stored":{"tenant":"acme","id":"%s"}}
        """
            .formatted(place);
    stage
        .get("/admin/v1/tail?tenant=acme&filter=data.n%20==%201", TailStage.VERA)
        .assertProblem(403, "NOT_ALLOWED", "/filter");
    for (int i = 0; i < 12; i++) {
      stage
          .relay()
          .admin()
          .post(
              "/admin/v1/explain",
              question,
              "Authorization",
              "Bearer " + TailStage.VERA,
              "Content-Type",
              "application/json")
          .assertProblem(403, "NOT_ALLOWED", "/filter");
    }

    List<Map<String, Object>> noted = new ArrayList<>();
    for (String line : stage.noted().lines().toList()) {
      noted.add(Json.object(line));
    }
    assertEquals(10, noted.size(), noted::toString);
    for (Map<String, Object> entry : noted) {
      assertEquals("request", entry.get("action"));
      assertEquals("token:vera", entry.get("operator"));
      assertEquals("refused NOT_ALLOWED", entry.get("result"));
    }
    assertEquals("GET /admin/v1/tail", noted.getFirst().get("target"));
    assertEquals("POST /admin/v1/explain", noted.getLast().get("target"));
  }

  @Test
  void whatCannotBeNotedIsNotShown() throws Exception {
    Files.deleteIfExists(stage.audit());
    Files.createDirectories(stage.audit());
    stage.get("/admin/v1/tail?tenant=acme", TailStage.VERA).assertProblem(503, "AUDIT_UNAVAILABLE");
    Files.delete(stage.audit());
    stage.look("tenant=acme", TailStage.VERA).close();
  }

  @Test
  void itEndsWithTheLogin() throws Exception {
    try (TailClient tail = stage.look("tenant=acme", TailStage.VERA)) {
      stage.replaceVerasToken();
      List<TailClient.Told> all = tail.until("end");
      assertEquals(Map.of("reason", "login"), all.getLast().data());
      assertEquals("over", tail.next().name());
    }
  }

  @Test
  void itEndsWhenTheRelayDrains() throws Exception {
    try (TailClient tail = stage.look("tenant=acme", TailStage.VERA)) {
      stage.relay().terminate();
      List<TailClient.Told> all = tail.until("end");
      assertEquals(Map.of("reason", "stopping"), all.getLast().data());
    }
  }

  @Test
  void whoDoesNotReadHoldsNobodyUpAndIsCut() throws Exception {
    try (TailClient _ = stage.stall("tenant=acme", TailStage.DORA);
        SseClient ann = SseClient.join(stage.relay(), stage.token("ann"), "")) {
      Deadline.await("its opening", () -> stage.noted().contains("tail-payload"));
      String data = "\"" + "x".repeat(16_000) + "\"";
      // It reads nothing, so its place is free once a write has waited for too long.
      Deadline.await(
          "its end",
          Deadline.USUAL.multipliedBy(3),
          () -> {
            String last = "";
            for (int i = 0; i < BURST; i++) {
              last = stage.backend().publish(TailStage.event(",\"data\":" + data));
            }
            ann.awaitPosition(last);
            return stage.noted().contains("\"result\":\"done\"");
          });
    }
  }
}
