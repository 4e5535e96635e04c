package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request says counts, or the answer tells why not; nothing of it is passed over. */
class StrictRequestsTest {
  @RegisterExtension static final Stage stage = Stage.with("");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/stream?topics=orders.*            | topics: unknown; topic is meant, once for each",
        "/v1/stream?topic%5B%5D=orders.*       | topic[]: unknown; topic is meant, once for each",
        "/v1/stream?types=order.paid           | types: unknown; type is meant, once for each",
        "/v1/stream?Topic=orders.*             | Topic: unknown; topic is meant, once for each",
        "/v1/stream?last-event-id=a-1          | last-event-id: unknown; lastEventId is meant",
        "/v1/stream?lastEventID=a-1            | lastEventID: unknown; lastEventId is meant",
        "/v1/stream?filters=true               | filters: unknown; filter is meant",
        "/v1/stream?after=a-1                  | after: not for streams; lastEventId is meant",
        "/v1/stream?wait=5                     | wait: not for streams",
        "/v1/stream?lastEventId=a-1&lastEventId=a-2 | lastEventId: once",
        "/v1/stream?since=PT1M&since=PT2M      | since: once",
        "/v1/stream?replay=1&replay=1          | replay: once",
        "/v1/stream?format=plain&format=plain  | format: once",
        "/v1/stream?window=PT1S&window=PT1S    | window: once",
        "/v1/stream?filter=true&filter=true    | filter: once",
        "/v1/events?topics=orders.*            | topics: unknown; topic is meant, once for each",
        "/v1/events?afters=a-1                 | afters: unknown; after is meant",
        "/v1/events?lastEventId=a-1            | lastEventId: not for polls; after is meant",
        "/v1/events?window=PT1S                | window: not for polls",
        "/v1/events?snapshot=true              | snapshot: not for polls",
        "/v1/events?format=cloudevents         | format: not for polls",
        "/v1/events?event=none                 | event: not for polls",
        "/v1/stream?events=none                | events: unknown; event is meant",
        "/v1/events?after=a-1&after=a-2        | after: once",
        "/v1/events?wait=1&wait=2              | wait: once",
        "/v1/events?ticket=x                   | ticket: not for polls",
        "/v1/status?topic=orders.*             | topic: not for the status",
      })
  void aParameterThatWouldNotCountIsNamed(String target, String detail) throws Exception {
    Answer answer = get(target);

    answer.assertProblem(400, "INVALID_REQUEST");
    assertEquals(detail, answer.json().get("detail"));
  }

  @Test
  void whereATicketIsBoughtTheQueryIsReadAsWell() throws Exception {
    Answer answer =
        stage
            .http()
            .post(
                "/v1/tickets?topic=orders.*",
                "{\"topics\":[\">\"]}",
                "Authorization",
                bearer(),
                "Content-Type",
                "application/json");

    answer.assertProblem(400, "INVALID_REQUEST");
    assertEquals("topic: not for tickets", answer.json().get("detail"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"_=1733000000", "t=1", "cb=x", "nocache", "time=1", "utm_source=mail"})
  void whatOthersAddIsPassedOver(String parameter) throws Exception {
    assertEquals(200, get("/v1/events?" + parameter).status());
    stage.join(stage.token("ada", "acme"), "?" + parameter).close();
  }

  /** It is no secret, and needs no look at who asks: that may use up what is good once. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/stream?topics=a     | topics: unknown; topic is meant, once for each",
        "/v1/stream?window=soon  | window: a duration of ISO 8601, such as PT0.25S",
        "/v1/events?topics=a     | topics: unknown; topic is meant, once for each",
        "/v1/events?replay=0     | replay: a whole number from 1 to 10000",
        "/v1/events?wait=long    | wait: whole seconds from 0 to 60",
        "/v1/status?topic=a      | topic: not for the status",
      })
  void whatIsWrongWithTheQueryIsToldToAnybody(String target, String detail) throws Exception {
    Answer answer = stage.http().get(target);

    answer.assertProblem(400, "INVALID_REQUEST");
    assertEquals(detail, answer.json().get("detail"));
  }

  @Test
  void whatIsWrongWithARenewalsQueryIsToldToAnybody() throws Exception {
    Answer answer = stage.http().post("/v1/streams/s_0/token?topic=a", "");

    answer.assertProblem(400, "INVALID_REQUEST");
    assertEquals("topic: not for renewals", answer.json().get("detail"));
  }

  /** To compile one takes longer than all of the rest, so it is not done for anybody. */
  @Test
  void aFilterIsReadForWhoWasLetInAlone() throws Exception {
    stage.http().get("/v1/stream?filter=(").assertProblem(401, "NO_CREDENTIALS");
    stage.http().get("/v1/events?filter=(").assertProblem(401, "NO_CREDENTIALS");
    get("/v1/stream?filter=(").assertProblem(400, "INVALID_REQUEST");
    get("/v1/events?filter=(").assertProblem(400, "INVALID_REQUEST");
  }

  @Test
  void aPositionInTwoHeadersIsRefused() throws Exception {
    Answer answer = raw("/v1/stream", "Last-Event-ID: a-1", "Last-Event-ID: a-2");

    answer.assertProblem(400, "INVALID_REQUEST");
    assertEquals("Last-Event-ID: once", answer.json().get("detail"));
  }

  @Test
  void aPollDoesNotPassOverTheHeaderOfStreams() throws Exception {
    Answer answer = raw("/v1/events", "Last-Event-ID: a-1");

    answer.assertProblem(400, "INVALID_REQUEST");
    assertEquals("Last-Event-ID: not for polls; after is meant", answer.json().get("detail"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/event-stream;q=0, */*", "text/*;q=0, */*;q=0.5", "text/html"})
  void whoTakesNoStreamGetsNone(String accept) throws Exception {
    stage
        .http()
        .get("/v1/stream", "Authorization", bearer(), "Accept", accept)
        .assertProblem(406, "NOT_ACCEPTABLE");
  }

  @Test
  void aPollBeginsInThePastAsAStreamDoes() throws Exception {
    for (int i = 0; i < 4; i++) {
      stage.publish("past", "orders." + i, Integer.toString(i));
    }

    assertEquals(List.of(1, 2, 3), polled("past", "?replay=3"));
    assertEquals(List.of(3), polled("past", "?replay=3&topic=orders.3"));
    assertEquals(List.of(0, 1, 2, 3), polled("past", "?since=PT1H"));
    assertEquals(List.of(0, 1, 2, 3), polled("past", "?since=PT1H&replay=1"));
    assertEquals(List.of(), polled("past", ""));
    String cursor = stage.publish("past", "orders.4", "4");
    stage.publish("past", "orders.5", "5");
    assertEquals(List.of(5), polled("past", "?replay=3&after=" + cursor));
    assertEquals(List.of(3, 4, 5), polled("past", "?replay=3&after="));
    get("/v1/events?replay=0").assertProblem(400, "INVALID_REQUEST");
    get("/v1/events?since=yesterday").assertProblem(400, "INVALID_REQUEST");
  }

  @Test
  void aPollTellsTheNewestOfEachKeyWhereItIsAskedTo() throws Exception {
    for (int i = 0; i < 4; i++) {
      stage.publish(
          "{\"tenant\":\"keys\",\"topic\":\"t\",\"type\":\"e\",\"partitionkey\":\"k%d\",\"data\":%d}"
              .formatted(i % 2, i));
    }

    assertEquals(List.of(0, 1, 2, 3), polled("keys", "?replay=4"));
    assertEquals(List.of(2, 3), polled("keys", "?replay=4&latest=true"));
  }

  @Test
  void aFilterKnowsTheTenantAndNotTheAudience() throws Exception {
    stage.publish("mine", "t", "1");

    assertEquals(List.of(1), polled("mine", "?replay=1&filter=" + url("event.tenant == 'mine'")));
    assertEquals(List.of(), polled("mine", "?replay=1&filter=" + url("event.tenant != 'mine'")));
    get("/v1/events?filter=" + url("has(event.roles)")).assertProblem(400, "INVALID_REQUEST");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2016-12-31T23:59:60Z", "1990-12-31T15:59:60-08:00"})
  void aLeapSecondIsATime(String time) throws Exception {
    String tenant = "leap" + time.length();
    stage.publish(
        """
        {"tenant":"%s","topic":"t","type":"e","time":"%s","data":1}\
        """
            .formatted(tenant, time));

    assertTrue(poll(tenant, "?replay=1").text().contains("\"time\":\"" + time + "\""));
    assertEquals(List.of(1), polled(tenant, "?since=" + url("2016-12-31T23:59:60Z")));
    stage
        .post(
            "application/json",
            """
            {"tenant":"%s","topic":"t","type":"e","time":"2016-12-31T23:58:60Z"}\
            """
                .formatted(tenant))
        .assertProblem(422, "INVALID_EVENT", "/time");
  }

  private static List<Object> polled(String tenant, String query) throws Exception {
    Object events = poll(tenant, query).json().get("events");
    return ((List<?>) events)
        .stream()
            .<Object>map(event -> ((Number) ((Map<?, ?>) event).get("data")).intValue())
            .toList();
  }

  private static Answer poll(String tenant, String query) throws Exception {
    Answer answer =
        stage
            .http()
            .get("/v1/events" + query, "Authorization", "Bearer " + stage.token("ada", tenant));
    assertEquals(200, answer.status(), answer.text());
    return answer;
  }

  private static Answer get(String target) throws Exception {
    return stage.http().get(target, "Authorization", bearer());
  }

  private static Answer raw(String target, String... headers) throws Exception {
    try (RawHttp http = stage.connect()) {
      http.send(
          "GET %s HTTP/1.1\r\nHost: relay\r\nAuthorization: %s\r\n%s\r\n\r\n"
              .formatted(target, bearer(), String.join("\r\n", headers)));
      return http.answer();
    }
  }

  private static String bearer() {
    return "Bearer " + stage.token("ada", "acme");
  }

  private static String url(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
