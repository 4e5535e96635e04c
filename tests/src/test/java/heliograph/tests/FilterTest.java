package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A subscriber's filter narrows what it gets, on every way to read, and tells nothing it may not
 * know.
 */
class FilterTest {
  @RegisterExtension
  static final Stage stage =
      Stage.with(
          """
          types:
            - type: pay
              masks:
                - { fields: [/iban], roles: [billing] }
                - { fields: [/salary], roles: [billing], with: redact }
          """);

  private static String publish(String tenant, String type, String data) throws Exception {
    return stage.publish(
        "{\"tenant\":\"%s\",\"topic\":\"t\",\"type\":\"%s\",\"partitionkey\":\"k\",\"data\":%s}"
            .formatted(tenant, type, data));
  }

  private static String filter(String expression) {
    return "filter=" + URLEncoder.encode(expression, StandardCharsets.UTF_8);
  }

  private static SseClient join(String tenant, String role, String query) throws Exception {
    return stage.join(stage.token(role, tenant, role), query);
  }

  private static Answer ask(String target) throws Exception {
    return stage
        .http()
        .get(target, "Authorization", "Bearer " + stage.token("ada", "polls", "support"));
  }

  @Test
  void onlyWhatIsWantedComesOnEveryWayToRead() throws Exception {
    String wanted = filter("data.total > 10 && event.type == 'order'");
    String start = publish("ways", "other", "0");
    try (SseClient live = join("ways", "support", "?" + wanted)) {
      publish("ways", "order", "{\"total\":11}");
      publish("ways", "order", "{\"total\":9}");
      publish("ways", "order", "\"no total\"");
      publish("ways", "visit", "{\"total\":12}");
      publish("ways", "order", "{\"total\":12.5}");
      publish("ways", "order", "{\"total\":1}");

      assertEquals("{\"total\":11}", live.next("order").data());
      assertEquals("{\"total\":12.5}", live.next("order").data());
      live.assertExhausted();
    }
    for (String query : List.of("?replay=2&", "?lastEventId=" + start + "&")) {
      try (SseClient late = join("ways", "support", query + wanted)) {
        assertEquals("{\"total\":11}", late.next("order").data(), query);
        assertEquals("{\"total\":12.5}", late.next("order").data(), query);
      }
    }
    try (SseClient dashboard = join("ways", "support", "?snapshot=true&" + wanted)) {
      assertEquals("{\"total\":12.5}", dashboard.next("order").data());
    }
  }

  @Test
  void pollsAreFilteredToo() throws Exception {
    String start = publish("polls", "order", "{\"total\":1}");
    publish("polls", "order", "{\"total\":20}");
    publish("polls", "order", "{\"total\":3}");

    String text = ask("/v1/events?after=" + start + "&" + filter("data.total > 10")).text();

    assertTrue(text.contains("{\"total\":20}"), text);
    assertFalse(text.contains("{\"total\":3}"), text);
  }

  @Test
  void aBadFilterIsRefusedWithItsPlace() throws Exception {
    for (String path : List.of("/v1/stream?", "/v1/events?")) {
      Answer answer = ask(path + filter("true && nobody == 1"));
      answer.assertProblem(400, "INVALID_REQUEST");
      assertTrue(answer.text().contains("filter: line 1, column 9"), answer.text());

      ask(path + filter("data.a.matches('(a+)+b')")).assertProblem(400, "INVALID_REQUEST");
      ask(path + filter("true || ".repeat(200) + "true")).assertProblem(400, "INVALID_REQUEST");
      ask(path + filter("(".repeat(500))).assertProblem(400, "INVALID_REQUEST");
      ask(path + "filter=").assertProblem(400, "INVALID_REQUEST");
      ask(path + filter("true") + "&" + filter("true")).assertProblem(400, "INVALID_REQUEST");
    }
  }

  @Test
  void whatAnEventCanNeverHaveIsNoQuestion() throws Exception {
    for (String probe :
        List.of("event.roles == 'support'", "has(event.users)", "event.data == 1")) {
      ask("/v1/events?" + filter(probe)).assertProblem(400, "INVALID_REQUEST");
    }
  }

  @Test
  void aFilterSeesNoMoreThanItsSubscriber() throws Exception {
    List<String> probes =
        List.of(
            "data.iban == 'DE02'",
            "data.iban.startsWith('D')",
            "has(data.iban)",
            "'iban' in data",
            "size(data) == 3",
            "data.salary == 9000",
            "data.salary > 1");
    for (String probe : probes) {
      try (SseClient support = join("probe", "support", "?" + filter(probe + " || data.end == 1"));
          SseClient billing = join("probe", "billing", "?" + filter("data.iban == 'DE02'"))) {
        publish("probe", "pay", "{\"iban\":\"DE02\",\"salary\":9000,\"name\":\"Ada\"}");
        publish("probe", "end", "{\"end\":1}");

        assertEquals("{\"end\":1}", support.next().data(), probe);
        assertTrue(billing.next("pay").data().contains("DE02"));
      }
    }
  }

  @Test
  void aFilterNeverWidens() throws Exception {
    try (SseClient mine = join("mine", "support", "?topic=t&type=pay&" + filter("true"))) {
      publish("theirs", "pay", "1");
      stage.publish("{\"tenant\":\"mine\",\"topic\":\"u\",\"type\":\"pay\",\"data\":2}");
      stage.publish(
          "{\"tenant\":\"mine\",\"topic\":\"t\",\"type\":\"pay\",\"roles\":\"billing\",\"data\":3}");
      publish("mine", "other", "4");
      publish("mine", "pay", "5");

      assertEquals("5", mine.next("pay").data());
      mine.assertExhausted();
    }
  }

  @Test
  void whoFiltersByTheSameSharesACohort() throws Exception {
    double before = stage.metric("heliograph_cohorts");
    String wanted = "?" + filter("data.total > 4711");
    try (SseClient one = join("cohort", "support", wanted);
        SseClient two = join("cohort", "support", wanted);
        SseClient other = join("cohort", "support", "?" + filter("data.total > 4712"))) {
      assertEquals(before + 2, stage.metric("heliograph_cohorts"));
      publish("cohort", "order", "{\"total\":4712}");
      publish("cohort", "order", "{\"total\":4713}");

      assertEquals("{\"total\":4712}", one.next("order").data());
      assertEquals("{\"total\":4712}", two.next("order").data());
      assertEquals("{\"total\":4713}", other.next("order").data());
      one.next("order");
      two.next("order");
    }
  }
}
