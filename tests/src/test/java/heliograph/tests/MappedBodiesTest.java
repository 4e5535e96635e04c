package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bodies that cannot be shaped by who sends them: no 202 without all the events that they hold. */
class MappedBodiesTest {
  private static final String FORM = "application/x-www-form-urlencoded";

  @RegisterExtension
  static final Stage stage =
      Stage.of(
          """
          identity: { issuers: [%1$s] }
          publishers:
            - { name: backend, scheme: token, secrets: [%2$s], tenants: [acme] }
            - name: alerts
              scheme: token
              secrets: [%2$s]
              tenants: [acme]
              batch-events: 3
              mapping:
                each: /alerts
                id: "{/fingerprint}-{/status}"
                type: "alert.{/status}"
                topic: "alerts.{/labels/alertname}"
                subject: "{body:/receiver}"
                partitionkey: "{body:/groupKey}"
            - name: things
              scheme: token
              secrets: [%2$s]
              tenants: [acme]
              mapping:
                type: "thing.{/kind|'none'}"
                topic: "things"
                subject: "{/title|''}"
                time: "{/at|''}"
                partitionkey: "{/key|''}"
                users: "{/user|'alice'}"
            - name: first
              scheme: token
              secrets: [%2$s]
              tenants: [acme]
              mapping: { type: "{/0/type}", topic: first }
            - name: hashed
              scheme: token
              secrets: [%2$s]
              tenants: [acme]
              mapping: { id: "{digest}", type: hashed, topic: "seen.{now}" }
            - name: grouped
              scheme: token
              secrets: [%2$s]
              tenants: [acme]
              mapping: { id: "{/key|header:X-Key}", type: grouped, topic: groups }
            - name: forms
              scheme: token
              secrets: [%2$s]
              tenants: [acme]
              mapping:
                form: payload
                type: "form.{/kind|'plain'}"
                topic: forms
                subject: "{/From|''}"
          """);

  @RegisterExtension final Listener acme = new Listener(stage, "ops");

  private static Publisher sender(String name) {
    return Publisher.withKey(stage.relay(), name, Stage.KEY);
  }

  private static Map<String, Object> stored(Answer answer) {
    assertEquals(202, answer.status(), answer::toString);
    return answer.json();
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> results(Answer answer) {
    return (List<Map<String, Object>>) stored(answer).get("results");
  }

  private static String data(SseParser.Event frame) {
    String json = frame.data();
    return json.substring(json.indexOf(",\"data\":") + 8, json.length() - 1);
  }

  @Test
  void eachElementOfAnArrayIsAnEvent() throws Exception {
    String body = "\uFEFF [ {\"kind\":\"a\", \"n\": 1.0},\n{\"kind\":\"b\"} , 7 , null ]";
    List<Map<String, Object>> results = results(sender("things").json(body));

    assertEquals(4, results.size());
    assertEquals("{\"kind\":\"a\", \"n\": 1.0}", data(acme.next("thing.a")));
    assertEquals("{\"kind\":\"b\"}", data(acme.next("thing.b")));
    assertEquals("7", data(acme.next("thing.none")));
    assertEquals("null", data(acme.next("thing.none")));
  }

  @Test
  void anArrayInABodyIsNamedAndTheRestStaysInReach() throws Exception {
    String alert =
        "{\"status\":\"%s\",\"labels\":{\"alertname\":\"Disk full\"},\"fingerprint\":\"%s\"}";
    String body =
        "{\"receiver\":\"page\",\"groupKey\":\"{}:{x=\\\"y\\\"}\",\"alerts\":["
            + alert.formatted("firing", "f1")
            + ","
            + alert.formatted("resolved", "f2")
            + "]}";
    List<Map<String, Object>> results = results(sender("alerts").json(body));

    Map<String, Object> event = acme.nextData("alert.firing");
    assertEquals("f1-firing", event.get("id"));
    assertEquals("alerts.Disk-full", event.get("topic"));
    assertEquals("page", event.get("subject"));
    assertEquals("{}:{x=\"y\"}", event.get("partitionkey"));
    assertEquals("f2-resolved", acme.nextData("alert.resolved").get("id"));

    List<Map<String, Object>> again = results(sender("alerts").json(body));
    assertEquals(
        results.stream().map(it -> it.get("cursor")).toList(),
        again.stream().map(it -> it.get("cursor")).toList());
    assertTrue(again.stream().allMatch(it -> it.get("duplicate").equals(true)));
  }

  @Test
  void anArrayHasItsNumberAndHasToBeThere() throws Exception {
    String four =
        IntStream.range(0, 4).mapToObj(i -> "{\"n\":" + i + "}").collect(Collectors.joining(","));
    sender("alerts").json("{\"alerts\":[" + four + "]}").assertProblem(413, "TOO_LARGE");
    for (String body : List.of("{}", "{\"alerts\":null}", "{\"alerts\":{}}", "[]", "7")) {
      sender("alerts").json(body).assertProblem(422, "INVALID_EVENT", "/alerts");
    }
    assertEquals(List.of(), results(sender("alerts").json("{\"alerts\":[]}")));
    assertEquals(List.of(), results(sender("things").json("[]")));
  }

  @Test
  void ofAnArrayTheGoodEventsAreStoredAndWithoutAnyItIsRefused() throws Exception {
    String good = "{\"status\":\"firing\",\"labels\":{\"alertname\":\"a\"},\"fingerprint\":\"g1\"}";
    String bad = "{\"status\":\"firing\",\"labels\":{}}";
    List<Map<String, Object>> results =
        results(
            sender("alerts")
                .json(
                    "{\"groupKey\":\"k\",\"receiver\":\"r\",\"alerts\":["
                        + bad
                        + ","
                        + good
                        + "]}"));
    Answer.assertProblem(results.get(0), 422, "INVALID_EVENT", "/0/fingerprint");
    assertEquals("g1-firing", results.get(1).get("id"));
    acme.next("alert.firing");

    // Third parties look at the status alone.
    sender("alerts")
        .json("{\"alerts\":[" + bad + "]}")
        .assertProblem(422, "INVALID_EVENT", "/0/fingerprint");
  }

  @Test
  void oneOfSeveralIsNotTakenForAll() throws Exception {
    String one = "{\"type\":\"first.one\"}";
    sender("first").json("[" + one + "," + one + "]").assertProblem(422, "INVALID_EVENT", "/1");
    stored(sender("first").json("[" + one + "]"));
    assertEquals("[" + one + "]", data(acme.next("first.one")));
  }

  @Test
  void elementsThatShareAnIdAreNotTakenForOne() throws Exception {
    String body = "[{\"n\":1},{\"n\":2}]";
    List<Map<String, Object>> results =
        results(sender("grouped").post(Publisher.JSON, body, "X-Key", "k"));
    assertEquals(List.of("k.0", "k.1"), results.stream().map(it -> it.get("id")).toList());
    acme.next("grouped");
    acme.next("grouped");
    results = results(sender("grouped").post(Publisher.JSON, body, "X-Key", "k"));
    assertTrue(results.stream().allMatch(it -> it.get("duplicate").equals(true)));
  }

  @Test
  void anIdOfAnyLengthIsAnId() throws Exception {
    String key = "k".repeat(3000);
    Map<String, Object> one = stored(sender("grouped").json("{\"key\":\"" + key + "\"}"));
    assertEquals(64, ((String) one.get("id")).length(), one::toString);
    Map<String, Object> other = stored(sender("grouped").json("{\"key\":\"" + key + "k\"}"));
    assertNotEquals(one.get("id"), other.get("id"));
    acme.next("grouped");
    acme.next("grouped");
    Map<String, Object> again = stored(sender("grouped").json("{\"key\":\"" + key + "\"}"));
    assertEquals(one.get("cursor"), again.get("cursor"));
    // A line break is not a space in an id: what differs is not made one.
    assertNotEquals(
        stored(sender("grouped").json("{\"key\":\"a\\nb\"}")).get("id"),
        stored(sender("grouped").json("{\"key\":\"a b\"}")).get("id"));
    acme.next("grouped");
    acme.next("grouped");
  }

  @Test
  void aBodyIsKnownByItsHash() throws Exception {
    Map<String, Object> first = stored(sender("hashed").json("{\"n\":1}"));
    // printf '{"n":1}' | sha256sum
    assertEquals(
        "2bfd14f43d17fc7cea24e0917a8879b4b2f880b8baeec1b9d90fbaad655e71bd", first.get("id"));
    assertEquals(true, stored(sender("hashed").json("{\"n\":1}")).get("duplicate"));
    assertEquals(false, stored(sender("hashed").json("{\"n\":2}")).get("duplicate"));
    List<Map<String, Object>> both = results(sender("hashed").json("[{\"n\":1},{\"n\":3}]"));
    assertEquals(first.get("id"), both.get(0).get("id"), "of the element");
    assertEquals(List.of(true, false), both.stream().map(it -> it.get("duplicate")).toList());
    for (int i = 0; i < 3; i++) {
      assertTrue(
          ((String) acme.nextData("hashed").get("topic")).matches("seen\\.20[-0-9A-Z]+"), "now");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1525698237, 2018-05-07T13:03:57Z",
    "1525698237764, 2018-05-07T13:03:57.764Z",
    "1719500000.123, 2024-06-27T14:53:20.123Z",
    "\"1719500000.25\", 2024-06-27T14:53:20.250Z",
    "1.525698237764E12, 2018-05-07T13:03:57.764Z",
    "1525698237764123, 2018-05-07T13:03:57.764123Z",
    "1525698237764123456, 2018-05-07T13:03:57.764123456Z",
    "\"2021-02-25T15:02:10+01:00\", 2021-02-25T15:02:10+01:00",
  })
  void aTimeIsReadAsSendersWriteIt(String at, String time) throws Exception {
    Map<String, Object> answer = stored(sender("things").json("{\"at\":" + at + "}"));
    assertFalse(answer.containsKey("warnings"), answer::toString);
    assertEquals(time, acme.nextData("thing.none").get("time"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"at\":\"2021-02-25 15:02:10 UTC\" | /time",
        "\"at\":\"yesterday\"               | /time",
        "\"at\":\"99999999999999999999999\" | /time",
        "\"title\":\"LONG\"                 | /subject",
        "\"key\":\"LONG\"                   | /partitionkey",
      })
  void whatMayBeLeftOutIsLeftOutAndTold(String member, String pointer) throws Exception {
    String body = "{" + member.replace("LONG", "x".repeat(1025)) + "}";
    Map<String, Object> answer = stored(sender("things").json(body));

    List<?> warnings = (List<?>) answer.get("warnings");
    assertEquals(1, warnings.size());
    Map<?, ?> warning = (Map<?, ?>) warnings.getFirst();
    assertEquals(pointer, warning.get("pointer"));
    assertFalse(String.valueOf(warning.get("detail")).isBlank());
    Map<String, Object> event = acme.nextData("thing.none");
    if (pointer.equals("/time")) {
      assertTrue(event.containsKey("time"), "that of arrival");
    } else {
      assertFalse(event.containsKey(pointer.substring(1)), event::toString);
    }

    List<Map<String, Object>> results = results(sender("things").json("[{}," + body + "]"));
    assertFalse(results.get(0).containsKey("warnings"));
    warning = (Map<?, ?>) ((List<?>) results.get(1).get("warnings")).getFirst();
    assertEquals("/1" + pointer, warning.get("pointer"));
    acme.next();
    acme.next();
  }

  @Test
  void linesBecomeSpacesButNotInNames() throws Exception {
    stored(sender("things").json("{\"title\":\"Fix it\\n\\nmore\\u0085\\u0007\"}"));
    assertEquals("Fix it  more  ", acme.nextData("thing.none").get("subject"));
    for (String user : List.of("alice\\n", "al\\u0000ice", "alice,bob", " ")) {
      sender("things")
          .json("{\"user\":\"" + user + "\"}")
          .assertProblem(422, "INVALID_EVENT", user.isBlank() ? "/users" : "/user");
    }
  }

  @Test
  void nullIsDataAsFalseIs() throws Exception {
    for (String body : List.of("null", "false", " null ")) {
      stored(sender("things").json(body));
      assertEquals(body.strip(), data(acme.next("thing.none")));
    }
  }

  @Test
  void aFormIsReadByItsMembers() throws Exception {
    String body = "From=%2B49+30&Body=caf%C3%A9+%26+more&To=a&To=b&Empty=&Bare&&=x&kind=sms";
    stored(sender("forms").post(FORM, body));
    SseParser.Event frame = acme.next("form.sms");
    assertEquals("+49 30", Json.object(frame.data()).get("subject"));
    assertEquals(
        "{\"From\":\"+49 30\",\"Body\":\"café & more\",\"To\":[\"a\",\"b\"],\"Empty\":\"\","
            + "\"Bare\":\"\",\"\":\"x\",\"kind\":\"sms\"}",
        data(frame));
    stored(sender("forms").post(FORM + "; charset=UTF-8", ""));
    assertEquals("{}", data(acme.next("form.plain")));
  }

  @Test
  void jsonInAMemberOfAFormIsTheBody() throws Exception {
    String json = "%7B%22kind%22%3A%22json%22%2C+%22n%22%3A1.0%7D";
    stored(sender("forms").post(FORM, "x=1&payload=" + json));
    assertEquals("{\"kind\":\"json\", \"n\":1.0}", data(acme.next("form.json")));
    assertEquals(2, results(sender("forms").post(FORM, "payload=[1,%202]")).size());
    acme.next("form.plain");
    acme.next("form.plain");
    sender("forms").post(FORM, "payload=%7B").assertProblem(400, "INVALID_JSON");
    sender("forms").post(FORM, "payload=1&payload=2").assertProblem(400, "INVALID_REQUEST");
  }

  @ParameterizedTest
  @CsvSource({"a=%", "a=%4", "a=%zz", "%=1", "a=%ff", "a=%C0%A0", "a=%ED%A0%80", "a=%2g&b=1"})
  void whatIsNoFormIsNotGuessedAt(String body) throws Exception {
    sender("forms").post(FORM, body).assertProblem(400, "INVALID_REQUEST");
  }

  @Test
  void aFormHasItsBounds() throws Exception {
    for (byte[] body : new byte[][] {{'a', '=', (byte) 0xff}, {'a', '=', '\n'}}) {
      sender("forms").post(FORM, body).assertProblem(400, "INVALID_REQUEST");
    }
    String thousand =
        IntStream.range(0, 1000).mapToObj(i -> "a=" + i).collect(Collectors.joining("&"));
    stored(sender("forms").post(FORM, thousand));
    acme.next("form.plain");
    sender("forms").post(FORM, thousand + "&a=1").assertProblem(413, "TOO_LARGE");
    sender("forms").post(FORM, "n".repeat(1025) + "=1").assertProblem(400, "INVALID_JSON");
    sender("forms")
        .post(FORM + "; charset=latin1", "a=1")
        .assertProblem(415, "UNSUPPORTED_MEDIA_TYPE");
    sender("forms")
        .post("multipart/form-data; boundary=x", "--x--")
        .assertProblem(415, "UNSUPPORTED_MEDIA_TYPE");
    stage.post(FORM, "a=1").assertProblem(415, "UNSUPPORTED_MEDIA_TYPE");
  }

  @Test
  void textInHeadersIsUtf8OrRefused() throws Exception {
    byte[] euro = "Euro € 😀".getBytes(StandardCharsets.UTF_8);
    Answer answer = withKey(euro);
    assertEquals("Euro € 😀", stored(answer).get("id"));
    acme.next("grouped");
    withKey(new byte[] {'c', 'a', 'f', (byte) 0xe9}).assertProblem(422, "INVALID_EVENT", "/key");
  }

  private static Answer withKey(byte[] key) throws IOException {
    try (RawHttp client = stage.connect()) {
      client.send(
          "POST /v1/hooks/grouped HTTP/1.1\r\nHost: relay\r\nContent-Type: application/json\r\n"
              + "Authorization: Bearer "
              + Stage.KEY
              + "\r\nContent-Length: 2\r\nX-Key: ");
      client.send(key);
      return client.send("\r\n\r\n{}").answer();
    }
  }
}
