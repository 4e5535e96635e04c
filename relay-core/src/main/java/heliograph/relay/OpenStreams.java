package heliograph.relay;

import heliograph.contract.Claims;
import heliograph.contract.EndReason;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions that are open. It lets them in, up to the limits, lets them go, and finds them.
 * Any thread; they come and go under one lock, and the tenants' workers look without it.
 */
final class OpenStreams {
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final Supplier<Limits> limits;
  private final Function<Tenant, Tenancy> begin;
  private final Storms storms;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition left = lock.newCondition();
  private final UserStreams userStreams; // guarded by lock
  private final Seats seats; // guarded by lock
  // Written under the lock, read without it.
  private final Map<Tenant, Tenancy> tenancies = new ConcurrentHashMap<>();
  private final Map<String, Subscription> streams = new ConcurrentHashMap<>();
  private final ProfileCounts profiles = new ProfileCounts();
  private final InstantSource clock;
  private volatile boolean closed;
  // Since when as many are open as there may be; written under the lock, read without it.
  private volatile @Nullable Instant full;

  /**
   * @param limits those that hold for whoever comes now
   * @param begin makes what is kept of a tenant that has open streams
   * @param storms is told of streams that supersede each other too often
   * @param nanos a clock of elapsed nanoseconds
   */
  OpenStreams(
      Supplier<Limits> limits,
      Function<Tenant, Tenancy> begin,
      Storms storms,
      InstantSource clock,
      LongSupplier nanos) {
    this.limits = limits;
    this.begin = begin;
    this.storms = storms;
    this.clock = clock;
    this.userStreams = new UserStreams();
    this.seats = new Seats(nanos);
  }

  /**
   * Lets a subscription in.
   *
   * @param over what happens at the limit on streams of one user
   * @param opened makes the subscription
   * @throws RelayException TOO_MANY_STREAMS or SHUTTING_DOWN; neither of them lasts
   */
  Subscription join(
      Claims claims,
      StreamOptions options,
      OverUserLimit over,
      Function<Tenancy, Subscription> opened) {
    Optional<Seats.Key> seat = Seats.Key.of(claims, options);
    List<Subscription> superseded = new ArrayList<>();
    boolean storm = false;
    Limits most = limits.get();
    lock.lock();
    try {
      if (closed) {
        throw RelayException.stopping();
      }
      Tenancy tenancy = tenancies.computeIfAbsent(claims.tenant(), begin);
      if (seat.isPresent()) {
        Seats.Coming coming = seats.come(seat.get());
        storm = coming.storm();
        if (coming.refusal().isPresent()) {
          // The tenancy is not empty, as the seat is taken.
          throw coming.refusal().get();
        }
        superseded.addAll(coming.superseded());
      }
      // From here on they do not count, however slow their clients are to hear of it. As one stream
      // goes for one that comes, the other limits are not in the way.
      superseded.forEach(this::remove);
      if (over == OverUserLimit.SUPERSEDE) {
        userStreams
            .inTheWay(claims, tenancy, most.streamsPerUser())
            .ifPresent(
                oldest -> {
                  remove(oldest);
                  superseded.add(oldest);
                });
      }
      if (streams.size() >= most.streams()
          || tenancy.streams() >= most.streamsPerTenant()
          || tenancy.streamsOf(claims.subject()) >= most.streamsPerUser()) {
        forgetIfEmpty(tenancy);
        throw RelayException.retryAfter(
            ErrorCode.TOO_MANY_STREAMS, "a limit on open streams is reached", RETRY);
      }
      Subscription subscription = opened.apply(tenancy);
      add(subscription, over);
      return subscription;
    } finally {
      noteFullness();
      lock.unlock();
      superseded.forEach(oldest -> oldest.end(EndReason.SUPERSEDED));
      if (storm) {
        storms.began(seat.orElseThrow().profile(), claims.tenant());
      }
    }
  }

  private void add(Subscription subscription, OverUserLimit over) {
    subscription.tenancy().add(subscription);
    streams.put(subscription.id(), subscription);
    profiles.add(subscription.profile());
    seats.add(subscription);
    if (over == OverUserLimit.SUPERSEDE) {
      userStreams.add(subscription);
    }
  }

  /** Lets a subscription go: it is offered nothing more. A second call does nothing. */
  void leave(Subscription subscription) {
    lock.lock();
    try {
      if (remove(subscription)) {
        forgetIfEmpty(subscription.tenancy());
        noteFullness();
        left.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Lets an operator look on. No limit on streams counts this; whoever calls has one of its own.
   *
   * @param opened makes the tail
   * @throws RelayException SHUTTING_DOWN
   */
  Tail join(Tenant tenant, Function<Tenancy, Tail> opened) {
    lock.lock();
    try {
      if (closed) {
        throw RelayException.stopping();
      }
      Tenancy tenancy = tenancies.computeIfAbsent(tenant, begin);
      Tail tail = opened.apply(tenancy);
      tenancy.add(tail);
      return tail;
    } finally {
      lock.unlock();
    }
  }

  /** Lets an operator go who looked on. A second call does nothing. */
  void leave(Tail tail) {
    lock.lock();
    try {
      tail.tenancy().remove(tail);
      forgetIfEmpty(tail.tenancy());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Moves a subscription, if it is still here, to where its new claims belong. By the tenant's
   * worker.
   */
  void renew(Subscription subscription, Claims claims) {
    lock.lock();
    try {
      if (streams.containsKey(subscription.id())) {
        Tenancy tenancy = subscription.tenancy();
        tenancy.remove(subscription);
        subscription.renew(claims);
        tenancy.add(subscription);
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean remove(Subscription subscription) {
    if (streams.remove(subscription.id()) == null) {
      return false;
    }
    subscription.tenancy().remove(subscription);
    profiles.remove(subscription.profile());
    userStreams.remove(subscription);
    seats.remove(subscription);
    return true;
  }

  /** Has it noted that other limits hold. */
  void limited() {
    lock.lock();
    try {
      noteFullness();
    } finally {
      lock.unlock();
    }
  }

  private void noteFullness() {
    if (streams.size() < limits.get().streams()) {
      full = null;
    } else if (full == null) {
      full = clock.instant();
    }
  }

  /** Since when as many are open as there may be; empty if there may be more. */
  Optional<Instant> fullSince() {
    return Optional.ofNullable(full);
  }

  private void forgetIfEmpty(Tenancy tenancy) {
    if (tenancy.isEmpty()) {
      // A second call for the same tail comes when there may be another tenancy already.
      tenancies.remove(tenancy.tenant(), tenancy);
    }
  }

  /**
   * Lets nobody in any more, and ends the tails. It takes the lock, so that whoever was let in
   * before is in the result.
   *
   * @return the subscriptions that are open
   */
  List<Subscription> close() {
    lock.lock();
    try {
      closed = true;
      tenancies.values().forEach(it -> it.tails().forEach(Tail::end));
      return all();
    } finally {
      lock.unlock();
    }
  }

  boolean isClosed() {
    return closed;
  }

  /**
   * Waits until no subscription is open.
   *
   * @return whether that happened in time
   */
  boolean awaitEmpty(Duration wait) throws InterruptedException {
    long remaining = wait.toNanos();
    lock.lockInterruptibly();
    try {
      while (!streams.isEmpty()) {
        if (remaining <= 0) {
          return false;
        }
        remaining = left.awaitNanos(remaining);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  Optional<Subscription> find(String id) {
    return Optional.ofNullable(streams.get(id));
  }

  /** What is kept of a tenant that has open streams; null if it has none. */
  @Nullable Tenancy find(Tenant tenant) {
    return tenancies.get(tenant);
  }

  /** What is kept of the tenants that have open streams at this moment. */
  Collection<Tenancy> tenancies() {
    return tenancies.values();
  }

  /** The subscriptions that are open at this moment. */
  List<Subscription> all() {
    return List.copyOf(streams.values());
  }

  /** The subscriptions of a subject, of whatever tenant. */
  List<Subscription> of(String subject) {
    return tenancies.values().stream().flatMap(it -> it.named(subject).stream()).toList();
  }

  int size() {
    return streams.size();
  }

  /** How many subscriptions there are of a profile; of none, where that is empty. */
  int in(Optional<String> profile) {
    return profiles.of(profile);
  }

  /** Of how many seats something is kept. */
  int seats() {
    lock.lock();
    try {
      return seats.size();
    } finally {
      lock.unlock();
    }
  }

  int cohorts() {
    return tenancies.values().stream().mapToInt(Tenancy::cohorts).sum();
  }
}
