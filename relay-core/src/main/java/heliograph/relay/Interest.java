package heliograph.relay;

import heliograph.contract.Claims;
import heliograph.contract.Event;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a subscriber wants to see and is allowed to: its claims and what it asked for. Subscriptions
 * whose {@link #shared} interest is equal form a cohort.
 *
 * @param topics at least one; an event matches if one of them does; each once, in order
 * @param types none for every type; each once, in order
 * @param filter what it chooses among the events that match
 */
public record Interest(
    Claims claims, List<TopicPattern> topics, List<TypePattern> types, Filter filter) {
  // No audience can name it, because the names of an audience are never blank.
  private static final String NOBODY = "";

  public Interest {
    if (topics.isEmpty()) {
      throw new IllegalArgumentException("an interest without a topic matches nothing");
    }
    topics = eachOnce(topics, Comparator.comparing(TopicPattern::value));
    types = eachOnce(types, Comparator.comparing(TypePattern::value));
  }

  /** Without a choice of its own: every event that matches. */
  public Interest(Claims claims, List<TopicPattern> topics, List<TypePattern> types) {
    this(claims, topics, types, Filter.EVERY);
  }

  /** In an order of our own: who asks for the same in another way belongs to the same cohort. */
  private static <T> List<T> eachOnce(List<T> patterns, Comparator<T> order) {
    if (patterns.size() < 2) {
      return List.copyOf(patterns);
    }
    SortedSet<T> sorted = new TreeSet<>(order);
    sorted.addAll(patterns);
    return List.copyOf(sorted);
  }

  /**
   * The same interest of somebody without a name, whose claims never end. It matches what is for
   * everybody and for a role, and so the same for all who share it; what is for a user it never
   * does.
   */
  Interest shared() {
    Claims nameless =
        new Claims(
            NOBODY,
            claims.tenant(),
            claims.roles(),
            claims.topics(),
            Instant.MAX,
            Claims.Proof.NONE);
    return new Interest(nameless, topics, types, filter);
  }

  /**
   * What the subscriber sees of an event: the one place that decides it. Cohorts, users that are
   * named, replay and catch-up all ask here. The filter comes last and is shown no more than the
   * subscriber is, or it would tell what is hidden.
   *
   * @return the event, or the same without what the masks hide; empty if it sees nothing of it
   */
  Optional<StoredEvent> view(StoredEvent stored, Masks masks, Instant now) {
    Event event = stored.event();
    if (!matches(event, now)) {
      return Optional.empty();
    }
    long hiding = masks.hiding(event.type(), claims.roles());
    Optional<StoredEvent> seen = hiding == 0 ? Optional.of(stored) : stored.masked(hiding, masks);
    // Where nothing is chosen, as it mostly is, nothing is asked.
    return filter == Filter.EVERY || seen.isEmpty() || filter.wants(seen.get())
        ? seen
        : Optional.empty();
  }

  /**
   * Whether the event is for the subscriber, and one that it asked for, before masks and filter.
   * The tenant comes first, so that nothing else about another tenant's event is even looked at.
   */
  public boolean matches(Event event, Instant now) {
    return event.tenant().equals(claims.tenant())
        && event.audience().admits(claims)
        && claims.mayKnow(event.topic())
        && topics.stream().anyMatch(topic -> topic.matches(event.topic()))
        && (types.isEmpty() || types.stream().anyMatch(type -> type.matches(event.type())))
        && event.attributes().expires().isAfter(now);
  }
}
