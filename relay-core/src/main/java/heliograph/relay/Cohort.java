package heliograph.relay;

import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The subscriptions with equal interest: an event is matched and encoded once for all of them.
 * Members come and go under the hub's lock; the log thread delivers without it.
 */
final class Cohort {
  private final Interest interest;
  private final Set<Subscription> members = ConcurrentHashMap.newKeySet();

  Cohort(Interest interest) {
    this.interest = interest;
  }

  void deliver(StoredEvent stored, Instant now) {
    if (!interest.matches(stored.event(), now)) {
      return;
    }
    for (Subscription member : members) {
      stored.frame(member.format());
      member.offer(stored);
    }
  }

  void add(Subscription member) {
    members.add(member);
  }

  void remove(Subscription member) {
    members.remove(member);
  }

  boolean isEmpty() {
    return members.isEmpty();
  }
}
