package heliograph.relay;

import heliograph.contract.Claims;
import heliograph.contract.Tenant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;

/**
 * The streams that may be superseded, of each user in the order in which they were opened. Under
 * the lock of OpenStreams.
 */
final class UserStreams {
  private record User(Tenant tenant, String subject) {
    static User of(Claims claims) {
      return new User(claims.tenant(), claims.subject());
    }
  }

  private final Limits limits;
  private final Map<User, SequencedSet<Subscription>> streams = new HashMap<>();

  UserStreams(Limits limits) {
    this.limits = limits;
  }

  void add(Subscription stream) {
    streams.computeIfAbsent(User.of(stream.claims()), _ -> new LinkedHashSet<>()).add(stream);
  }

  /** Does nothing for one that is not among them, such as a poll. */
  void remove(Subscription stream) {
    streams.computeIfPresent(
        User.of(stream.claims()),
        (_, own) -> {
          own.remove(stream);
          return own.isEmpty() ? null : own;
        });
  }

  /**
   * The stream that is to make room for one more of this user: none while there is room, and none
   * where polls have all of it; else the one that has been open for longest.
   */
  Optional<Subscription> inTheWay(Claims claims, Tenancy tenancy) {
    if (tenancy.streamsOf(claims.subject()) < limits.streamsPerUser()) {
      return Optional.empty();
    }
    return Optional.ofNullable(streams.get(User.of(claims))).map(SequencedSet::getFirst);
  }
}
