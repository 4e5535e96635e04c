package heliograph.relay;

import heliograph.contract.Tenant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Work that waits, by tenant and within it by subject. Next is the tenant that has used least, of
 * it the subject that has used least, and of that the work that came first. What a piece of work
 * has used is known only afterwards, and charged then.
 *
 * <p>This is start-time fair queuing: whoever comes, or comes back, begins at what those in turn
 * have used. So silence earns nothing, and nobody waits for longer than the others need for as much
 * work as one of theirs. Only those are remembered who wait, whose work is being done, or who have
 * used more than those in turn.
 *
 * <p>It has no lock; one thread at a time uses it.
 *
 * @param <W> the work
 */
final class FairQueue<W> {
  private final Level<Tenant, Level<String, ArrayDeque<W>>> tenants =
      new Level<>(() -> new Level<>(ArrayDeque::new));
  private int size;

  /** Adds work behind what already waits for the subject. */
  void add(Tenant tenant, String subject, W work) {
    Share<Tenant, Level<String, ArrayDeque<W>>> ofTenant = tenants.of(tenant);
    Share<String, ArrayDeque<W>> ofSubject = ofTenant.queue.of(subject);
    ofSubject.queue.add(work);
    ofTenant.queue.await(ofSubject);
    tenants.await(ofTenant);
    size++;
  }

  /**
   * Takes the work that is next. Whoever takes it has to {@link #charge} for it once.
   *
   * @param mayGo whether a tenant may have its turn now; those that may not keep their place
   * @return null if nobody who waits may go
   */
  @Nullable W poll(Predicate<Tenant> mayGo) {
    for (Share<Tenant, Level<String, ArrayDeque<W>>> ofTenant : tenants.waiting) {
      if (mayGo.test(ofTenant.key)) {
        Level<String, ArrayDeque<W>> subjects = ofTenant.queue;
        Share<String, ArrayDeque<W>> ofSubject = subjects.waiting.first();
        W work = ofSubject.queue.remove();
        subjects.take(ofSubject, !ofSubject.queue.isEmpty());
        tenants.take(ofTenant, !subjects.waiting.isEmpty());
        size--;
        return work;
      }
    }
    return null;
  }

  /**
   * Counts what a piece of work has used, which ends it.
   *
   * @param nanos the time that it took, in nanoseconds
   */
  void charge(Tenant tenant, String subject, long nanos) {
    Share<Tenant, Level<String, ArrayDeque<W>>> ofTenant = tenants.known(tenant);
    ofTenant.queue.charge(ofTenant.queue.known(subject), nanos);
    tenants.charge(ofTenant, nanos);
  }

  /** Takes back work that was added, if it still waits. */
  void remove(Tenant tenant, String subject, W work) {
    Share<Tenant, Level<String, ArrayDeque<W>>> ofTenant = tenants.all.get(tenant);
    Share<String, ArrayDeque<W>> ofSubject =
        ofTenant == null ? null : ofTenant.queue.all.get(subject);
    if (ofTenant == null || ofSubject == null || !ofSubject.queue.remove(work)) {
      return;
    }
    size--;
    if (ofSubject.queue.isEmpty()) {
      ofTenant.queue.leave(ofSubject);
    }
    if (ofTenant.queue.waiting.isEmpty()) {
      tenants.leave(ofTenant);
    }
  }

  /** Whether work of the tenant waits. */
  boolean waits(Tenant tenant) {
    Share<?, ?> share = tenants.all.get(tenant);
    return share != null && share.waits;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** How many tenants and subjects are remembered. */
  int remembered() {
    return tenants.all.size()
        + tenants.all.values().stream().mapToInt(share -> share.queue.all.size()).sum();
  }

  /** What one of those who take turns has used, and what of it waits. */
  private static final class Share<K, Q> {
    private final K key;
    private final Q queue;
    // The virtual time at which its next work starts.
    private long used;
    // Among those who have used the same, whoever began to wait first comes first. No two shares
    // have the same, or a set would take them for one.
    private long order;
    private int running;
    private boolean waits;

    Share(K key, Q queue, long used, long order) {
      this.key = key;
      this.queue = queue;
      this.used = used;
      this.order = order;
    }
  }

  /** Those who take turns with one another. */
  private static final class Level<K, Q> {
    private static final Comparator<Share<?, ?>> LEAST_USED =
        Comparator.<Share<?, ?>>comparingLong(share -> share.used)
            .thenComparingLong(share -> share.order);

    private final Supplier<Q> fresh;
    private final Map<K, Share<K, Q>> all = new HashMap<>();
    private final TreeSet<Share<K, Q>> waiting = new TreeSet<>(LEAST_USED);
    // Those who neither wait nor have work that is being done, but have used more than the present.
    private final TreeSet<Share<K, Q>> resting = new TreeSet<>(LEAST_USED);
    // The virtual time: what those in turn have used.
    private long present;
    private long orders;
    private int running;

    Level(Supplier<Q> fresh) {
      this.fresh = fresh;
    }

    Share<K, Q> of(K key) {
      return all.computeIfAbsent(key, _ -> new Share<>(key, fresh.get(), present, orders++));
    }

    Share<K, Q> known(K key) {
      return Objects.requireNonNull(all.get(key), "charged for what was not taken");
    }

    void await(Share<K, Q> share) {
      if (!share.waits) {
        resting.remove(share);
        share.waits = true;
        share.used = Math.max(share.used, present);
        enter(share);
      }
    }

    private void enter(Share<K, Q> share) {
      share.order = orders++;
      waiting.add(share);
    }

    void take(Share<K, Q> share, boolean waitsStill) {
      waiting.remove(share);
      share.waits = waitsStill;
      share.running++;
      running++;
      present = Math.max(present, share.used);
      // It may have been kept from its turn for long, which earns as little as silence.
      share.used = present;
      if (waitsStill) {
        enter(share);
      }
      while (!resting.isEmpty() && resting.first().used <= present) {
        all.remove(resting.removeFirst().key);
      }
    }

    void charge(Share<K, Q> share, long nanos) {
      // The order of a set must not change under it.
      boolean waited = waiting.remove(share);
      share.used += nanos;
      share.running--;
      running--;
      if (waited) {
        waiting.add(share);
      }
      settle(share);
    }

    /** Has a share wait no longer whose work was all taken back. */
    void leave(Share<K, Q> share) {
      waiting.remove(share);
      share.waits = false;
      settle(share);
    }

    private void settle(Share<K, Q> share) {
      if (waiting.isEmpty() && running == 0) {
        // Nobody was kept from anything, so nobody owes anything.
        all.clear();
        resting.clear();
      } else if (!share.waits && share.running == 0) {
        if (share.used <= present) {
          all.remove(share.key);
        } else {
          resting.add(share);
        }
      }
    }
  }
}
