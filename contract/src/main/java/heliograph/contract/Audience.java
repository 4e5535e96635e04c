package heliograph.contract;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/** Says who within the event's tenant may receive it. */
public sealed interface Audience {
  /** The most roles, and the most users, that an event can name. */
  int MAX_NAMES = 100;

  /** The longest name of a role or user, in characters. */
  int MAX_NAME = 128;

  /** The event is for everybody in the tenant, as it names neither roles nor users. */
  record Everyone() implements Audience {}

  /** The event is for subscribers with one of the roles, or with one of the subjects. */
  record Members(Set<String> roles, Set<String> users) implements Audience {
    public Members {
      roles = checked("roles", roles);
      users = checked("users", users);
      if (roles.isEmpty() && users.isEmpty()) {
        // An empty list is more often a publisher's mistake than its wish, and neither reading of
        // it
        // (nobody, everybody) would show. So it is refused.
        throw RelayException.invalid("roles", "roles and users: empty; leave out for everybody");
      }
    }
  }

  /** Whether the event is for a subscriber of its tenant with these claims. */
  default boolean admits(Claims claims) {
    return switch (this) {
      case Everyone() -> true;
      case Members(Set<String> roles, Set<String> users) ->
          users.contains(claims.subject()) || !Collections.disjoint(roles, claims.roles());
    };
  }

  private static Set<String> checked(String member, Collection<String> names) {
    if (names.size() > MAX_NAMES) {
      throw RelayException.invalid(member, member + ": over " + MAX_NAMES + " names");
    }
    Set<String> checked = new LinkedHashSet<>();
    for (String name : names) {
      if (name.isBlank() || name.length() > MAX_NAME || Texts.hasControls(name)) {
        throw RelayException.invalid(
            member, member + ": a name is 1 to " + MAX_NAME + " characters without controls");
      }
      checked.add(name);
    }
    return Collections.unmodifiableSet(checked);
  }
}
