package heliograph.relay;

import heliograph.contract.Claims;
import heliograph.contract.Event;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a subscriber wants to see and is allowed to see: its claims, and what it asked for.
 * Subscriptions whose {@link #shared} interest is equal form a cohort.
 *
 * @param topics at least one pattern, each once and sorted; an event matches if one of them does
 * @param types patterns, each once and sorted; an empty list stands for every type
 * @param filter the subscriber's choice among the events that match
 * @param sight whether this is of a subscriber or of an operator, who is shown other things
 */
public record Interest(
    Claims claims, List<TopicPattern> topics, List<TypePattern> types, Filter filter, Sight sight) {
  /** The most topics, and the most types, that one request may ask for. */
  public static final int MAX_PATTERNS = 50;

  private static final List<Rule> RULES = List.of(Rule.values());

  // No audience can name this, because the names of an audience are never blank.
  private static final String NOBODY = "";

  /** What has to hold for an event; the rules are asked in this order. */
  public enum Rule {
    /** The event is of the subscriber's tenant. */
    TENANT,
    /** The event is for everybody, for one of the subscriber's roles, or for the subscriber. */
    AUDIENCE,
    /** The subscriber's token allows the event's topic. */
    RIGHTS,
    /** The subscriber asked for the event's topic. */
    TOPIC,
    /** The subscriber asked for the event's type. */
    TYPE,
    /** The event has not expired. */
    EXPIRY
  }

  /** What of a tenant's events is shown. */
  public enum Sight {
    /** A subscriber's: the events for it, without what the masks hide from it. */
    OWN,
    /** An operator's: every event of the tenant, without any data; so no filter is shown data. */
    ATTRIBUTES,
    /** An operator's: every event of the tenant, without what the masks hide from some role. */
    DATA
  }

  public Interest {
    if (topics.isEmpty()) {
      throw new IllegalArgumentException("an interest without a topic matches nothing");
    }
    topics = eachOnce(topics, Comparator.comparing(TopicPattern::value));
    types = eachOnce(types, Comparator.comparing(TypePattern::value));
  }

  /** Makes the interest of a subscriber. */
  public Interest(
      Claims claims, List<TopicPattern> topics, List<TypePattern> types, Filter filter) {
    this(claims, topics, types, filter, Sight.OWN);
  }

  /**
   * The interest of an operator, who has no name, no roles and no token, and so is shown by masks
   * what nobody has a role for.
   *
   * @param sight not {@link Sight#OWN}
   */
  public static Interest ofOperator(
      Tenant tenant,
      List<TopicPattern> topics,
      List<TypePattern> types,
      Filter filter,
      Sight sight) {
    return new Interest(
        new Claims(NOBODY, tenant, Set.of(), Instant.MAX), topics, types, filter, sight);
  }

  /** Makes an interest in every event that matches, without a filter. */
  public Interest(Claims claims, List<TopicPattern> topics, List<TypePattern> types) {
    this(claims, topics, types, Filter.EVERY);
  }

  /** Sorts the patterns, so that equal ones in another order belong to the same cohort. */
  private static <T> List<T> eachOnce(List<T> patterns, Comparator<T> order) {
    if (patterns.size() < 2) {
      return List.copyOf(patterns);
    }
    SortedSet<T> sorted = new TreeSet<>(order);
    sorted.addAll(patterns);
    return List.copyOf(sorted);
  }

  /**
   * This interest as that of somebody who has no name and whose claims never end. It matches events
   * for everybody and for a role, which are the same for all who share it, and never an event that
   * is for a user alone.
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
    return new Interest(nameless, topics, types, filter, sight);
  }

  /**
   * Decides what the subscriber sees of an event. This is the one place that decides it: cohorts,
   * users that are named, replay and catch-up all ask here. The filter comes last and is shown no
   * more than the subscriber, or it would tell what is hidden.
   *
   * @param payer asks the filter; it is not called where there is none, or for an event that is not
   *     for the subscriber
   * @return the event, or the event without what the masks hide; empty if the subscriber sees
   *     nothing of it, or not now because the filter was not asked, which the payer knows
   */
  Optional<StoredEvent> view(StoredEvent stored, Masks masks, Instant now, Payer payer) {
    if (!matches(stored.event(), now)) {
      return Optional.empty();
    }
    Optional<StoredEvent> seen = shown(stored, masks);
    // The usual case comes first: a subscriber that has no filter.
    return filter == Filter.EVERY
            || seen.isEmpty()
            || seen.get().choice(filter, payer) == Payer.Choice.WANTED
        ? seen
        : Optional.empty();
  }

  /** Decides what the subscriber sees, with nobody who pays for the filter. */
  Optional<StoredEvent> view(StoredEvent stored, Masks masks, Instant now) {
    return view(stored, masks, now, Payer.NOBODY);
  }

  /** The event without what is hidden; empty if masks cannot be applied. */
  private Optional<StoredEvent> shown(StoredEvent stored, Masks masks) {
    return switch (sight) {
      case ATTRIBUTES -> Optional.of(stored.withoutData());
      case OWN, DATA -> masked(stored, masks);
    };
  }

  private Optional<StoredEvent> masked(StoredEvent stored, Masks masks) {
    long hiding = masks.hiding(stored.event().type(), claims.roles());
    return hiding == 0 ? Optional.of(stored) : stored.masked(hiding, masks);
  }

  /**
   * Why {@link #view} answers as it does, for whoever has to understand it.
   *
   * @param against the rules that keep the event from the subscriber
   * @param masked whether some of the data would be hidden
   * @param withheld whether masks would have to be applied and cannot be
   * @param wanted whether the subscriber's filter chooses what it would be shown
   */
  public record Explanation(Set<Rule> against, boolean masked, boolean withheld, boolean wanted) {
    /** Whether the subscriber sees the event. */
    public boolean delivered() {
      return against.isEmpty() && !withheld && wanted;
    }
  }

  /** Explains what {@link #view} would answer: asks every rule, even after one that says no. */
  public Explanation explain(StoredEvent stored, Masks masks, Instant now) {
    Set<Rule> against = EnumSet.noneOf(Rule.class);
    for (Rule rule : RULES) {
      if (!admits(rule, stored.event(), now)) {
        against.add(rule);
      }
    }
    Optional<StoredEvent> seen = shown(stored, masks);
    return new Explanation(
        against,
        seen.filter(shown -> shown != stored).isPresent(),
        seen.isEmpty(),
        seen.filter(filter::wants).isPresent());
  }

  /**
   * Whether the event is for the subscriber and one that it asked for, before masks and filter. The
   * rule about the tenant comes first, so that nothing else of another tenant's event is looked at.
   */
  public boolean matches(Event event, Instant now) {
    for (Rule rule : RULES) {
      if (!admits(rule, event, now)) {
        return false;
      }
    }
    return true;
  }

  private boolean admits(Rule rule, Event event, Instant now) {
    return switch (rule) {
      case TENANT -> event.tenant().equals(claims.tenant());
      case AUDIENCE ->
          switch (sight) {
            case OWN -> event.audience().admits(claims);
            // Operators look at what is for others; what they see of it is decided above.
            case ATTRIBUTES, DATA -> true;
          };
      case RIGHTS -> claims.mayKnow(event.topic());
      case TOPIC -> topics.stream().anyMatch(topic -> topic.matches(event.topic()));
      case TYPE -> types.isEmpty() || types.stream().anyMatch(type -> type.matches(event.type()));
      case EXPIRY -> event.attributes().expires().isAfter(now);
    };
  }
}
