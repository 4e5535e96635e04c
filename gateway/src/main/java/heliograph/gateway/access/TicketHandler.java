package heliograph.gateway.access;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.TopicPattern;
import heliograph.gateway.http.Bodies;
import heliograph.gateway.http.JsonAnswer;
import heliograph.gateway.http.KnownParameters;
import heliograph.gateway.http.MediaType;
import heliograph.gateway.json.Json;
import heliograph.gateway.json.JsonForm;
import heliograph.relay.Interest;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * The counter where a subscriber's token buys a ticket. The token comes in the header and nowhere
 * else, so that no page can have a ticket bought with a cookie. Any thread.
 */
final class TicketHandler {
  static final String TICKETS = "/v1/tickets";

  /** The most bytes of a request's body. */
  static final int MAX_BODY = 32 * 1024;

  private final Subscribers subscribers;
  private final Tickets tickets;
  private final Bodies bodies;
  private final InstantSource clock;

  TicketHandler(Subscribers subscribers, Tickets tickets, Bodies bodies, InstantSource clock) {
    this.subscribers = subscribers;
    this.tickets = tickets;
    this.bodies = bodies;
    this.clock = clock;
  }

  void register(HttpRules rules) {
    rules.post(TICKETS, this::sell);
  }

  private void sell(ServerRequest request, ServerResponse response) {
    subscribers.checkQuery(request, KnownParameters.Endpoint.TICKETS);
    Claims claims = subscribers.ofHeader(request);
    List<TopicPattern> topics;
    try (Bodies.Body body = bodies.unproven(MAX_BODY)) {
      byte[] raw = body.receive(request, response);
      MediaType.require(request.headers(), MediaType.JSON);
      topics = JsonForm.read(body.inflate(request.headers(), raw), Order.class).patterns();
    }
    String ticket = tickets.sell(claims, topics);
    JsonAnswer.in(response)
        .send(
            Json.object(
                json -> {
                  json.writeStringProperty("ticket", ticket);
                  json.writeNumberProperty("expiresIn", seconds(claims));
                }));
  }

  /** Not longer than the token: a stream would end as it began. */
  private long seconds(Claims claims) {
    long left = Duration.between(clock.instant(), claims.expires()).toSeconds();
    return Math.max(0, Math.min(left, Tickets.LIFE.toSeconds()));
  }

  /** Strict: who asks for something that we do not know would get more than it meant. */
  private static final class Order {
    private List<String> topics = List.of();

    private List<TopicPattern> patterns() {
      if (topics.isEmpty()) {
        throw invalid("topics: at least one is required");
      }
      if (topics.size() > Interest.MAX_PATTERNS) {
        throw invalid("topics: at most " + Interest.MAX_PATTERNS + " of them");
      }
      return topics.stream().map(TopicPattern::new).toList();
    }
  }

  private static RelayException invalid(String detail) {
    return new RelayException(ErrorCode.INVALID_REQUEST, detail);
  }
}
