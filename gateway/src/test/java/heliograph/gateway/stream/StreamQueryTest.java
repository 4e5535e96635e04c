package heliograph.gateway.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Claims;
import heliograph.contract.Cursor;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.StandardDialect;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import heliograph.gateway.filter.Filters;
import heliograph.relay.Filter;
import heliograph.relay.Interest;
import heliograph.relay.Keep;
import heliograph.relay.Start;
import heliograph.relay.StreamOptions;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a subscriber's request asks for, read from requests as a server of Helidon hands them on.
 */
class StreamQueryTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final InstantSource CLOCK = InstantSource.fixed(NOW);
  private static final Cursor PLACE = new Cursor("5rsd6na8", 16);
  private static final BlockingQueue<Read> READ = new LinkedBlockingQueue<>();

  private static final Claims ANYBODY =
      new Claims(
          "ann",
          new Tenant("acme"),
          Set.of(),
          List.of(TopicPattern.ALL),
          Instant.MAX,
          Claims.Proof.NONE);

  private static final Duration MAX_WINDOW = Duration.ofSeconds(5);

  private final Filters filters = new Filters(1 << 20);

  private static WebServer server;
  private static HttpClient client;

  /** What a request was read as, or why it was refused. */
  private record Read(Optional<?> value, Optional<RelayException> refused) {}

  @BeforeAll
  static void start() {
    server =
        WebServer.builder()
            .host("127.0.0.1")
            .port(0)
            .routing(
                routing ->
                    routing
                        .get(
                            "/stream",
                            (request, response) -> {
                              read(request, it -> StreamQuery.ofStream(it, MAX_WINDOW, CLOCK));
                              response.send();
                            })
                        .get(
                            "/poll",
                            (request, response) -> {
                              read(request, it -> StreamQuery.ofPoll(it, CLOCK));
                              response.send();
                            })
                        .get(
                            "/superseded",
                            (request, response) -> {
                              read(request, StreamQuery::isSuperseded);
                              response.send();
                            })
                        .get(
                            "/place",
                            (request, response) -> {
                              read(request, StreamQuery::place);
                              response.send();
                            }))
            .build()
            .start();
    client = HttpClient.newHttpClient();
  }

  @AfterAll
  static void stop() {
    client.close();
    server.stop();
  }

  private static void read(ServerRequest request, Function<ServerRequest, ?> reader) {
    try {
      READ.add(new Read(Optional.of(reader.apply(request)), Optional.empty()));
    } catch (RelayException refused) {
      READ.add(new Read(Optional.empty(), Optional.of(refused)));
    }
  }

  private static Read ask(String target, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:%d%s".formatted(server.port(), target)));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    assertEquals(
        200, client.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode());
    return READ.remove();
  }

  private static StreamQuery query(String target, String... headers) throws Exception {
    return (StreamQuery) ask(target, headers).value().orElseThrow();
  }

  private static Start startOf(String target, String... headers) throws Exception {
    return query(target, headers).start();
  }

  private static void assertRefused(ErrorCode code, String detail, String target, String... headers)
      throws Exception {
    RelayException refused = ask(target, headers).refused().orElseThrow();
    assertEquals(code, refused.code());
    assertEquals(detail, refused.detail());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/stream", "/poll"})
  void whoSaysNothingHasEverythingFromNowOn(String target) throws Exception {
    assertEquals(
        new StreamQuery(
            List.of(TopicPattern.ALL),
            List.of(),
            Optional.empty(),
            new Start.Live(),
            StreamOptions.of(StandardDialect.PLAIN),
            new Pace(Duration.ZERO, Heartbeat.COMMENT)),
        query(target));
  }

  @Test
  void allThatCanBeSaidIsRead() throws Exception {
    assertEquals(
        new StreamQuery(
            List.of(new TopicPattern("orders.*"), new TopicPattern("users.7")),
            List.of(new TypePattern("order.*"), new TypePattern("user.gone")),
            Optional.empty(),
            new Start.Snapshot(),
            StreamOptions.of(StandardDialect.CLOUDEVENTS_UNNAMED, Keep.LATEST),
            new Pace(Duration.ofMillis(250), Heartbeat.EVENT)),
        query(
            "/stream?topic=orders.*&topic=users.7&type=order.*&type=user.gone&format=cloudevents"
                + "&event=none&snapshot=true&window=PT0.25S&latest=true&heartbeat=event"));
  }

  @Test
  void aFilterIsCompiledOnceForWhoWasLetIn() throws Exception {
    String text = "event.type == \"a\"";
    StreamQuery stream = query("/stream?filter=event.type%20%3D%3D%20%22a%22");
    StreamQuery poll = query("/poll?filter=event.type%20%3D%3D%20%22a%22");

    assertEquals(Optional.of(text), stream.filter());
    Filter filter = stream.interest(ANYBODY, filters).filter();
    assertNotEquals(Filter.EVERY, filter);
    assertSame(filter, poll.interest(ANYBODY, filters).filter());
    StreamQuery wrong = query("/stream?filter=event.");
    RelayException refused =
        assertThrows(RelayException.class, () -> wrong.interest(ANYBODY, filters));
    assertEquals(ErrorCode.INVALID_REQUEST, refused.code());
  }

  @ParameterizedTest
  @CsvSource({
    "/stream?since=2026-01-01T00:00:00Z, 2026-01-01T00:00:00Z",
    "/poll?since=2026-01-01T00:00:00Z, 2026-01-01T00:00:00Z",
    "/stream?since=PT10M, 2026-01-02T02:54:05Z",
    "/poll?since=P1D, 2026-01-01T03:04:05Z",
    "/stream?since=PT10M&replay=5, 2026-01-02T02:54:05Z",
    "/poll?since=PT10M&replay=5, 2026-01-02T02:54:05Z",
    "/stream?since=PT10M&snapshot=true, 2026-01-02T02:54:05Z",
  })
  void aTimeIsWhereToBegin(String target, Instant time) throws Exception {
    assertEquals(new Start.Since(time), startOf(target));
  }

  @ParameterizedTest
  @CsvSource({
    "/stream?replay=1, 1",
    "/poll?replay=10000, 10000",
    "/stream?replay=7&snapshot=true, 7",
  })
  void aNumberOfEventsIsWhereToBegin(String target, int events) throws Exception {
    assertEquals(new Start.Last(events), startOf(target));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lastEventId=5rsd6na8-16",
        "lastEventId=5rsd6na8-16&since=PT10M&replay=5&snapshot=true",
        "lastEventId=5rsd6na8-16~",
      })
  void aPlaceCountsBeforeEveryOtherWord(String query) throws Exception {
    assertEquals(new Start.After(PLACE), startOf("/stream?" + query));
    assertEquals(
        new Start.After(PLACE),
        startOf("/poll?" + query.replace("lastEventId", "after").replace("&snapshot=true", "")));
  }

  @Test
  void theHeaderCountsBeforeTheAddressThatAClientBeganWith() throws Exception {
    assertEquals(
        new Start.After(PLACE),
        startOf("/stream?lastEventId=5rsd6na8-9", "Last-Event-ID", "5rsd6na8-16"));
    // A browser that has no id yet may send it empty; then there is none.
    assertEquals(new Start.Live(), startOf("/stream", "Last-Event-ID", ""));
    assertEquals(new Start.Live(), startOf("/stream?lastEventId="));
    assertEquals(new Start.Live(), startOf("/poll?after="));
  }

  @Test
  void aPollHasItsPlaceInTheQueryAlone() throws Exception {
    assertRefused(
        ErrorCode.INVALID_REQUEST,
        "Last-Event-ID: not for polls; after is meant",
        "/poll?after=5rsd6na8-9",
        "Last-Event-ID",
        "5rsd6na8-16");
  }

  @Test
  void aPlaceInTwoHeadersIsNotGuessedAt() throws Exception {
    assertRefused(
        ErrorCode.INVALID_REQUEST,
        "Last-Event-ID: once",
        "/stream",
        "Last-Event-ID",
        "5rsd6na8-16",
        "Last-Event-ID",
        "5rsd6na8-9");
  }

  @ParameterizedTest
  @ValueSource(strings = {"5rsd6na8", "5rsd6na8-", "-1", "5RSD-1", "5rsd6na8-01", "5rsd6na8-1~~"})
  void whatIsNoPlaceOfOursIsRefused(String text) throws Exception {
    String detail = "the last event id is not one that this relay gives out";
    assertRefused(ErrorCode.BAD_CURSOR, detail, "/stream", "Last-Event-ID", text);
    assertRefused(ErrorCode.BAD_CURSOR, detail, "/stream?lastEventId=" + text);
    assertRefused(ErrorCode.BAD_CURSOR, detail, "/poll?after=" + text);
    assertEquals(Optional.empty(), ask("/place?lastEventId=" + text).value().orElseThrow());
  }

  @ParameterizedTest
  @CsvSource({"5rsd6na8-16, false", "5rsd6na8-16~, true", "'', false", "~, true"})
  void whoNamesAFinalPositionWasSuperseded(String place, boolean superseded) throws Exception {
    assertEquals(superseded, ask("/superseded?lastEventId=" + place).value().orElseThrow());
    assertEquals(superseded, ask("/superseded", "Last-Event-ID", place).value().orElseThrow());
  }

  @Test
  void aPlaceIsToldAsTheClientNamesIt() throws Exception {
    assertEquals(
        Optional.of("5rsd6na8-16~"),
        ask("/place", "Last-Event-ID", "5rsd6na8-16~").value().orElseThrow());
    assertEquals(Optional.empty(), ask("/place").value().orElseThrow());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "window=1s        | window: a duration of ISO 8601, such as PT0.25S",
        "window=-PT1S     | window: a duration of ISO 8601, such as PT0.25S",
        "window=          | window: a duration of ISO 8601, such as PT0.25S",
        "latest=yes       | latest: neither true nor false",
        "latest=          | latest: neither true nor false",
        "since=yesterday  | since: an RFC 3339 time, or a duration such as PT10M",
        "since=           | since: an RFC 3339 time, or a duration such as PT10M",
        "since=P999999999999D | since: an RFC 3339 time, or a duration such as PT10M",
        "since=PT2562047788015215H | since: an RFC 3339 time, or a duration such as PT10M",
        "replay=0         | replay: a whole number from 1 to 10000",
        "replay=10001     | replay: a whole number from 1 to 10000",
        "replay=-1        | replay: a whole number from 1 to 10000",
        "replay=1.5       | replay: a whole number from 1 to 10000",
        "format=xml       | format: plain or cloudevents",
        "event=name       | event: type or none",
        "heartbeat=PT1S   | heartbeat: comment or event",
      })
  void whatIsWrittenWrongIsRefusedByName(String query, String detail) throws Exception {
    assertRefused(ErrorCode.INVALID_REQUEST, detail, "/stream?" + query);
    assertRefused(ErrorCode.INVALID_REQUEST, detail, "/poll?" + query);
  }

  @Test
  void aSnapshotIsYesOrNo() throws Exception {
    assertRefused(
        ErrorCode.INVALID_REQUEST, "snapshot: neither true nor false", "/stream?snapshot=1");
    assertEquals(new Start.Live(), startOf("/stream?snapshot=false"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"topic", "type"})
  void patternsHaveTheirNumber(String name) throws Exception {
    String most =
        String.join(
            "&",
            IntStream.range(0, Interest.MAX_PATTERNS).mapToObj(i -> name + "=a.n" + i).toList());
    StreamQuery query = query("/stream?" + most);
    assertEquals(
        Interest.MAX_PATTERNS, name.equals("topic") ? query.topics().size() : query.types().size());

    assertRefused(
        ErrorCode.INVALID_REQUEST,
        name + ": at most " + Interest.MAX_PATTERNS + " of them",
        "/stream?" + most + "&" + name + "=a.more");
  }

  @Test
  void whatIsAskedForIsHeldAgainstWhatMayBeSeen() throws Exception {
    Claims claims =
        new Claims(
            "alice",
            new Tenant("acme"),
            Set.of(),
            List.of(new TopicPattern("orders.>")),
            Instant.MAX,
            Claims.Proof.NONE);
    StreamQuery query = query("/stream?topic=orders.*&topic=*.7&type=a");

    assertEquals(
        new Interest(claims, query.topics(), query.types(), Filter.EVERY),
        query.interest(claims, filters));
    assertTrue(query("/stream").interest(claims, filters).topics().contains(TopicPattern.ALL));
    StreamQuery more = query("/stream?topic=orders.*&topic=invoices.7");
    RelayException refused =
        assertThrows(RelayException.class, () -> more.interest(claims, filters));
    assertEquals(ErrorCode.NOT_ALLOWED, refused.code());
    assertEquals("topic: invoices.7 is not one this token may see", refused.detail());
  }

  @Test
  void aWindowIsNoLongerThanTheOperatorAllows() throws Exception {
    assertEquals(MAX_WINDOW, query("/stream?window=PT9S").pace().window());
    assertEquals(Duration.ofSeconds(2), query("/stream?window=PT2S").pace().window());
  }
}
