package heliograph.relay;

import heliograph.contract.Attributes;
import heliograph.contract.Audience;
import heliograph.contract.Claims;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import heliograph.contract.TopicPattern;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * How the subscribers of a tenant differ, and an event that one of them may see: the others are
 * what must cost nothing. Each asks for some topics of its own and some that nobody publishes to.
 */
public enum Crowd {
  /** Each asks for one topic of its own. */
  EXACT,
  /** Each asks for everything below a segment of its own, beside a wildcard before it. */
  WILDCARD,
  /** All ask for everything, and the event names one of them: one cohort. */
  USERS,
  /** All ask for everything, and each has a role of its own: as many cohorts with one topic. */
  ROLES;

  static final Tenant TENANT = new Tenant("acme");

  /** The interest of the member with this number. */
  Interest interest(int number) {
    Set<String> roles = this == ROLES ? Set.of("r" + number) : Set.of("user");
    return new Interest(
        new Claims("u" + number, TENANT, roles, Instant.MAX), topics(number), List.of());
  }

  private List<TopicPattern> topics(int number) {
    return switch (this) {
      case EXACT -> List.of(new TopicPattern("orders.n" + number));
      case WILDCARD ->
          List.of(
              new TopicPattern("users.n" + number + ".>"), new TopicPattern("*.all.n" + number));
      case USERS, ROLES -> List.of(TopicPattern.ALL);
    };
  }

  /** For the member with this number and nobody else. */
  Event event(int number) {
    return new Event(
        "4711",
        "/publishers/bench",
        "bench.paid",
        TENANT,
        new Topic(
            switch (this) {
              case EXACT, USERS, ROLES -> "orders.n" + number;
              case WILDCARD -> "users.n" + number + ".orders";
            }),
        switch (this) {
          case EXACT, WILDCARD -> new Audience.Everyone();
          case USERS -> new Audience.Members(Set.of(), Set.of("u" + number));
          case ROLES -> new Audience.Members(Set.of("r" + number), Set.of());
        },
        Attributes.NONE,
        Payload.ABSENT);
  }
}
