package heliograph.relay;

import heliograph.contract.Claims;
import heliograph.contract.EndReason;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions that are open. It lets them in, up to the limits, lets them go, and finds them.
 * Any thread; they come and go under one lock, and the tenants' workers look without it.
 */
final class OpenStreams {
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final Limits limits;
  private final Function<Tenant, Tenancy> begin;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition left = lock.newCondition();
  private final UserStreams userStreams; // guarded by lock
  // Written under the lock, read without it.
  private final Map<Tenant, Tenancy> tenancies = new ConcurrentHashMap<>();
  private final Map<String, Subscription> streams = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /**
   * @param begin makes what is kept of a tenant that has open streams
   */
  OpenStreams(Limits limits, Function<Tenant, Tenancy> begin) {
    this.limits = limits;
    this.begin = begin;
    this.userStreams = new UserStreams(limits);
  }

  /**
   * Lets a subscription in.
   *
   * @param over what happens at the limit on streams of one user
   * @param opened makes the subscription
   * @throws RelayException TOO_MANY_STREAMS or SHUTTING_DOWN; neither of them lasts
   */
  Subscription join(Claims claims, OverUserLimit over, Function<Tenancy, Subscription> opened) {
    Optional<Subscription> superseded = Optional.empty();
    lock.lock();
    try {
      if (closed) {
        throw RelayException.stopping();
      }
      Tenancy tenancy = tenancies.computeIfAbsent(claims.tenant(), begin);
      if (over == OverUserLimit.SUPERSEDE) {
        // From here on it does not count, however slow its client is to hear of it. As one stream
        // goes for one that comes, the other limits are not in the way.
        superseded = userStreams.inTheWay(claims, tenancy);
        superseded.ifPresent(this::remove);
      }
      if (streams.size() >= limits.streams()
          || tenancy.streams() >= limits.streamsPerTenant()
          || tenancy.streamsOf(claims.subject()) >= limits.streamsPerUser()) {
        forgetIfEmpty(tenancy);
        throw RelayException.retryAfter(
            ErrorCode.TOO_MANY_STREAMS, "a limit on open streams is reached", RETRY);
      }
      Subscription subscription = opened.apply(tenancy);
      tenancy.add(subscription);
      streams.put(subscription.id(), subscription);
      if (over == OverUserLimit.SUPERSEDE) {
        userStreams.add(subscription);
      }
      return subscription;
    } finally {
      lock.unlock();
      superseded.ifPresent(oldest -> oldest.end(EndReason.SUPERSEDED));
    }
  }

  /** Lets a subscription go: it is offered nothing more. A second call does nothing. */
  void leave(Subscription subscription) {
    lock.lock();
    try {
      if (remove(subscription)) {
        forgetIfEmpty(subscription.tenancy());
        left.signalAll();
      }
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
    userStreams.remove(subscription);
    return true;
  }

  private void forgetIfEmpty(Tenancy tenancy) {
    if (tenancy.streams() == 0) {
      tenancies.remove(tenancy.tenant());
    }
  }

  /**
   * Lets nobody in any more. It takes the lock, so that whoever was let in before is in the result.
   *
   * @return the subscriptions that are open
   */
  List<Subscription> close() {
    lock.lock();
    try {
      closed = true;
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

  int cohorts() {
    return tenancies.values().stream().mapToInt(Tenancy::cohorts).sum();
  }
}
