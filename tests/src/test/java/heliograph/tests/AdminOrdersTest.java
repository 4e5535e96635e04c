package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What holds for whatever an operator orders: it needs a reason, a trial tells what would become of
 * it and does nothing, it is in the audit, and of two operators at once each is told the truth.
 */
class AdminOrdersTest {
  private static final String KEY = "orders-key-0123456789";

  private TestIssuer issuer;
  private RelayProcess relay;
  private final List<SseClient> streams = new ArrayList<>();

  /** Each order, how the audit calls it, and what its answer counts. */
  private enum Order {
    END_ONE("DELETE", "streams/{stream}", "end", 1),
    END_SUBJECT("DELETE", "streams?subject=ada", "end", 2),
    END_TENANT("DELETE", "streams?tenant=acme", "end", 3),
    REVOKE("POST", "revocations", "revoke", 2),
    GIVE_BACK("DELETE", "revocations/{revocation}", "give-back", 1),
    PAUSE("POST", "publishers/first/pause", "pause", 1),
    RESUME("POST", "publishers/paused/resume", "resume", 1),
    DRAIN("POST", "drain", "drain", 3),
    RELOAD("POST", "config/reload", "reload", 1);

    private final String method;
    private final String target;
    private final String action;
    private final long counts;

    Order(String method, String target, String action, long counts) {
      this.method = method;
      this.target = target;
      this.action = action;
      this.counts = counts;
    }

    private String body() {
      return this == REVOKE ? "{\"subject\":\"ada\"}" : "";
    }

    /** How much an answer says was done. */
    private long done(Answer answer) {
      if (answer.status() == 404) {
        return 0;
      }
      Map<String, Object> json = answer.json();
      return switch (this) {
        case END_ONE, END_SUBJECT, END_TENANT, REVOKE, DRAIN -> (long) json.get("ended");
        case GIVE_BACK -> 1;
        case PAUSE, RESUME -> json.get("changed").equals(true) ? 1 : 0;
        case RELOAD -> ((Collection<?>) json.get("changes")).size();
      };
    }

    /** Whether there is nothing any more that it could be about, once it is done. */
    private boolean isGone() {
      return this == END_ONE || this == GIVE_BACK;
    }
  }

  private String configuration(String... publishers) {
    List<String> entries = new ArrayList<>();
    for (String name : publishers) {
      entries.add(
          "{ name: %s, scheme: token, secrets: [%s], tenants: [acme] }".formatted(name, KEY));
    }
    return """
    identity: { issuers: [%s] }
    publishers: %s
    """
        .formatted(issuer.yaml(), entries);
  }

  @BeforeEach
  void start() throws Exception {
    issuer = TestIssuer.start();
    relay = RelayProcess.start(configuration("first", "paused"));
    for (String subject : List.of("ada", "ada", "bob")) {
      String token = issuer.token(subject).with("tenant", "acme").signed();
      streams.add(SseClient.join(relay, token, ""));
    }
  }

  @AfterEach
  void stop() throws Exception {
    try {
      relay.assertNoBugs();
    } finally {
      for (SseClient stream : streams) {
        stream.close();
      }
      relay.close();
      issuer.close();
    }
  }

  private Answer send(Order order, String target, String query) throws Exception {
    String all = "/admin/v1/" + target + (target.contains("?") ? "&" : "?") + query;
    return order.body().isEmpty()
        ? relay.admin().send(order.method, all, new byte[0])
        : relay.admin().post(all, order.body(), "Content-Type", "application/json");
  }

  @SuppressWarnings("unchecked")
  private List<Map<String, Object>> items(String target) throws Exception {
    Answer answer = relay.admin().get("/admin/v1/" + target);
    assertEquals(200, answer.status(), answer::toString);
    return (List<Map<String, Object>>) answer.json().get("items");
  }

  /** Makes what the order is about, where it is not there yet; its path. */
  private String prepared(Order order) throws Exception {
    return switch (order) {
      case END_ONE ->
          order.target.replace(
              "{stream}", (String) items("streams?subject=bob").getFirst().get("id"));
      case GIVE_BACK -> {
        Answer taken =
            relay
                .admin()
                .post(
                    "/admin/v1/revocations?reason=prepared",
                    "{\"subject\":\"zoe\"}",
                    "Content-Type",
                    "application/json");
        String id = (String) taken.json().get("id");
        yield order.target.replace("{revocation}", URLEncoder.encode(id, StandardCharsets.UTF_8));
      }
      case RESUME -> {
        Answer paused =
            relay
                .admin()
                .send("POST", "/admin/v1/publishers/paused/pause?reason=prepared", new byte[0]);
        assertEquals(true, paused.json().get("changed"));
        yield order.target;
      }
      case RELOAD -> {
        relay.configure(configuration("first", "paused", "third"));
        yield order.target;
      }
      case END_SUBJECT, END_TENANT, REVOKE, PAUSE, DRAIN -> order.target;
    };
  }

  /** What an answer tells, but for what only comes of doing it. */
  private static Map<String, Object> told(Answer answer) {
    Map<String, Object> told = new HashMap<>(answer.json());
    told.remove("dryRun");
    told.computeIfPresent("streams", (_, ids) -> Set.copyOf((Collection<?>) ids));
    return told;
  }

  @ParameterizedTest
  @EnumSource
  void eachNeedsAReasonCanBeTriedIsNotedAndIsDoneOnce(Order order) throws Exception {
    String target = prepared(order);
    int noted = items("audit").size();

    for (String query : List.of("", "reason=", "reason=%20", "dry-run=false")) {
      send(order, target, query).assertProblem(400, "INVALID_REQUEST");
    }
    Answer tried = send(order, target, "dry-run");
    assertEquals(200, tried.status(), tried::toString);
    assertEquals(true, tried.json().get("dryRun"));
    assertEquals(order.counts, order.done(tried), tried::toString);
    assertEquals(told(tried), told(send(order, target, "dry-run=true&reason=tried")), "as before");
    assertEquals(noted, items("audit").size(), "nothing was done");

    List<Answer> both;
    try (ExecutorService two = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Answer> done = () -> send(order, target, "reason=together");
      both = new ArrayList<>();
      for (Future<Answer> each : two.invokeAll(List.of(done, done))) {
        both.add(each.get());
      }
    }
    long sum = 0;
    for (Answer answer : both) {
      assertTrue(
          answer.status() == 200 || (answer.status() == 404 && order.isGone()), answer::toString);
      sum += order.done(answer);
    }
    assertEquals(order.counts, sum, "together they have done it once: " + both);
    assertTrue(
        both.stream()
            .filter(it -> it.status() == 200)
            .allMatch(it -> it.json().get("dryRun").equals(false)),
        both::toString);

    // Who had nothing to end before it was begun has not begun it.
    List<Map<String, Object>> entries =
        items("audit?action=" + order.action).stream()
            .filter(it -> it.get("reason").equals("together"))
            .toList();
    assertTrue(
        entries.size() == 4 || (entries.size() == 2 && order == Order.END_ONE), entries::toString);
    assertEquals(
        entries.size() / 2,
        entries.stream().filter(it -> it.get("result").equals("asked")).count());
    assertTrue(entries.stream().anyMatch(it -> it.get("result").equals("done")));

    switch (order) {
      case END_ONE, END_SUBJECT, END_TENANT, REVOKE, DRAIN ->
          Deadline.await(
              "those that were ended have left",
              () -> items("streams").size() == streams.size() - order.counts);
      case GIVE_BACK, PAUSE, RESUME, RELOAD -> {}
    }
    for (String query : List.of("dry-run", "reason=again")) {
      Answer again = send(order, target, query);
      if (order.isGone()) {
        again.assertProblem(404, "NOT_FOUND");
      } else {
        assertEquals(200, again.status(), again::toString);
        assertEquals(0, order.done(again), again::toString);
      }
    }
  }

  /**
   * What is tried is answered as what is done would be, also where there is nothing to do it to.
   */
  @ParameterizedTest
  @CsvSource({
    "END_ONE, streams/none, 404, NOT_FOUND",
    "END_TENANT, streams?tenant=, 400, INVALID_REQUEST",
    "GIVE_BACK, revocations/none, 404, NOT_FOUND",
    "GIVE_BACK, revocations/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA, 404, NOT_FOUND",
    "PAUSE, publishers/none/pause, 404, NOT_FOUND",
    "RESUME, publishers/none/resume, 404, NOT_FOUND",
    "DRAIN, drain?why=x, 400, INVALID_REQUEST",
    "RELOAD, config/reload?why=x, 400, INVALID_REQUEST",
  })
  void aTrialIsRefusedAsTheDeedIs(Order order, String target, int status, String code)
      throws Exception {
    send(order, target, "dry-run").assertProblem(status, code);
    send(order, target, "reason=x").assertProblem(status, code);
    String tooLong = "dry-run&reason=" + "x".repeat(501);
    int refused = send(order, target, tooLong).status();
    assertTrue(refused == 400 || refused == status, "a reason that is too long: " + refused);
  }

  @Test
  void aRevocationThatWouldNotBeTakenIsNotTriedEither() throws Exception {
    for (String query : List.of("dry-run", "reason=x")) {
      relay
          .admin()
          .post(
              "/admin/v1/revocations?" + query,
              "{\"nobody\":true}",
              "Content-Type",
              "application/json")
          .assertProblem(400, "INVALID_REQUEST", "/");
    }
  }

  /** The older paths have no trial, and a reason only if one is given. */
  @Test
  void theOlderPathsNoteAReasonWhereTheyAreGivenOne() throws Exception {
    String[] json = {"Content-Type", "application/json"};
    String body = "{\"subject\":\"zoe\"}";
    Answer taken = relay.admin().post("/admin/revocations?reason=left", body, json);
    assertEquals(200, taken.status(), taken::toString);
    String id = URLEncoder.encode((String) taken.json().get("id"), StandardCharsets.UTF_8);
    assertEquals(
        204, relay.admin().send("DELETE", "/admin/revocations/" + id, new byte[0]).status());
    assertEquals("left", items("audit?action=revoke").getFirst().get("reason"));
    assertEquals("", items("audit?action=give-back").getFirst().get("reason"));
  }
}
