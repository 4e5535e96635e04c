package heliograph.gateway;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How many events each publisher may send, and how many may be sent for each tenant, whatever the
 * door: a bucket each that holds one second's worth and fills evenly. A request passes while its
 * buckets are not empty, and may then take them below zero, so that a batch larger than a bucket
 * passes too and is paid for afterwards. Any thread.
 *
 * <p>A request that one bucket refuses takes nothing out of the others: a flood for one tenant does
 * not use up the rate of its publisher, and a flooding publisher not that of its tenants.
 */
final class Rates {
  /** The most tenants with a bucket of their own; those that come while it is so share one. */
  static final int MAX_TENANTS = 100_000;

  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  // No tenant has this name.
  private static final String OTHERS = "";

  private final int perPublisher;
  private final int perTenant;
  private final int maxTenants;
  private final LongSupplier nanos;
  // When a bucket is full again. There are as many as publishers.
  private final Map<String, Long> publishers = new ConcurrentHashMap<>();
  // Those that are full go, as a tenant without a bucket has a full one.
  private final Map<String, Long> tenants = new ConcurrentHashMap<>();
  private final AtomicLong nextSweep;

  /**
   * @param perPublisher the events that a publisher may send in a second, unless its own rate is
   *     lower
   * @param perTenant the events that may be sent for a tenant in a second
   */
  Rates(int perPublisher, int perTenant, LongSupplier nanos) {
    this(perPublisher, perTenant, MAX_TENANTS, nanos);
  }

  Rates(int perPublisher, int perTenant, int maxTenants, LongSupplier nanos) {
    this.perPublisher = perPublisher;
    this.perTenant = perTenant;
    this.maxTenants = maxTenants;
    this.nanos = nanos;
    this.nextSweep = new AtomicLong(nanos.getAsLong());
  }

  /** What a publisher may send in a second unless its own rate is lower. */
  int perSecond() {
    return perPublisher;
  }

  /**
   * What became of a request.
   *
   * @param policy the policy that says the most of it, an item of {@code RateLimit-Policy}
   * @param limit what is left under it, an item of {@code RateLimit}
   * @param refusal RATE_LIMITED, with the time after which one event passes; nothing was taken then
   */
  record Taken(String policy, String limit, Optional<RelayException> refusal) {
    private static Taken passed(int perSecond, long ahead) {
      long left = Math.max(0, (SECOND - ahead) / cost(perSecond, 1));
      return of("publish", perSecond, left, Duration.ofNanos(ahead), Optional.empty());
    }

    private static Taken refused(String name, int perSecond, long waitNanos) {
      Duration wait = Duration.ofNanos(waitNanos + 1);
      String whose = name.equals("tenant") ? " for the tenant" : "";
      RelayException refusal =
          RelayException.retryAfter(
              ErrorCode.RATE_LIMITED, "over " + perSecond + " events a second" + whose, wait);
      return of(name, perSecond, 0, wait, Optional.of(refusal));
    }

    private static Taken of(
        String name, int perSecond, long left, Duration reset, Optional<RelayException> refusal) {
      return new Taken(
          '"' + name + "\";q=" + perSecond + ";w=1",
          '"' + name + "\";r=" + left + ";t=" + Problems.seconds(reset),
          refusal);
    }
  }

  /**
   * Takes events out of the buckets of their publisher and their tenants; or, if one of these is
   * empty, out of none.
   *
   * @param events the tenants of the events, one for each
   */
  Taken take(Publisher publisher, Collection<Tenant> events) {
    long now = nanos.getAsLong();
    sweep(now);
    int perSecond = Math.min(perPublisher, publisher.bounds().perSecond());
    long cost = cost(perSecond, events.size());
    long wait = take(publishers, publisher.name(), cost, now);
    if (wait >= 0) {
      return Taken.refused("publish", perSecond, wait);
    }
    Map<String, Integer> counts = new HashMap<>();
    events.forEach(tenant -> counts.merge(bucket(tenant), 1, Integer::sum));
    Map<String, Long> taken = new HashMap<>();
    for (Map.Entry<String, Integer> count : counts.entrySet()) {
      long share = cost(perTenant, count.getValue());
      wait = take(tenants, count.getKey(), share, now);
      if (wait >= 0) {
        taken.forEach((tenant, given) -> giveBack(tenants, tenant, given));
        giveBack(publishers, publisher.name(), cost);
        return Taken.refused("tenant", perTenant, wait);
      }
      taken.put(count.getKey(), share);
    }
    Long full = publishers.get(publisher.name());
    return Taken.passed(perSecond, full == null ? 0 : Math.max(full - now, 0));
  }

  private static long cost(int perSecond, int events) {
    return Math.multiplyExact(Math.max(1, SECOND / perSecond), (long) events);
  }

  /** How long until the bucket is no longer empty; negative if it is not, and then it has paid. */
  private static long take(Map<String, Long> buckets, String name, long cost, long now) {
    long[] wait = new long[1];
    buckets.compute(
        name,
        (_, full) -> {
          // By its distance from now: the clock may pass from the largest number to the smallest.
          long ahead = full == null ? 0 : Math.max(full - now, 0);
          wait[0] = ahead - SECOND;
          return now + ahead + (wait[0] >= 0 ? 0 : cost);
        });
    return wait[0];
  }

  private static void giveBack(Map<String, Long> buckets, String name, long cost) {
    buckets.computeIfPresent(name, (_, full) -> full - cost);
  }

  // Publishers for every tenant name tenants as they like, so their number needs a bound.
  private String bucket(Tenant tenant) {
    boolean room = tenants.size() < maxTenants || tenants.containsKey(tenant.name());
    return room ? tenant.name() : OTHERS;
  }

  private void sweep(long now) {
    long next = nextSweep.get();
    if (now - next >= 0 && nextSweep.compareAndSet(next, now + SECOND)) {
      tenants.values().removeIf(full -> full - now <= 0);
    }
  }

  /** How many tenants have a bucket of their own. */
  int buckets() {
    return tenants.size();
  }
}
