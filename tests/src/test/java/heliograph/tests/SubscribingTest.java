package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Subscribing: who gets in, what subscribers ask for, and what they may see. */
class SubscribingTest {
  @RegisterExtension
  static final Stage stage =
      Stage.of(
          """
          identity: { issuers: [%s], cookie: session, query-parameter: token }
          publishers: [ { name: backend, scheme: token, secrets: [%s], tenants: ["*"] } ]
          stream: { heartbeat: PT0.1S }
          limits: { streams-per-user: 100 }
          """);

  @Test
  void topicsAndTypesChooseTheEvents() throws Exception {
    Map<String, List<Integer>> expected = new LinkedHashMap<>();
    expected.put("", List.of(0, 1, 2, 3, 4, 5, 6));
    expected.put("?topic=%3E", List.of(0, 1, 2, 3, 4, 5, 6));
    expected.put("?topic=>", List.of(0, 1, 2, 3, 4, 5, 6));
    expected.put("?topic=orders.>&type=order.paid", List.of(1, 3));
    expected.put("?topic=orders", List.of(0));
    expected.put("?topic=orders.42", List.of(1));
    expected.put("?topic=orders.*", List.of(1, 2));
    expected.put("?topic=orders.%3E", List.of(1, 2, 3));
    expected.put("?topic=*", List.of(0));
    expected.put("?topic=*.42", List.of(1));
    expected.put("?topic=*.*", List.of(1, 2, 4, 6));
    expected.put("?topic=*.*.*", List.of(3, 5));
    expected.put("?topic=orders.*.paid", List.of(3));
    expected.put("?topic=order", List.of());
    expected.put("?topic=ORDERS.42", List.of());
    expected.put("?topic=orders.42&topic=alerts.red", List.of(1, 4));
    expected.put("?topic=orders.%3E&topic=*.42&topic=%3E", List.of(0, 1, 2, 3, 4, 5, 6));
    expected.put("?type=order.paid", List.of(1, 3));
    expected.put("?type=order.*", List.of(0, 1, 2, 3));
    expected.put("?type=order*", List.of(0, 1, 2, 3));
    expected.put("?type=*", List.of(0, 1, 2, 3, 4, 5, 6));
    expected.put("?type=order.paid&type=alert", List.of(1, 3, 4, 5));
    expected.put("?type=Alert", List.of());
    expected.put("?topic=alerts.%3E&type=alert", List.of(4, 5));
    expected.put("?topic=orders.*&topic=alerts.red&type=order.paid&type=alert", List.of(1, 4));
    expected.put("?topic=orders.42&unknown=parameter", List.of(1));
    Map<String, SseClient> clients = new LinkedHashMap<>();
    for (String query : expected.keySet()) {
      clients.put(query, join("alice", "acme", query));
    }

    String[][] events = {
      {"orders", "order.opened"},
      {"orders.42", "order.paid"},
      {"orders.43", "order.opened"},
      {"orders.42.paid", "order.paid"},
      {"alerts.red", "alert"},
      {"alerts.red.now", "alert"},
      {"A-b_9.x", "other"},
    };
    String last = "";
    for (int i = 0; i < events.length; i++) {
      last =
          stage.publish(
              "{\"tenant\":\"acme\",\"topic\":\"%s\",\"type\":\"%s\",\"data\":%d}"
                  .formatted(events[i][0], events[i][1], i));
    }

    for (String query : expected.keySet()) {
      try (SseClient client = clients.get(query)) {
        // Also past what was not for it, by a position.
        client.awaitPosition(last);
        for (int i : expected.get(query)) {
          assertEquals(Integer.toString(i), client.next(events[i][1]).data(), query);
        }
        client.assertExhausted();
      }
    }
  }

  @Test
  void aTokenComesInOneOfThreeWays() throws Exception {
    String token = stage.token("alice", "acme");
    String[][] ways = {
      {"/v1/stream", "Authorization: Bearer " + token},
      {"/v1/stream", "authorization: bearer  " + token},
      {"/v1/stream", "Cookie: other=1; session=" + token + "; more=2"},
      {"/v1/stream?token=" + token},
      {"/v1/stream?topic=a&token=" + token + "&topic=b"},
      {"/v1/stream", "Authorization: Bearer " + token, "Cookie: session=stale"},
      {"/v1/stream?token=" + token, "Cookie: session=stale"},
    };
    for (String[] way : ways) {
      String[] headers = List.of(way).subList(1, way.length).toArray(String[]::new);
      try (SseClient client = stage.open(way[0], headers)) {
        assertEquals("acme", client.nextData("system.connected").get("tenant"));
      }
    }
  }

  @Test
  void aTokenInTwoPlacesIsRefused() throws Exception {
    String token = stage.token("alice", "acme");
    get("?token=" + token, "Authorization", "Bearer " + token)
        .assertProblem(400, "INVALID_REQUEST");
  }

  @Test
  void withoutATokenThereIsNoStream() throws Exception {
    String token = stage.token("alice", "acme");
    get("").assertProblem(401, "NO_CREDENTIALS");
    get("?access_token=" + token).assertProblem(401, "NO_CREDENTIALS");
    get("", "Cookie", "access_token=" + token).assertProblem(401, "NO_CREDENTIALS");
    get("", "Authorization", "Basic YTpi").assertProblem(401, "NO_CREDENTIALS");
    get("?token=").assertProblem(401, "BAD_TOKEN");
    get("", "Authorization", "Bearer " + Stage.KEY).assertProblem(401, "BAD_TOKEN");
  }

  @Test
  void onlyThoseSeeAnEventWhoMay() throws Exception {
    Map<String, SseClient> clients = new LinkedHashMap<>();
    clients.put("operator", join("olga", "acme", "", "operator"));
    clients.put("auditor and boss", join("abel", "acme", "", "auditor", "boss"));
    clients.put("alice", join("alice", "acme", ""));
    clients.put("operator of another", join("olga", "globex", "", "operator"));
    clients.put("alice of another", join("alice", "globex", ""));
    Map<String, List<Integer>> seen =
        Map.of(
            "operator", List.of(0, 1, 4, 5),
            "auditor and boss", List.of(0, 2, 4),
            "alice", List.of(0, 3, 4, 5),
            "operator of another", List.of(6, 7),
            "alice of another", List.of(6, 8));

    String[] events = {
      "\"tenant\":\"acme\"",
      "\"tenant\":\"acme\",\"roles\":\"operator\"",
      "\"tenant\":\"acme\",\"roles\":[\"boss\",\"nobody\"]",
      "\"tenant\":\"acme\",\"users\":\"alice\"",
      "\"tenant\":\"acme\",\"roles\":\"operator, auditor\",\"users\":[\"alice\"]",
      "\"tenant\":\"acme\",\"users\":[\"olga\",\"alice\"]",
      "\"tenant\":\"globex\"",
      "\"tenant\":\"globex\",\"roles\":\"operator\",\"users\":\"nobody\"",
      "\"tenant\":\"globex\",\"users\":\"alice\"",
      "\"tenant\":\"acme\",\"roles\":\"Operator\"",
      "\"tenant\":\"acme\",\"users\":\"operator\"",
      "\"tenant\":\"acme\",\"roles\":\"alice\"",
    };
    String acme = "";
    String globex = "";
    for (int i = 0; i < events.length; i++) {
      String cursor =
          stage.publish("{%s,\"topic\":\"t\",\"type\":\"e\",\"data\":%d}".formatted(events[i], i));
      if (events[i].contains("acme")) {
        acme = cursor;
      } else {
        globex = cursor;
      }
    }

    for (String who : clients.keySet()) {
      try (SseClient client = clients.get(who)) {
        client.awaitPosition(who.contains("another") ? globex : acme);
        for (int i : seen.get(who)) {
          assertEquals(Integer.toString(i), client.next("e").data(), who);
        }
        client.assertExhausted();
      }
    }
  }

  @Test
  void anotherTenantsEventsLeaveNoTrace() throws Exception {
    try (SseClient before = stage.open("/v1/stream", bearer("eve", "umbrella"))) {
      Object start = before.nextData("system.connected").get("cursor");
      stage.publish("acme", "secret", "1");
      before.awaitKeepalives(1, Deadline.USUAL);
      try (SseClient after = stage.open("/v1/stream", bearer("eve", "umbrella"))) {
        assertEquals(start, after.nextData("system.connected").get("cursor"));
      }
      assertEquals(start, before.lastEventId(), before.raw());
      before.assertExhausted();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "format=json",
        "format=",
        "format=CLOUDEVENTS",
        "topic=",
        "topic=.",
        "topic=a..b",
        "topic=a.",
        "topic=.a",
        "topic=a.%3E.b",
        "topic=%3E.a",
        "topic=a*",
        "topic=a.*b",
        "topic=**",
        "topic=a%20b",
        "topic=a/b",
        "topic=%C3%A9",
        "topic=a%00b",
        "topic=a%0Ab",
        "topic=ok&topic=not%20ok",
        "type=",
        "type=a*b",
        "type=**",
        "type=*a",
        "type=a%0Ab",
        "type=a%00",
      })
  void whatIsAskedForWronglyIsRefused(String query) throws Exception {
    get("?" + query, "Authorization", "Bearer " + stage.token("alice", "acme"))
        .assertProblem(400, "INVALID_REQUEST");
  }

  @ParameterizedTest
  @CsvSource({"topic, 200", "type, 256"})
  void whatIsAskedForHasItsBounds(String name, int longest) throws Exception {
    String token = stage.token("alice", "acme");
    String fifty = "?" + String.join("&", Collections.nCopies(50, name + "=a"));
    String most = fifty.replace(name + "=a", name + "=" + "a".repeat(longest));
    join("alice", "acme", most).close();

    get(fifty + "&" + name + "=a", "Authorization", "Bearer " + token)
        .assertProblem(400, "INVALID_REQUEST");
    get("?" + name + "=" + "a".repeat(longest + 1), "Authorization", "Bearer " + token)
        .assertProblem(400, "INVALID_REQUEST");
  }

  private static SseClient join(String subject, String tenant, String query, String... roles)
      throws Exception {
    return stage.join(stage.token(subject, tenant, roles), query);
  }

  private static Answer get(String query, String... headers) throws Exception {
    return stage.http().get("/v1/stream" + query, headers);
  }

  private static String bearer(String subject, String tenant) {
    return "Authorization: Bearer " + stage.token(subject, tenant);
  }
}
