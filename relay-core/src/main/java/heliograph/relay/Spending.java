package heliograph.relay;

import heliograph.contract.Tenant;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Keeps account of how long filters were evaluated, for each tenant and for each subject of a
 * tenant. Both have a budget of time in each second, and may be in debt for the budget of a {@link
 * #BURST} before they are exhausted. A debt is paid off as time goes by; who has none is forgotten.
 * Any thread.
 */
final class Spending {
  /**
   * The most tenants, and the most subjects, that have accounts of their own. Those who come when
   * there are as many share one, until others have paid.
   */
  static final int MAX_ACCOUNTS = 50_000;

  /**
   * The time whose budget may be spent at once. It is longer than a second because the same filter
   * takes many times as long in a JVM that has just been started. It does not change what anybody
   * may spend in the long run, and whoever spends it takes turns with others all the same.
   */
  static final Duration BURST = Duration.ofSeconds(4);

  private static final long SECOND = 1_000_000_000;

  // Whoever goes on to be charged, as readers of the log do, can be in debt for as long.
  private static final long MOST_DEBT = 10 * SECOND;

  // Below this many accounts nobody looks for those that can be forgotten.
  private static final int FEW = 1024;

  private final LongSupplier clock;
  private final Accounts<Tenant> tenants;
  private final Accounts<User> users;

  // What each tenant's filters took since the start, and those of all who came when there were as
  // many tenants as may be.
  private final Map<Tenant, LongAdder> totals = new ConcurrentHashMap<>();
  private final LongAdder totalOfTheRest = new LongAdder();

  private record User(Tenant tenant, String subject) {}

  /**
   * @param budget how long filters may be evaluated in each second; both times are positive
   * @param clock elapsed nanoseconds
   */
  Spending(Limits.FilterTime budget, LongSupplier clock) {
    this.clock = clock;
    long now = clock.getAsLong();
    this.tenants = new Accounts<>(budget.perTenant(), now);
    this.users = new Accounts<>(budget.perUser(), now);
  }

  /** Has another budget hold from now on; debts stay. */
  void limit(Limits.FilterTime budget) {
    tenants.limit(budget.perTenant());
    users.limit(budget.perUser());
  }

  /** Elapsed nanoseconds, by which evaluations are measured. */
  long nanos() {
    return clock.getAsLong();
  }

  /** Whether the tenant, or the subject in it, has to wait until filters are evaluated for it. */
  boolean isExhausted(Tenant tenant, String subject) {
    return pause(tenant, subject).isPositive();
  }

  /** How long until filters are evaluated again for the subject; zero if they are. */
  Duration pause(Tenant tenant, String subject) {
    long now = clock.getAsLong();
    long ofUser = users.pause(new User(tenant, subject), now);
    return Duration.ofNanos(Math.max(0, Math.max(tenants.pause(tenant, now), ofUser)));
  }

  /** Charges an evaluation to a subject and to its tenant. */
  void spent(Tenant tenant, String subject, long nanos) {
    long now = clock.getAsLong();
    total(tenant).add(nanos);
    tenants.charge(tenant, nanos, now);
    users.charge(new User(tenant, subject), nanos, now);
  }

  private LongAdder total(Tenant tenant) {
    LongAdder known = totals.get(tenant);
    if (known != null) {
      return known;
    }
    return totals.size() < MAX_ACCOUNTS
        ? totals.computeIfAbsent(tenant, _ -> new LongAdder())
        : totalOfTheRest;
  }

  /**
   * The nanoseconds for which filters of a tenant were evaluated since the start; of a tenant
   * without an account of its own, those of all such tenants.
   */
  long totalNanos(Tenant tenant) {
    LongAdder known = totals.get(tenant);
    if (known != null) {
      return known.sum();
    }
    return totals.size() < MAX_ACCOUNTS ? 0 : totalOfTheRest.sum();
  }

  /** Charges an evaluation to a tenant, of which {@link #spentBy} tells the subjects later. */
  void spent(Tenant tenant, long nanos) {
    total(tenant).add(nanos);
    tenants.charge(tenant, nanos, clock.getAsLong());
  }

  /** Charges subjects what their tenant was charged before, each as often as it is in the list. */
  void spentBy(Tenant tenant, List<Subscription> subscriptions, long nanosEach) {
    long now = clock.getAsLong();
    for (Subscription each : subscriptions) {
      users.charge(new User(tenant, each.claims().subject()), nanosEach, now);
    }
  }

  /** Whether the tenant has to wait, or every one of the subjects that there are. */
  boolean areExhausted(Tenant tenant, List<Subscription> subscriptions, long now) {
    if (tenants.pause(tenant, now) > 0) {
      return true;
    }
    for (Subscription each : subscriptions) {
      if (users.pause(new User(tenant, each.claims().subject()), now) <= 0) {
        return false;
      }
    }
    return !subscriptions.isEmpty();
  }

  /** A payer for one subscriber, who is charged for each evaluation and never too late for one. */
  Payer reader(Tenant tenant, String subject) {
    return (filter, seen) -> {
      long began = clock.getAsLong();
      boolean wanted = filter.wants(seen);
      spent(tenant, subject, clock.getAsLong() - began);
      return Payer.Choice.of(wanted);
    };
  }

  /** How many tenants and subjects are remembered. */
  int size() {
    return tenants.size() + users.size();
  }

  /**
   * The debts of one kind of payer. A debt is kept as the time at which it will be paid off, so
   * that it shrinks by itself.
   */
  private static final class Accounts<K> {
    private volatile double debtOfNano;
    private final Map<K, Long> paidOff = new ConcurrentHashMap<>();
    private volatile int sweepAt = FEW;
    // These are guarded by this object's monitor. The second is the debt of all who came when there
    // were as many accounts as may be.
    private long swept;
    private long restPaidOff;

    Accounts(Duration perSecond, long now) {
      limit(perSecond);
      this.swept = now;
      this.restPaidOff = now;
    }

    final void limit(Duration perSecond) {
      debtOfNano = (double) SECOND / perSecond.toNanos();
    }

    /** The nanoseconds until the account is not exhausted any more; not positive if it is not. */
    long pause(K payer, long now) {
      Long until = paidOff.get(payer);
      if (until == null) {
        return paidOff.size() < MAX_ACCOUNTS ? 0 : pauseOfTheRest(now);
      }
      return until - now - BURST.toNanos();
    }

    private synchronized long pauseOfTheRest(long now) {
      return restPaidOff - now - BURST.toNanos();
    }

    void charge(K payer, long nanos, long now) {
      if (paidOff.size() >= sweepAt) {
        sweep(now);
      }
      if (paidOff.size() < MAX_ACCOUNTS || paidOff.containsKey(payer)) {
        paidOff.merge(payer, later(now, nanos, now), (until, _) -> later(until, nanos, now));
      } else {
        chargeTheRest(nanos, now);
      }
    }

    private synchronized void chargeTheRest(long nanos, long now) {
      restPaidOff = later(restPaidOff, nanos, now);
    }

    /** When a debt will be paid off that is charged some nanoseconds more. */
    private long later(long until, long nanos, long now) {
      long more = (long) Math.min(MOST_DEBT, nanos * debtOfNano);
      return now + Math.min(MOST_DEBT, Math.max(0, until - now) + more);
    }

    private synchronized void sweep(long now) {
      // Where nothing can be forgotten, each look would be in vain and take long.
      if (paidOff.size() >= sweepAt && (sweepAt < MAX_ACCOUNTS || now - swept >= SECOND)) {
        paidOff.values().removeIf(until -> until - now <= 0);
        sweepAt = Math.clamp(2L * paidOff.size(), FEW, MAX_ACCOUNTS);
        swept = now;
      }
    }

    int size() {
      return paidOff.size();
    }
  }
}
