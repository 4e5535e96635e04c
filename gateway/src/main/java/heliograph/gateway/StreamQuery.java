package heliograph.gateway;

import heliograph.contract.Claims;
import heliograph.contract.Cursor;
import heliograph.contract.ErrorCode;
import heliograph.contract.Format;
import heliograph.contract.RelayException;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import heliograph.relay.Interest;
import io.helidon.common.parameters.Parameters;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.util.List;
import java.util.Optional;

/**
 * What a subscriber asks for.
 *
 * @param topics at least one
 * @param after the place to go on from; empty for live only
 */
record StreamQuery(
    List<TopicPattern> topics, List<TypePattern> types, Format format, Optional<Cursor> after) {

  /** The most topics, and the most types, of one request. */
  static final int MAX_PATTERNS = 50;

  private static final HeaderName LAST_EVENT_ID = HeaderNames.create("Last-Event-ID");

  /**
   * Reads the query and the header {@code Last-Event-ID}, which wins over the parameter.
   *
   * @throws RelayException INVALID_REQUEST or BAD_CURSOR
   */
  static StreamQuery of(ServerRequest request) {
    Parameters query = request.query();
    List<String> topics = all(query, "topic");
    Optional<String> lastEventId =
        request
            .headers()
            .first(LAST_EVENT_ID)
            .or(() -> query.first("lastEventId").asOptional())
            .filter(id -> !id.isEmpty());
    return new StreamQuery(
        topics.isEmpty()
            ? List.of(TopicPattern.ALL)
            : topics.stream().map(TopicPattern::new).toList(),
        all(query, "type").stream().map(TypePattern::new).toList(),
        query.first("format").asOptional().map(Format::parse).orElse(Format.PLAIN),
        lastEventId.map(Cursor::parse));
  }

  Interest interest(Claims claims) {
    return new Interest(claims, topics, types);
  }

  private static List<String> all(Parameters query, String name) {
    List<String> values = query.all(name, List::of);
    if (values.size() > MAX_PATTERNS) {
      throw new RelayException(
          ErrorCode.INVALID_REQUEST, name + ": at most " + MAX_PATTERNS + " of them");
    }
    return values;
  }
}
