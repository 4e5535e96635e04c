package heliograph.gateway.stream;

import heliograph.contract.Claims;
import heliograph.contract.Cursor;
import heliograph.contract.Dialect;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.StandardDialect;
import heliograph.contract.Timestamp;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import heliograph.gateway.filter.Filters;
import heliograph.relay.Filter;
import heliograph.relay.Interest;
import heliograph.relay.Keep;
import heliograph.relay.Start;
import heliograph.relay.StreamOptions;
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
 * @param topics the topics, at least one
 * @param types the types; empty for all
 * @param filter the condition on events, as it was written; compiling takes longer than all of the
 *     rest, so that is done only for a caller that was let in
 * @param start where to begin
 * @param options how the stream is kept up and spoken to
 * @param pace when and in which pieces it is written
 */
record StreamQuery(
    List<TopicPattern> topics,
    List<TypePattern> types,
    Optional<String> filter,
    Start start,
    StreamOptions options,
    Pace pace) {

  /** The most events that {@code replay} can ask for. */
  static final int MAX_REPLAY = 10_000;

  private static final HeaderName LAST_EVENT_ID = HeaderNames.create("Last-Event-ID");

  /**
   * Reads the query and the header {@code Last-Event-ID}, which wins over every parameter: a client
   * that reconnects sends it together with the address with which it began.
   *
   * @param maxWindow the longest time for which events are gathered
   * @param clock the time from which {@code since} counts back, if that is a duration
   * @throws RelayException INVALID_REQUEST or BAD_CURSOR
   */
  static StreamQuery ofStream(ServerRequest request, Duration maxWindow, InstantSource clock) {
    Parameters query = request.query();
    Start start =
        resumed(request)
            .or(() -> past(query, clock))
            .orElseGet(() -> flag(query, "snapshot") ? new Start.Snapshot() : new Start.Live());
    return of(query, start, maxWindow);
  }

  /**
   * Where a client goes on that names a position.
   *
   * @throws RelayException BAD_CURSOR if that is none
   */
  static Optional<Start> resumed(ServerRequest request) {
    return lastEventId(request).map(StreamQuery::after);
  }

  /**
   * Whether the client names a final position: its stream was superseded, and it comes back by
   * itself.
   */
  static boolean isSuperseded(ServerRequest request) {
    return lastEventId(request).filter(id -> id.endsWith(Cursor.FINAL)).isPresent();
  }

  /** The position that the client names, as it wrote it; empty if that is no position. */
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

  /**
   * Where to begin without a position. If the query has both a time and a number of events, the
   * time counts.
   */
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
   * Reads the query of a client without SSE. It has the parameters of streams, with {@code after}
   * for the position. The header of streams is refused: a client that sends it means to go on
   * there.
   *
   * @param clock the time from which {@code since} counts back, if that is a duration
   * @throws RelayException INVALID_REQUEST or BAD_CURSOR
   */
  static StreamQuery ofPoll(ServerRequest request, InstantSource clock) {
    if (request.headers().contains(LAST_EVENT_ID)) {
      throw new RelayException(
          ErrorCode.INVALID_REQUEST, "Last-Event-ID: not for polls; after is meant");
    }
    Parameters query = request.query();
    return of(
        query,
        polledAfter(query).or(() -> past(query, clock)).orElseGet(Start.Live::new),
        Duration.ZERO);
  }

  /**
   * Where a poll goes on that names a position.
   *
   * @throws RelayException BAD_CURSOR if that is none
   */
  static Optional<Start> polledAfter(Parameters query) {
    return query.first("after").asOptional().filter(id -> !id.isEmpty()).map(StreamQuery::after);
  }

  private static StreamQuery of(Parameters query, Start start, Duration maxWindow) {
    List<String> topics = all(query, "topic");
    return new StreamQuery(
        topics.isEmpty()
            ? List.of(TopicPattern.ALL)
            : topics.stream().map(TopicPattern::new).toList(),
        all(query, "type").stream().map(TypePattern::new).toList(),
        query.first("filter").asOptional(),
        start,
        StreamOptions.of(
            dialect(query.first("format").orElse("plain"), query.first("event").orElse("type")),
            flag(query, "latest") ? Keep.LATEST : Keep.EVERY),
        new Pace(
            query
                .first("window")
                .asOptional()
                .map(text -> shorter(window(text), maxWindow))
                .orElse(Duration.ZERO),
            Heartbeat.parse(query.first("heartbeat").orElse("comment"))));
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private static Dialect dialect(String format, String event) {
    boolean named =
        switch (event) {
          case "type" -> true;
          case "none" -> false;
          default -> throw new RelayException(ErrorCode.INVALID_REQUEST, "event: type or none");
        };
    return switch (format) {
      case "plain" -> named ? StandardDialect.PLAIN : StandardDialect.PLAIN_UNNAMED;
      case "cloudevents" ->
          named ? StandardDialect.CLOUDEVENTS : StandardDialect.CLOUDEVENTS_UNNAMED;
      default ->
          throw new RelayException(ErrorCode.INVALID_REQUEST, "format: plain or cloudevents");
    };
  }

  private static Duration window(String text) {
    try {
      Duration window = Duration.parse(text);
      if (!window.isNegative()) {
        return window;
      }
    } catch (DateTimeException _) {
      // It is refused below, like a negative one.
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
      // It is refused below, like a number out of bounds.
    }
    throw new RelayException(
        ErrorCode.INVALID_REQUEST, "replay: a whole number from 1 to " + MAX_REPLAY);
  }

  /**
   * What the request asks for, within what its caller may see.
   *
   * @throws RelayException NOT_ALLOWED if the caller may see nothing of a topic, INVALID_REQUEST if
   *     the filter is wrong
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
