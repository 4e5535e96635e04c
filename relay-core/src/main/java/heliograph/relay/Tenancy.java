package heliograph.relay;

import heliograph.contract.Audience;
import heliograph.contract.Tenant;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The part of the hub that belongs to one tenant, kept while the tenant has open streams.
 * Subscriptions come and go under the lock of {@link OpenStreams}; the log thread delivers without
 * it.
 */
final class Tenancy {
  private final Tenant tenant;
  private final Masks masks;

  // Written under the lock of OpenStreams, read by the log thread without it.
  private final CohortIndex index = new CohortIndex();
  private final Map<String, List<Subscription>> users = new ConcurrentHashMap<>();

  // Guarded by the lock of OpenStreams, except for the number of cohorts, which any thread may ask.
  private final Map<Interest, Cohort> cohorts = new ConcurrentHashMap<>();
  private int streams;

  // Only the log thread writes this.
  private volatile long delivered;

  Tenancy(Tenant tenant, Masks masks) {
    this.tenant = tenant;
    this.masks = masks;
  }

  Tenant tenant() {
    return tenant;
  }

  int streams() {
    return streams;
  }

  int streamsOf(String subject) {
    return named(subject).size();
  }

  int cohorts() {
    return cohorts.size();
  }

  void add(Subscription subscription) {
    cohorts.computeIfAbsent(subscription.interest().shared(), this::begin).add(subscription);
    users
        .computeIfAbsent(subscription.claims().subject(), _ -> new CopyOnWriteArrayList<>())
        .add(subscription);
    streams++;
  }

  private Cohort begin(Interest shared) {
    Cohort cohort = new Cohort(shared);
    index.add(cohort);
    return cohort;
  }

  void remove(Subscription subscription) {
    cohorts.computeIfPresent(
        subscription.interest().shared(),
        (_, cohort) -> {
          cohort.remove(subscription);
          if (cohort.isEmpty()) {
            index.remove(cohort);
            return null;
          }
          return cohort;
        });
    users.computeIfPresent(
        subscription.claims().subject(),
        (_, open) -> {
          open.remove(subscription);
          return open.isEmpty() ? null : open;
        });
    streams--;
  }

  /**
   * Hands the event to everyone who may see it: first to the users that it names, then to the
   * cohorts. On the log thread, in the order of sequences.
   */
  void deliver(StoredEvent stored, Instant now) {
    Set<String> names =
        switch (stored.event().audience()) {
          case Audience.Everyone() -> Set.of();
          case Audience.Members(_, Set<String> users) -> users;
        };
    for (String name : names) {
      deliverTo(name, stored, now);
    }
    for (Cohort cohort : index.find(stored.event())) {
      cohort.deliver(stored, masks, names, now);
    }
    delivered = stored.sequence();
  }

  private void deliverTo(String name, StoredEvent stored, Instant now) {
    for (Subscription subscription : named(name)) {
      subscription
          .interest()
          .view(stored, masks, now)
          .ifPresent(seen -> Cohort.hand(seen, subscription));
    }
  }

  List<Subscription> named(String subject) {
    return users.getOrDefault(subject, List.of());
  }

  /** The sequence up to which every subscription has been offered what it may see. */
  long delivered() {
    return delivered;
  }
}
