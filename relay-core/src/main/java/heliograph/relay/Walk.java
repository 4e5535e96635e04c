package heliograph.relay;

import heliograph.contract.Audience;
import java.time.Instant;
import java.util.Collections;
import java.util.Iterator;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The way of one event to everyone who may see it: first to the users that it names, then to the
 * cohorts. It can stop on the way and go on later, so that a tenant with many or costly subscribers
 * does not keep a worker from other tenants. One worker at a time.
 */
final class Walk {
  /** How many members are offered the event between two looks at the time. */
  private static final int OFFERS = 64;

  private final StoredEvent stored;
  private final Tenancy tenancy;
  private final Instant now;
  private final Set<String> names;
  private final Iterator<String> namesLeft;
  private final Iterator<Cohort> cohortsLeft;

  // What the members of the present cohort see of the event, and those who have not been offered
  // it.
  private StoredEvent seen;
  private Iterator<Subscription> membersLeft = Collections.emptyIterator();

  Walk(StoredEvent stored, Tenancy tenancy, Instant now) {
    this.stored = stored;
    this.tenancy = tenancy;
    this.now = now;
    this.names =
        switch (stored.event().audience()) {
          case Audience.Everyone() -> Set.of();
          case Audience.Members(_, Set<String> users) -> users;
        };
    this.namesLeft = names.iterator();
    this.cohortsLeft = tenancy.cohortsFor(stored.event()).iterator();
    this.seen = stored;
  }

  StoredEvent stored() {
    return stored;
  }

  /**
   * Goes on until the end or until a time, whichever comes first.
   *
   * @return whether this is the end
   */
  boolean go(LongSupplier nanos, long untilNanos) {
    while (offerSome() || lookFurther()) {
      if (nanos.getAsLong() - untilNanos >= 0) {
        return false;
      }
    }
    return true;
  }

  /** Offers the event to some members of the present cohort; false if none is left. */
  private boolean offerSome() {
    if (!membersLeft.hasNext()) {
      return false;
    }
    WaitingBytes.Room room = tenancy.room();
    boolean nobody = names.isEmpty();
    for (int i = 0; i < OFFERS && membersLeft.hasNext(); i++) {
      Subscription member = membersLeft.next();
      // Users that are named have been offered it by name. The claims lie elsewhere in memory, so
      // they are not looked at where nobody is named.
      if (nobody || !names.contains(member.claims().subject())) {
        hand(seen, member, room);
      }
    }
    return true;
  }

  /** Goes to the next user or cohort; false if there is none. */
  private boolean lookFurther() {
    if (namesLeft.hasNext()) {
      offerTo(namesLeft.next());
      return true;
    }
    if (!cohortsLeft.hasNext()) {
      return false;
    }
    Cohort cohort = cohortsLeft.next();
    cohort
        .view(stored, tenancy.masks(), now)
        .ifPresent(
            view -> {
              seen = view;
              membersLeft = cohort.members();
            });
    return true;
  }

  private void offerTo(String name) {
    for (Subscription subscription : tenancy.named(name)) {
      subscription
          .interest()
          .view(stored, tenancy.masks(), now)
          .ifPresent(view -> hand(view, subscription, tenancy.room()));
    }
  }

  /** Offers an event whose frame is made here, once, and not by the thread of each stream. */
  private static void hand(StoredEvent seen, Subscription subscription, WaitingBytes.Room room) {
    seen.frame(subscription.dialect());
    subscription.offer(seen, room);
  }
}
