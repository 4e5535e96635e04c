package heliograph.relay;

import heliograph.contract.Tenant;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the hub keeps for a tenant while it has open streams. Subscriptions come and go under the
 * hub's lock; the log thread delivers without it.
 */
final class Tenancy {
  private final Tenant tenant;
  private final Map<Interest, Cohort> cohorts = new ConcurrentHashMap<>();

  // Guarded by the hub's lock.
  private final Map<String, Integer> streamsOfUser = new HashMap<>();
  private int streams;

  // Written by the log thread alone.
  private volatile long delivered;

  Tenancy(Tenant tenant) {
    this.tenant = tenant;
  }

  Tenant tenant() {
    return tenant;
  }

  int streams() {
    return streams;
  }

  int streamsOf(String subject) {
    return streamsOfUser.getOrDefault(subject, 0);
  }

  int cohorts() {
    return cohorts.size();
  }

  void add(Subscription subscription) {
    cohorts.computeIfAbsent(subscription.interest(), Cohort::new).add(subscription);
    streamsOfUser.merge(subscription.claims().subject(), 1, Integer::sum);
    streams++;
  }

  void remove(Subscription subscription) {
    cohorts.computeIfPresent(
        subscription.interest(),
        (_, cohort) -> {
          cohort.remove(subscription);
          return cohort.isEmpty() ? null : cohort;
        });
    streamsOfUser.computeIfPresent(
        subscription.claims().subject(), (_, count) -> count == 1 ? null : count - 1);
    streams--;
  }

  /** Hands the event to every cohort that matches. On the log thread, in order of sequence. */
  void deliver(StoredEvent stored, Instant now) {
    for (Cohort cohort : cohorts.values()) {
      cohort.deliver(stored, now);
    }
    delivered = stored.sequence();
  }

  /** The sequence up to which every matching subscription has been offered what it may see. */
  long delivered() {
    return delivered;
  }
}
