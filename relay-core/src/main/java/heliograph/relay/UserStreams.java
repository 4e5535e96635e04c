package heliograph.relay;

import heliograph.contract.Claims;
import heliograph.contract.Tenant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;

/**
 * The streams of each user that may be superseded, in the order in which they were opened. Guarded
 * by the lock of OpenStreams.
 */
final class UserStreams {
  private record User(Tenant tenant, String subject) {
    static User of(Claims claims) {
      return new User(claims.tenant(), claims.subject());
    }
  }

  private final Map<User, SequencedSet<Subscription>> streams = new HashMap<>();

  void add(Subscription stream) {
    streams.computeIfAbsent(User.of(stream.claims()), _ -> new LinkedHashSet<>()).add(stream);
  }

  /** Removes a stream. Does nothing for one that was not added, such as a poll. */
  void remove(Subscription stream) {
    streams.computeIfPresent(
        User.of(stream.claims()),
        (_, own) -> {
          own.remove(stream);
          return own.isEmpty() ? null : own;
        });
  }

  /**
   * The stream that has to make room for one more stream of this user: the one that has been open
   * for longest. It is empty while there is room, and where polls have taken all of it.
   *
   * @param most how many streams a user may have open
   */
  Optional<Subscription> inTheWay(Claims claims, Tenancy tenancy, int most) {
    if (tenancy.streamsOf(claims.subject()) < most) {
      return Optional.empty();
    }
    return Optional.ofNullable(streams.get(User.of(claims))).map(SequencedSet::getFirst);
  }
}
