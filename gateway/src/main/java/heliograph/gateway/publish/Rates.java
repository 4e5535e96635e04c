package heliograph.gateway.publish;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.gateway.intake.Publisher;
import heliograph.gateway.wire.RetryAfter;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Bounds how many events each publisher may send, how many may be sent for each tenant, and how
 * many tenants a publisher may bring that the log does not know, at whichever endpoint. Each has a
 * token bucket that holds one second's worth, or one minute's worth of tenants, and fills evenly. A
 * request passes while its buckets are not empty, and may then take them below zero, so that a
 * batch larger than a bucket passes too and is paid for afterwards. Any thread.
 *
 * <p>A request that one bucket refuses takes nothing out of the others: a flood for one tenant does
 * not use up the rate of its publisher, nor does a flooding publisher use up that of its tenants.
 */
public final class Rates {
  /** The most tenants with a bucket of their own; further tenants share one bucket. */
  static final int MAX_TENANTS = 100_000;

  private static final HeaderName RATE_LIMIT = HeaderNames.create("RateLimit");
  private static final HeaderName RATE_LIMIT_POLICY = HeaderNames.create("RateLimit-Policy");

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  // This is the bucket of further tenants; no tenant has this name.
  private static final String OTHERS = "";

  // Replaced as a whole; who takes reads it once.
  private volatile Most most;
  private final int maxTenants;
  private final Predicate<Tenant> isNew;
  private final LongSupplier nanos;
  // There are only as many of these as publishers, so they need no bound.
  private final Buckets publishers = new Buckets(SECOND);
  private final Buckets newTenants = new Buckets(MINUTE);
  private final Buckets tenants = new Buckets(SECOND);
  private final AtomicLong nextSweep;

  /**
   * What may be sent, unless a publisher's own bounds are lower.
   *
   * @param perPublisher events that a publisher may send in a second
   * @param perTenant events that may be sent for a tenant in a second
   * @param newTenants tenants that a publisher may bring in a minute
   */
  record Most(int perPublisher, int perTenant, int newTenants) {}

  /**
   * Makes full buckets.
   *
   * @param isNew whether the log knows nothing of a tenant
   * @param nanos a clock of elapsed nanoseconds
   */
  Rates(Most most, Predicate<Tenant> isNew, LongSupplier nanos) {
    this(most, MAX_TENANTS, isNew, nanos);
  }

  Rates(Most most, int maxTenants, Predicate<Tenant> isNew, LongSupplier nanos) {
    this.most = most;
    this.maxTenants = maxTenants;
    this.isNew = isNew;
    this.nanos = nanos;
    this.nextSweep = new AtomicLong(nanos.getAsLong());
  }

  /** Has other rates hold from now on; what was taken out of the buckets stays taken. */
  void limit(Most others) {
    most = others;
  }

  /** The most events that a publisher may send in a second, unless its own rate is lower. */
  int perSecond() {
    return most.perPublisher();
  }

  /** A rate, by the name under which a publisher is told of it. */
  private enum Policy {
    PUBLISH("publish", SECOND, " events a second"),
    TENANT("tenant", SECOND, " events a second for the tenant"),
    NEW_TENANTS("new-tenants", MINUTE, " new tenants a minute, by new-tenants-per-minute");

    private final String word;
    private final Duration time;
    private final String unit;

    Policy(String word, Duration time, String unit) {
      this.word = word;
      this.time = time;
      this.unit = unit;
    }
  }

  /**
   * What became of a request.
   *
   * @param policy the policy that matters most to the request, as an item of {@code
   *     RateLimit-Policy}
   * @param limit what is left under that policy, as an item of {@code RateLimit}
   * @param refusal RATE_LIMITED, with the time after which one event passes; if present, nothing
   *     was taken
   */
  record Taken(String policy, String limit, Optional<RelayException> refusal) {
    /**
     * Puts the headers on an answer that say what is left, so that a publisher can slow down before
     * it has to.
     */
    void tell(ServerResponse response) {
      response.header(RATE_LIMIT_POLICY, policy).header(RATE_LIMIT, limit);
    }

    private static Taken refused(Policy policy, int most, long waitNanos) {
      Duration wait = Duration.ofNanos(waitNanos + 1);
      RelayException refusal =
          RelayException.retryAfter(ErrorCode.RATE_LIMITED, "over " + most + policy.unit, wait);
      return of(policy, most, 0, wait, Optional.of(refusal));
    }

    private static Taken of(
        Policy policy, int most, long left, Duration reset, Optional<RelayException> refusal) {
      return new Taken(
          '"' + policy.word + "\";q=" + most + ";w=" + policy.time.toSeconds(),
          '"' + policy.word + "\";r=" + left + ";t=" + RetryAfter.seconds(reset),
          refusal);
    }
  }

  /**
   * Takes events out of the buckets of their publisher and their tenants, or out of none if one of
   * these is empty.
   *
   * @param events the tenants of the events, one for each event
   */
  Taken take(Publisher publisher, Collection<Tenant> events) {
    return take(publisher, events, events.size());
  }

  private Taken take(Publisher publisher, Collection<Tenant> events, int count) {
    long now = nanos.getAsLong();
    Most held = most;
    sweep(now);
    String name = publisher.name();
    int perSecond = Math.min(held.perPublisher(), publisher.config().bounds().perSecond());
    long cost = publishers.cost(perSecond, count);
    long wait = publishers.take(name, cost, now);
    if (wait >= 0) {
      return Taken.refused(Policy.PUBLISH, perSecond, wait);
    }
    int perMinute = Math.min(held.newTenants(), publisher.config().bounds().newTenants());
    long entry = newTenants.cost(perMinute, newcomers(publisher, events));
    wait = entry == 0 ? -1 : newTenants.take(name, entry, now);
    if (wait >= 0) {
      publishers.giveBack(name, cost);
      return Taken.refused(Policy.NEW_TENANTS, perMinute, wait);
    }
    wait = takeShares(events, held.perTenant(), now);
    if (wait >= 0) {
      newTenants.giveBack(name, entry);
      publishers.giveBack(name, cost);
      return Taken.refused(Policy.TENANT, held.perTenant(), wait);
    }
    return Taken.of(
        Policy.PUBLISH,
        perSecond,
        publishers.left(name, perSecond, now),
        Duration.ofNanos(publishers.ahead(name, now)),
        Optional.empty());
  }

  /**
   * What a publisher has used of what it may send in a second.
   *
   * @param used how many events are taken of its bucket and not yet made up for
   * @param allowed how many events it may send in a second
   */
  public record Used(long used, int allowed) {}

  /** What a publisher has used of its rate, for an operator. */
  Used used(Publisher publisher) {
    int allowed = Math.min(most.perPublisher(), publisher.config().bounds().perSecond());
    return new Used(
        allowed - publishers.left(publisher.name(), allowed, nanos.getAsLong()), allowed);
  }

  /** Takes one request that has no events out of the bucket of its publisher. */
  Taken takeOne(Publisher publisher) {
    return take(publisher, List.of(), 1);
  }

  // A publisher whose tenants are named in the configuration is bounded by that.
  private int newcomers(Publisher publisher, Collection<Tenant> events) {
    if (!publisher.config().anyTenant()) {
      return 0;
    }
    Set<Tenant> found = Set.of();
    for (Tenant tenant : events) {
      // Mostly no tenant is new, and this is asked for every event.
      if (isNew.test(tenant)) {
        found = found.isEmpty() ? new HashSet<>() : found;
        found.add(tenant);
      }
    }
    return found.size();
  }

  /**
   * Has each tenant pay for its events, or none of them. Returns how many nanoseconds to wait; if
   * that is negative, they have paid.
   *
   * @param perTenant how many events a tenant may have in a second
   */
  private long takeShares(Collection<Tenant> events, int perTenant, long now) {
    Map<String, Integer> counts = new HashMap<>();
    events.forEach(tenant -> counts.merge(bucket(tenant), 1, Integer::sum));
    Map<String, Long> taken = new HashMap<>();
    for (Map.Entry<String, Integer> count : counts.entrySet()) {
      long share = tenants.cost(perTenant, count.getValue());
      long wait = tenants.take(count.getKey(), share, now);
      if (wait >= 0) {
        taken.forEach(tenants::giveBack);
        return wait;
      }
      taken.put(count.getKey(), share);
    }
    return -1;
  }

  // A publisher for every tenant makes up tenants as it likes, so the number of buckets needs a
  // bound.
  private String bucket(Tenant tenant) {
    boolean room = tenants.count() < maxTenants || tenants.isKept(tenant.name());
    return room ? tenant.name() : OTHERS;
  }

  private void sweep(long now) {
    long next = nextSweep.get();
    if (now - next >= 0 && nextSweep.compareAndSet(next, now + SECOND.toNanos())) {
      tenants.sweep(now);
    }
  }

  /** How many tenants have a bucket of their own. */
  int buckets() {
    return tenants.count();
  }
}
