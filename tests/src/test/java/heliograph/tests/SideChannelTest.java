package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Two tenants in which everything that Mallory may see is the same, and everything that she may not
 * is another: whatever she filters by and however she reads, byte by byte she is told the same, so
 * nothing she hears depends on what is hidden from her.
 */
class SideChannelTest {
  private static final List<String> WORLDS = List.of("world-a", "world-b");

  /** What one might want to know. Each is asked as it is, and turned around. */
  private static final List<String> QUESTIONS =
      List.of(
          "data.iban == 'DE02'",
          "data.iban.startsWith('D')",
          "has(data.iban)",
          "'iban' in data",
          "size(data) > 3",
          "size(data.iban) > 5",
          "data.salary == 9000",
          "data.salary > 1",
          "data.salary.contains('9')",
          "data.items[0].price == 9.9",
          "data.items[0].price > 5",
          "data.contains('secret')",
          "data == 'a secret'",
          "size(event) > 9",
          "event.partitionkey == 'k'",
          "true");

  private static final List<String> WAYS =
      List.of(
          "replay=100",
          "replay=1",
          "replay=2&format=cloudevents",
          "since=PT1H",
          "snapshot=true",
          "snapshot=true&latest=true",
          "replay=100&latest=true&window=PT0.01S");

  @RegisterExtension
  static final Stage stage =
      Stage.with(
          """
          # A heartbeat comes when it comes, so that the bytes would not be the same.
          stream: { heartbeat: PT1H }
          # Nobody is to be late for having many filters.
          limits:
            streams-per-user: 1000
            filter-time-per-tenant: PT1S
            filter-time-per-user: PT1S
          types:
            - type: pay
              masks:
                - { fields: [/iban], roles: [billing] }
                - { fields: [/salary], roles: [billing], with: redact }
                - { fields: ["/items/*/price"], roles: [billing], with: "null" }
          """);

  /** In both worlds as many events; of which Mallory sees the same. */
  private static void happen(String world) throws Exception {
    boolean a = world.equals("world-a");
    String more = a ? "billing" : "auditor,bosses";
    pay(world, 1, a ? "\"DE02\"" : "\"" + "x".repeat(20_000) + "\"", "\"roles\":\"support\"");
    // Newer than what she sees, and with the same key.
    others(world, 2, a ? "\"roles\":\"billing\"" : "\"users\":\"bob\"", a ? "k" : "z");
    pay(world, 3, a ? "[9000]" : "{\"b\":null}", "\"roles\":\"support,%s\"".formatted(more));
    publish(
        world,
        "pay",
        4,
        "\"datacontenttype\":\"text/plain\",\"data\":\"%s\"".formatted(a ? "a secret" : "other"));
    if (a) {
      publish("world-c", "pay", 4, "\"data\":{\"iban\":\"DE02\"}");
    }
    publish(world, "seen", 5, "\"partitionkey\":\"k\",\"data\":{\"total\":7}");
    publish(
        world,
        "late",
        6,
        "\"expirytime\":\"2020-01-01T00:00:00Z\",\"data\":{\"total\":%d}".formatted(a ? 7 : 8));
    others(world, 7, "\"topic\":\"%s\"".formatted(a ? "elsewhere" : "away.from.here"), "k");
    publish(world, "named", 8, "\"users\":\"mallory%s\",\"data\":1".formatted(a ? ",bob" : ""));
    publish(world, "end", 9, "\"partitionkey\":\"end\",\"data\":0");
  }

  private static void pay(String world, int n, String hidden, String audience) throws Exception {
    publish(
        world,
        "pay",
        n,
        "%s,\"partitionkey\":\"p%d\",\"data\":{\"iban\":%s,\"salary\":%s,\"items\":[{\"price\":%s}],\"name\":\"Ada\"}"
            .formatted(audience, n, hidden, hidden, hidden));
  }

  private static void others(String world, int n, String how, String key) throws Exception {
    String data = world.equals("world-a") ? "{\"total\":7,\"iban\":\"DE02\"}" : "\"a secret\"";
    publish(world, "seen", n, "%s,\"partitionkey\":\"%s\",\"data\":%s".formatted(how, key, data));
  }

  private static void publish(String world, String type, int n, String rest) throws Exception {
    String topic = rest.contains("\"topic\"") ? "" : "\"topic\":\"t\",";
    stage.publish(
        "{\"tenant\":\"%s\",%s\"type\":\"%s\",\"id\":\"%d\",\"time\":\"2026-01-01T00:00:00Z\",%s}"
            .formatted(world, topic, type, n, rest));
  }

  private static String token(String world) {
    return stage
        .token("mallory")
        .with("tenant", world)
        .with("roles", List.of("support"))
        .with("topics", List.of("t"))
        .signed();
  }

  /** The questions and their opposites; each also wants the last event, so that one can wait. */
  private static List<String> filters() {
    List<String> filters = new ArrayList<>();
    for (String question : QUESTIONS) {
      for (String asked : List.of(question, "!(" + question + ")", question + " ? false : true")) {
        String whole = "(" + asked + ") || event.type == 'end'";
        filters.add("filter=" + URLEncoder.encode(whole, StandardCharsets.UTF_8));
      }
    }
    return filters;
  }

  /** What she has heard up to the last event, without what is random. */
  private static String heard(SseClient stream) throws InterruptedException {
    while (!stream.next().type().equals("end")) {
      // Whatever it is, it is in what was heard.
    }
    return withoutNames(stream.raw());
  }

  /**
   * Without what differs from one stream to the next, whatever happens: names, and how often a
   * stream that reads the log is told its place, which is at the end of each of its turns.
   */
  private static String withoutNames(String text) {
    return text.replaceAll("world-[ab]", "world")
        .replaceAll("s_[0-9a-f]+", "s_")
        .replaceAll("id: [^\n]*\nevent: system\\.position\ndata: \\{}\n\n", "");
  }

  @Test
  void whatIsHiddenChangesNothingThatIsHeard() throws Exception {
    List<String> filters = filters();
    List<List<SseClient>> live = new ArrayList<>();
    for (String world : WORLDS) {
      List<SseClient> streams = new ArrayList<>();
      for (String filter : filters) {
        streams.add(stage.join(token(world), "?" + filter));
      }
      live.add(streams);
    }
    for (String world : WORLDS) {
      happen(world);
    }
    for (int i = 0; i < filters.size(); i++) {
      String one = heard(live.get(0).get(i));
      assertEquals(one, heard(live.get(1).get(i)), filters.get(i));
      assertFalse(one.contains("DE02") || one.contains("secret") || one.contains("9.9"), one);
    }
    for (List<SseClient> streams : live) {
      for (SseClient stream : streams) {
        stream.close();
      }
    }
    for (String filter : filters) {
      for (String way : WAYS) {
        assertEquals(read(WORLDS.get(0), way, filter), read(WORLDS.get(1), way, filter), filter);
      }
      assertEquals(poll(WORLDS.get(0), filter), poll(WORLDS.get(1), filter), filter);
    }
  }

  private static String read(String world, String way, String filter) throws Exception {
    try (SseClient stream = stage.join(token(world), "?" + way + "&" + filter)) {
      return heard(stream);
    }
  }

  /** All there is, page after page, and then nothing. */
  private static String poll(String world, String filter) throws Exception {
    String start = start(world);
    StringBuilder heard = new StringBuilder();
    for (String from :
        List.of(
            "after=" + start,
            "after=" + start.replace("-0", "-6"),
            "replay=100",
            "replay=2&latest=true",
            "since=PT1H",
            "x=1")) {
      heard.append(ask(world, from + "&" + filter).text()).append('\n');
    }
    return withoutNames(heard.toString());
  }

  private static Answer ask(String world, String query) throws Exception {
    Answer answer =
        stage.http().get("/v1/events?" + query, "Authorization", "Bearer " + token(world));
    assertEquals(200, answer.status(), answer::toString);
    return answer;
  }

  private static String start(String world) throws Exception {
    return ((String) ask(world, "").json().get("cursor")).replaceFirst("-.*", "-0");
  }

  /** Somebody who waits is not woken by what is not for her, nor told that it was there. */
  @Test
  void aPollThatWaitsWaitsOn() throws Exception {
    String wanted = "filter=" + URLEncoder.encode("data.total == 7", StandardCharsets.UTF_8);
    double open = stage.metric("heliograph_streams_open");
    try (var thread = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Answer> waiting = thread.submit(() -> ask("waiting", "wait=30&" + wanted));
      Deadline.await("it waits", () -> stage.metric("heliograph_streams_open") == open + 1);
      publish("waiting", "seen", 1, "\"roles\":\"billing\",\"data\":{\"total\":7}");
      publish("waiting", "seen", 2, "\"data\":{\"total\":8}");
      publish("waiting", "pay", 3, "\"datacontenttype\":\"text/plain\",\"data\":\"7\"");
      publish("waiting", "seen", 4, "\"data\":{\"total\":7}");

      List<?> events = (List<?>) waiting.get().json().get("events");
      assertEquals(1, events.size(), events::toString);
      assertEquals("4", ((Map<?, ?>) events.getFirst()).get("id"));
    }
  }
}
