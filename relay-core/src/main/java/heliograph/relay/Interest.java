package heliograph.relay;

import heliograph.contract.Claims;
import heliograph.contract.Event;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import java.time.Instant;
import java.util.List;

/**
 * What a subscriber wants to see and is allowed to: its claims and what it asked for. Subscriptions
 * with equal interest form a cohort.
 *
 * @param topics at least one; an event matches if one of them does
 * @param types none for every type
 */
public record Interest(Claims claims, List<TopicPattern> topics, List<TypePattern> types) {
  public Interest {
    if (topics.isEmpty()) {
      throw new IllegalArgumentException("an interest without a topic matches nothing");
    }
    topics = List.copyOf(topics);
    types = List.copyOf(types);
  }

  /**
   * The one place that decides who sees what. Live delivery, replay and catch-up all ask here. The
   * tenant comes first, so that nothing else about another tenant's event is even looked at.
   */
  public boolean matches(Event event, Instant now) {
    return event.tenant().equals(claims.tenant())
        && event.audience().admits(claims)
        && topics.stream().anyMatch(topic -> topic.matches(event.topic()))
        && (types.isEmpty() || types.stream().anyMatch(type -> type.matches(event.type())))
        && event.attributes().expires().isAfter(now);
  }
}
