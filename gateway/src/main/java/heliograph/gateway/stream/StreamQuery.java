package heliograph.gateway.stream;

import heliograph.contract.Claims;
import heliograph.contract.Cursor;
import heliograph.contract.ErrorCode;
import heliograph.contract.Format;
import heliograph.contract.RelayException;
import heliograph.contract.Timestamp;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import heliograph.gateway.filter.Filters;
import heliograph.relay.Filter;
import heliograph.relay.Interest;
import heliograph.relay.Keep;
import heliograph.relay.Start;
import io.helidon.common.parameters.Parameters;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * What a subscriber asks for.
 *
 * @param topics at least one
 * @param start where to begin
 * @param window how long events are gathered for one write; zero for not at all
 * @param keep which of those that were gathered are sent
 * @param filter what is chosen among the events that match, as it was written; it is not compiled
 *     here, which takes longer than all of the rest, and is done for who was let in
 * @param heartbeat what is said in silence
 */
record StreamQuery(
    List<TopicPattern> topics,
    List<TypePattern> types,
    Format format,
    Start start,
    Duration window,
    Keep keep,
    Optional<String> filter,
    Heartbeat heartbeat) {

  /** The most that {@code replay} can ask for. */
  static final int MAX_REPLAY = 10_000;

  private static final HeaderName LAST_EVENT_ID = HeaderNames.create("Last-Event-ID");

  /**
   * Reads the query and the header {@code Last-Event-ID}, which wins over every parameter: a client
   * that reconnects sends it beside the address it began with.
   *
   * @param clock what {@code since} with a duration counts from
   * @throws RelayException INVALID_REQUEST or BAD_CURSOR
   */
  static StreamQuery ofStream(ServerRequest request, InstantSource clock) {
    Parameters query = request.query();
    Start start =
        lastEventId(request)
            .map(StreamQuery::after)
            .or(() -> past(query, clock))
            .orElseGet(() -> flag(query, "snapshot") ? new Start.Snapshot() : new Start.Live());
    return of(query, start);
  }

  /**
   * Whether the client names a final position: its stream was superseded, and it comes back by
   * itself.
   */
  static boolean isSuperseded(ServerRequest request) {
    return lastEventId(request).filter(id -> id.endsWith(Cursor.FINAL)).isPresent();
  }

  /** The place that the client names, as it names it; none if it is not one. */
  static Optional<String> place(ServerRequest request) {
    return lastEventId(request).filter(Cursor::isPlace);
  }

  private static Optional<String> lastEventId(ServerRequest request) {
    List<String> headers = request.headers().all(LAST_EVENT_ID, List::of);
    if (headers.size() > 1) {
      throw new RelayException(ErrorCode.INVALID_REQUEST, "Last-Event-ID: once");
    }
    return headers.stream()
        .findFirst()
        .or(() -> request.query().first("lastEventId").asOptional())
        .filter(id -> !id.isEmpty());
  }

  /** Where to begin without a position: of a time and a number of events the time counts. */
  private static Optional<Start> past(Parameters query, InstantSource clock) {
    return query
        .first("since")
        .asOptional()
        .map(since -> since(since, clock))
        .or(() -> query.first("replay").asOptional().map(StreamQuery::replay));
  }

  private static Start after(String id) {
    boolean isFinal = id.endsWith(Cursor.FINAL);
    return new Start.After(
        Cursor.parse(isFinal ? id.substring(0, id.length() - Cursor.FINAL.length()) : id));
  }

  /**
   * Reads the query of a client without SSE: the same, with {@code after} for the place. The header
   * of streams is refused: who sends it means to go on there.
   */
  static StreamQuery ofPoll(ServerRequest request, InstantSource clock) {
    if (request.headers().contains(LAST_EVENT_ID)) {
      throw new RelayException(
          ErrorCode.INVALID_REQUEST, "Last-Event-ID: not for polls; after is meant");
    }
    Parameters query = request.query();
    return of(
        query,
        query
            .first("after")
            .asOptional()
            .filter(id -> !id.isEmpty())
            .map(StreamQuery::after)
            .or(() -> past(query, clock))
            .orElseGet(Start.Live::new));
  }

  private static StreamQuery of(Parameters query, Start start) {
    List<String> topics = all(query, "topic");
    return new StreamQuery(
        topics.isEmpty()
            ? List.of(TopicPattern.ALL)
            : topics.stream().map(TopicPattern::new).toList(),
        all(query, "type").stream().map(TypePattern::new).toList(),
        Format.parse(query.first("format").orElse("plain"), query.first("event").orElse("type")),
        start,
        query.first("window").asOptional().map(StreamQuery::window).orElse(Duration.ZERO),
        flag(query, "latest") ? Keep.LATEST : Keep.EVERY,
        query.first("filter").asOptional(),
        Heartbeat.parse(query.first("heartbeat").orElse("comment")));
  }

  /** When the stream is written to. */
  StreamWriter.Pace pace() {
    return new StreamWriter.Pace(window, heartbeat);
  }

  private static Duration window(String text) {
    try {
      Duration window = Duration.parse(text);
      if (!window.isNegative()) {
        return window;
      }
    } catch (DateTimeException _) {
      // Refused below, like a negative one.
    }
    throw new RelayException(
        ErrorCode.INVALID_REQUEST, "window: a duration of ISO 8601, such as PT0.25S");
  }

  private static boolean flag(Parameters query, String name) {
    return switch (query.first(name).orElse("false")) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new RelayException(ErrorCode.INVALID_REQUEST, name + ": neither true nor false");
    };
  }

  private static Start since(String text, InstantSource clock) {
    try {
      return new Start.Since(
          text.startsWith("P")
              ? clock.instant().minus(Duration.parse(text))
              : Timestamp.parse(text));
    } catch (DateTimeException | ArithmeticException _) {
      throw new RelayException(
          ErrorCode.INVALID_REQUEST, "since: an RFC 3339 time, or a duration such as PT10M");
    }
  }

  private static Start replay(String text) {
    try {
      int events = Integer.parseInt(text);
      if (events >= 1 && events <= MAX_REPLAY) {
        return new Start.Last(events);
      }
    } catch (NumberFormatException _) {
      // Refused below, like a number out of bounds.
    }
    throw new RelayException(
        ErrorCode.INVALID_REQUEST, "replay: a whole number from 1 to " + MAX_REPLAY);
  }

  /**
   * What the request asks for, of what its caller may see.
   *
   * @throws RelayException NOT_ALLOWED for a topic of which the caller may see nothing, or
   *     INVALID_REQUEST for a filter that is none
   */
  Interest interest(Claims claims, Filters filters) {
    for (TopicPattern topic : topics) {
      if (claims.topics().stream().noneMatch(topic::overlaps)) {
        throw new RelayException(
            ErrorCode.NOT_ALLOWED, "topic: " + topic + " is not one this token may see");
      }
    }
    return new Interest(claims, topics, types, filter.map(filters::of).orElse(Filter.EVERY));
  }

  private static List<String> all(Parameters query, String name) {
    List<String> values = query.all(name, List::of);
    if (values.size() > Interest.MAX_PATTERNS) {
      throw new RelayException(
          ErrorCode.INVALID_REQUEST, name + ": at most " + Interest.MAX_PATTERNS + " of them");
    }
    return values;
  }
}
