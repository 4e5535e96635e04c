package heliograph.relay;

import heliograph.contract.Audience;
import java.time.Instant;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The way of one event to everyone who may see it: first to the users that it names, then to the
 * cohorts, and last to operators who look on. It can stop on the way and go on later, so that a
 * tenant with many or costly subscribers does not keep a worker from other tenants. One worker at a
 * time.
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
  private final Iterator<Tail> tailsLeft;

  // What the members of the present cohort see of the event, and those who have not been offered
  // it.
  private StoredEvent seen;
  private boolean late;
  private Iterator<Subscription> membersLeft = Collections.emptyIterator();

  // What is counted for whoever follows the event; for nobody nothing is.
  private final boolean traced;
  private int cohorts;
  private int streams;
  private int queued;

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
    this.tailsLeft = tenancy.tails().iterator();
    this.seen = stored;
    this.traced = stored.isTraced();
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

  /** Tells whoever follows the event that this is the end. */
  void tellTrace() {
    if (traced) {
      stored.trace().walked(cohorts, streams, queued);
    }
  }

  /** Offers the event to some members of the present cohort; false if none is left. */
  private boolean offerSome() {
    if (!membersLeft.hasNext()) {
      return false;
    }
    WaitingBytes.Room room = late ? WaitingBytes.Room.NONE : tenancy.room();
    int behind = 0;
    boolean nobody = names.isEmpty();
    for (int i = 0; i < OFFERS && membersLeft.hasNext(); i++) {
      Subscription member = membersLeft.next();
      // Users that are named have been offered it by name. The claims lie elsewhere in memory, so
      // they are not looked at where nobody is named.
      if (nobody || !names.contains(member.claims().subject())) {
        behind += hand(seen, member, room);
      }
    }
    tell(behind, late);
    return true;
  }

  /** Goes to the next user, cohort or tail; false if there is none. */
  private boolean lookFurther() {
    if (namesLeft.hasNext()) {
      offerTo(namesLeft.next());
      return true;
    }
    if (!cohortsLeft.hasNext()) {
      return offerToTail();
    }
    Cohort cohort = cohortsLeft.next();
    Optional<StoredEvent> view = cohort.view(stored, tenancy.masks(), now);
    late = view.isEmpty() && cohort.isLate();
    if (late || view.isPresent()) {
      // Who is late reads the event as it is from the log, and asks then.
      seen = view.orElse(stored);
      membersLeft = cohort.members();
      cohorts++;
    }
    return true;
  }

  private boolean offerToTail() {
    if (!tailsLeft.hasNext()) {
      return false;
    }
    tailsLeft.next().offer(stored, tenancy.masks(), now);
    return true;
  }

  private void offerTo(String name) {
    for (Subscription subscription : tenancy.named(name)) {
      CohortPayer payer = tenancy.payer(List.of(subscription));
      Optional<StoredEvent> view =
          subscription.interest().view(stored, tenancy.masks(), now, payer);
      if (view.isPresent()) {
        tell(hand(view.get(), subscription, tenancy.room()), false);
      } else if (payer.takeLate()) {
        tell(hand(stored, subscription, WaitingBytes.Room.NONE), true);
      }
    }
  }

  /**
   * Offers an event, whose frame for streams is made here, once, and not by the thread of each.
   *
   * @return how many streams fell behind to the log because there is no room
   */
  private int hand(StoredEvent seen, Subscription subscription, WaitingBytes.Room room) {
    if (room != WaitingBytes.Room.NONE && subscription.hasBell()) {
      seen.prepare(subscription.dialect());
    }
    LiveQueue.Offered offered = subscription.offer(seen, room);
    if (traced) {
      streams++;
      queued += offered == LiveQueue.Offered.QUEUED ? 1 : 0;
    }
    return offered == LiveQueue.Offered.NO_ROOM ? 1 : 0;
  }

  private void tell(int behind, boolean forFilters) {
    if (behind > 0) {
      tenancy.late(forFilters ? Lateness.Reason.FILTERS : Lateness.Reason.MEMORY, behind);
    }
  }
}
