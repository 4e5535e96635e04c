package heliograph.relay;

import heliograph.contract.Cursor;
import heliograph.contract.Event;
import heliograph.contract.Tenant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The part of the hub that belongs to one tenant, kept while the tenant has open streams or tails.
 * Subscriptions come and go under the lock of {@link OpenStreams}. What is shown of the tenant's
 * log waits in its {@link Inbox}, and one worker at a time delivers it, without that lock.
 */
final class Tenancy {
  private static final System.Logger LOGGER = System.getLogger("heliograph");

  private final Tenant tenant;
  private final Hub hub;
  private final InstantSource clock;
  private final Spending spending;
  private final Lateness lateness;
  private final WaitingBytes.Share share;
  private final Inbox inbox;

  // Written under the lock of OpenStreams, read by the worker without it.
  private final CohortIndex index = new CohortIndex();
  private final Map<String, List<Subscription>> users = new ConcurrentHashMap<>();
  private final List<Tail> tails = new CopyOnWriteArrayList<>();

  // Changed under the lock of OpenStreams; any thread may ask for the numbers.
  private final Map<Interest, Cohort> cohorts = new ConcurrentHashMap<>();
  private final ProfileCounts profiles = new ProfileCounts();

  // Owned by the worker: the event that it is at, and by how many nanoseconds it has overdrawn.
  private @Nullable Walk walk;
  private long overdrawn;

  // Only the worker writes this.
  private volatile @Nullable Cursor delivered;

  Tenancy(Tenant tenant, Hub hub, WaitingBytes waiting) {
    this.tenant = tenant;
    this.hub = hub;
    this.clock = hub.clock();
    this.spending = hub.spending();
    this.lateness = hub.lateness();
    this.share = waiting.share();
    this.inbox = new Inbox(share);
  }

  Tenant tenant() {
    return tenant;
  }

  int streams() {
    return profiles.all();
  }

  int streamsOf(String subject, String profile) {
    return (int)
        named(subject).stream().filter(it -> it.profile().equals(Optional.of(profile))).count();
  }

  int streamsIn(String profile) {
    return profiles.of(Optional.of(profile));
  }

  int streamsOf(String subject) {
    return named(subject).size();
  }

  /** How many subjects have streams. */
  int subjects() {
    return users.size();
  }

  int cohorts() {
    return cohorts.size();
  }

  void add(Subscription subscription) {
    cohorts.computeIfAbsent(subscription.interest().shared(), this::begin).add(subscription);
    users
        .computeIfAbsent(subscription.claims().subject(), _ -> new CopyOnWriteArrayList<>())
        .add(subscription);
    profiles.add(subscription.profile());
  }

  private Cohort begin(Interest shared) {
    Cohort cohort = new Cohort(shared, this::payer);
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
    profiles.remove(subscription.profile());
  }

  void add(Tail tail) {
    tails.add(tail);
  }

  void remove(Tail tail) {
    tails.remove(tail);
  }

  /** Those by which operators look on. Any thread. */
  List<Tail> tails() {
    return tails;
  }

  /** Whether nobody is here, neither streams nor tails. */
  boolean isEmpty() {
    return streams() == 0 && tails.isEmpty();
  }

  /** What is shown and not delivered yet. */
  Inbox inbox() {
    return inbox;
  }

  /** By how many nanoseconds this tenant has overdrawn its turns. Owned by the worker. */
  long overdrawn() {
    return overdrawn;
  }

  void overdraw(long nanos) {
    overdrawn = nanos;
  }

  /**
   * Delivers what is in the inbox, in order, until it is empty or a time is over. By one worker at
   * a time.
   *
   * @return whether something is left, and this has to be called again
   */
  boolean deliver(LongSupplier nanos, long untilNanos) {
    try {
      while (walk != null || begin()) {
        if (walk != null && walk.go(nanos, untilNanos)) {
          walk.tellTrace();
          end(walk);
        }
        if (nanos.getAsLong() - untilNanos >= 0) {
          return true;
        }
      }
      return false;
    } catch (RuntimeException bug) {
      LOGGER.log(System.Logger.Level.ERROR, "bug tenant=" + tenant, bug);
      recover();
      return true;
    }
  }

  /** Takes the next thing from the inbox; false if there is none, and the worker may go. */
  private boolean begin() {
    Inbox.Item item = inbox.next();
    switch (item) {
      case null -> {
        return false;
      }
      case Inbox.Offer(StoredEvent event) -> {
        if (event.isTraced()) {
          event.trace().walks(event.cursor());
        }
        walk = new Walk(event, this, clock.instant());
      }
      case Inbox.ReadLog(Cursor through, boolean ephemeral, boolean late) -> {
        int behind = readLog(through, ephemeral);
        if (late && behind > 0) {
          late(Lateness.Reason.MEMORY, behind);
        }
      }
      case Inbox.Change(Runnable change) -> change.run();
    }
    return true;
  }

  private void end(Walk done) {
    StoredEvent stored = done.stored();
    delivered = stored.cursor();
    walk = null;
    stored.drop();
  }

  /** Nobody knows who was offered the event, so the log tells everybody. */
  private void recover() {
    if (walk != null) {
      var _ = readLog(walk.stored().cursor(), LiveQueue.ephemeral(walk.stored()));
      end(walk);
    }
  }

  /** Sends all streams to the log; tells how many of them were live. */
  private int readLog(Cursor through, boolean ephemeral) {
    int behind = 0;
    for (List<Subscription> open : users.values()) {
      for (Subscription subscription : open) {
        if (subscription.fallBehind(ephemeral)) {
          behind++;
        }
      }
    }
    long passed = Math.max(1, through.sequence() - delivered(through.epoch()));
    tails.forEach(tail -> tail.passOver(passed));
    delivered = through;
    return behind;
  }

  /** The cohorts that an event may be for, some of them several times. Any thread. */
  List<List<Cohort>> candidatesFor(Event event) {
    return index.candidates(event);
  }

  /** The cohorts that an event may be for. By the worker. */
  List<Cohort> cohortsFor(Event event) {
    return index.find(event);
  }

  /** The masks that hide now; whoever shows an event asks once. */
  Masks masks() {
    return hub.masks();
  }

  /** Has what waits in queues read again, and shown by the masks that hide now. By the worker. */
  void readAgain() {
    tails.forEach(Tail::forget);
    users.values().forEach(open -> open.forEach(LiveQueue::readAgain));
  }

  /** Has those who ask for a filter pay for it. */
  CohortPayer payer(List<Subscription> members) {
    return new CohortPayer(spending, tenant, members);
  }

  /** Tells the operator of streams that fall behind because this tenant has had its share. */
  void late(Lateness.Reason reason, int streams) {
    lateness.late(tenant, reason, streams);
  }

  /** Whether more events of this tenant may wait. */
  WaitingBytes.Room room() {
    return share.room();
  }

  List<Subscription> named(String subject) {
    return users.getOrDefault(subject, List.of());
  }

  /**
   * The sequence up to which every subscription has been offered what it may see, in an epoch; 0 if
   * nothing of that epoch was delivered.
   */
  long delivered(String epoch) {
    Cursor last = delivered;
    return last != null && last.epoch().equals(epoch) ? last.sequence() : 0;
  }
}
