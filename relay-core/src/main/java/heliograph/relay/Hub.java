package heliograph.relay;

import heliograph.contract.Claims;
import heliograph.contract.EndReason;
import heliograph.contract.ErrorCode;
import heliograph.contract.Event;
import heliograph.contract.Format;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Where publishers and subscribers meet. Any thread may publish, subscribe and leave; one thread of
 * its own, the {@link LogThread}, stores and delivers.
 */
public final class Hub implements AutoCloseable {
  private static final int STREAM_ID_BYTES = 9;
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final EventLog log;
  private final Limits limits;
  private final Masks masks;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final LogThread logThread;
  private final Pages pages;
  private final SecureRandom random = new SecureRandom();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition left = lock.newCondition();
  private final UserStreams userStreams; // guarded by lock
  // Written under lock, read by the log thread without it.
  private final Map<Tenant, Tenancy> tenancies = new ConcurrentHashMap<>();
  private final Map<String, Subscription> subscriptions = new ConcurrentHashMap<>();
  private volatile boolean draining;

  /** A hub whose events are shown as they are. */
  public Hub(EventLog log, Limits limits, InstantSource clock, LongSupplier nanos) {
    this(log, limits, Masks.NONE, clock, nanos);
  }

  /**
   * @param masks what is hidden of events, and from whom
   * @param nanos a clock of elapsed nanoseconds, such as {@code System::nanoTime}
   */
  public Hub(EventLog log, Limits limits, Masks masks, InstantSource clock, LongSupplier nanos) {
    this.log = log;
    this.limits = limits;
    this.masks = masks;
    this.clock = clock;
    this.nanos = nanos;
    this.userStreams = new UserStreams(limits);
    this.pages = new Pages(log);
    this.logThread = new LogThread(log, nanos, this::deliver, this::endAll);
  }

  /**
   * Stores the events and hands them to who may see them; returns when both are done.
   *
   * @return a receipt for each event, in order
   * @throws RelayException LOG_UNAVAILABLE, and then none of them was stored; or SHUTTING_DOWN, and
   *     then a publisher that asks again with the same ids learns what became of them
   */
  public List<Receipt> publish(List<Event> events) {
    if (draining) {
      throw RelayException.retryAfter(ErrorCode.SHUTTING_DOWN, "the relay is stopping", RETRY);
    }
    Submission submission = new Submission(events, nanos.getAsLong());
    logThread.submit(submission);
    return submission.await();
  }

  /**
   * Opens a subscription for a stream. The caller must {@link #leave}.
   *
   * @throws RelayException TOO_MANY_STREAMS, SHUTTING_DOWN or LOG_UNAVAILABLE, which all pass
   */
  public Subscription subscribe(Interest interest, Format format, Keep keep, Start start) {
    return started(join(interest, format, keep, limits.overUserLimit()), start);
  }

  /**
   * The same for one poll. It neither supersedes a stream nor is superseded: its client comes back
   * at once, so two of them would drive each other out for ever.
   */
  public Subscription poll(Interest interest, Format format, Keep keep, Start start) {
    return started(join(interest, format, keep, OverUserLimit.REFUSE), start);
  }

  private Subscription started(Subscription subscription, Start start) {
    boolean started = false;
    try {
      subscription.start(start);
      started = true;
      return subscription;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new RelayException(ErrorCode.SHUTTING_DOWN, "the relay is stopping");
    } finally {
      if (!started) {
        // Nobody else knows it yet, so if its start fails it must leave here.
        leave(subscription);
      }
    }
  }

  /** Opens a subscription that wants every event. */
  public Subscription subscribe(Interest interest, Format format, Start start) {
    return subscribe(interest, format, Keep.EVERY, start);
  }

  /** Makes the subscription a member first; the head is taken after, so no event falls between. */
  private Subscription join(Interest interest, Format format, Keep keep, OverUserLimit over) {
    String id = newStreamId();
    Optional<Subscription> superseded = Optional.empty();
    lock.lock();
    try {
      if (draining) {
        throw RelayException.retryAfter(ErrorCode.SHUTTING_DOWN, "the relay is stopping", RETRY);
      }
      Tenancy tenancy = tenancies.computeIfAbsent(interest.claims().tenant(), this::tenancy);
      if (over == OverUserLimit.SUPERSEDE) {
        // It counts no more from here on, however slow its client is to hear of it. And as one goes
        // for one that comes, the other limits are not in the way.
        superseded = userStreams.inTheWay(interest.claims(), tenancy);
        superseded.ifPresent(this::remove);
      }
      if (subscriptions.size() >= limits.streams()
          || tenancy.streams() >= limits.streamsPerTenant()
          || tenancy.streamsOf(interest.claims().subject()) >= limits.streamsPerUser()) {
        forgetIfEmpty(tenancy);
        throw RelayException.retryAfter(
            ErrorCode.TOO_MANY_STREAMS, "a limit on open streams is reached", RETRY);
      }
      Subscription subscription = new Subscription(id, interest, format, keep, tenancy, this);
      tenancy.add(subscription);
      subscriptions.put(subscription.id(), subscription);
      if (over == OverUserLimit.SUPERSEDE) {
        userStreams.add(subscription);
      }
      return subscription;
    } finally {
      lock.unlock();
      superseded.ifPresent(oldest -> oldest.end(EndReason.SUPERSEDED));
    }
  }

  private Tenancy tenancy(Tenant tenant) {
    return new Tenancy(tenant, masks);
  }

  /** Closes a subscription: it is offered nothing more. A second call does nothing. */
  public void leave(Subscription subscription) {
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

  /** The open stream of this id. */
  public Optional<Subscription> find(String id) {
    return Optional.ofNullable(subscriptions.get(id));
  }

  /**
   * Goes on with other claims of the same subscriber: from some event on, and for none before it,
   * they decide what the stream sees. What already waits to be written stays. Returns when they are
   * in force; does nothing for a stream that has left.
   *
   * @throws IllegalArgumentException for claims of somebody else
   */
  public void renew(Subscription subscription, Claims claims) {
    Claims old = subscription.claims();
    if (!old.tenant().equals(claims.tenant()) || !old.subject().equals(claims.subject())) {
      throw new IllegalArgumentException("a stream cannot become somebody else's");
    }
    CountDownLatch changed = new CountDownLatch(1);
    logThread.between(
        () -> {
          change(subscription, claims);
          changed.countDown();
        });
    try {
      changed.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new RelayException(ErrorCode.SHUTTING_DOWN, "the relay is stopping");
    }
  }

  private void change(Subscription subscription, Claims claims) {
    lock.lock();
    try {
      if (subscriptions.containsKey(subscription.id())) {
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
    if (subscriptions.remove(subscription.id()) == null) {
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

  /** On the log thread, after the commit: who joined before it is found, who joins after has it. */
  private void deliver(StoredEvent stored) {
    Tenancy tenancy = tenancies.get(stored.event().tenant());
    if (tenancy != null) {
      tenancy.deliver(stored, clock.instant());
    }
  }

  /** Without the log thread no stream can be served; each may resume where it was. */
  private void endAll() {
    closeDoor().forEach(open -> open.end(EndReason.UNAVAILABLE, RETRY));
  }

  /**
   * Lets nobody in any more. Under the lock, so that whoever was let in before is among the open.
   */
  private List<Subscription> closeDoor() {
    lock.lock();
    try {
      draining = true;
      return List.copyOf(subscriptions.values());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Refuses new events and streams, and ends those that are open with SHUTDOWN.
   *
   * @param retry the shortest time after which a client should come back
   * @param window the time over which the clients' return is spread, evenly
   */
  public void drain(Duration retry, Duration window) {
    List<Subscription> open = closeDoor();
    for (int i = 0; i < open.size(); i++) {
      Duration wait = retry.plus(window.multipliedBy(i).dividedBy(open.size()));
      open.get(i).end(EndReason.SHUTDOWN, wait);
    }
  }

  /**
   * Waits until no stream is open.
   *
   * @return whether that happened in time
   */
  public boolean awaitEmpty(Duration wait) throws InterruptedException {
    long remaining = wait.toNanos();
    lock.lockInterruptibly();
    try {
      while (!subscriptions.isEmpty()) {
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

  public boolean isDraining() {
    return draining;
  }

  /** Whether the log thread runs; without it nothing is stored or delivered any more. */
  public boolean isAlive() {
    return logThread.isAlive();
  }

  /** Why events cannot be stored now; empty while they can. */
  public Optional<String> trouble() {
    return log.trouble();
  }

  /** The open subscriptions at this moment. */
  public Collection<Subscription> subscriptions() {
    return List.copyOf(subscriptions.values());
  }

  /** How many commits the log has taken since the start. */
  public long commits() {
    return logThread.commits();
  }

  public int streams() {
    return subscriptions.size();
  }

  /** Open streams of one subject of a tenant; polls that wait count as well. */
  public int streamsOf(Tenant tenant, String subject) {
    Tenancy tenancy = tenancies.get(tenant);
    return tenancy == null ? 0 : tenancy.streamsOf(subject);
  }

  /** Open streams that share topics, types, tenant and roles count as one. Adds up the tenants. */
  public int cohorts() {
    return tenancies.values().stream().mapToInt(Tenancy::cohorts).sum();
  }

  /** Elapsed nanoseconds on the clock that stamps live events. */
  public long nanos() {
    return nanos.getAsLong();
  }

  EventLog log() {
    return log;
  }

  Pages pages() {
    return pages;
  }

  InstantSource clock() {
    return clock;
  }

  Masks masks() {
    return masks;
  }

  Limits limits() {
    return limits;
  }

  /** Stops the log thread and closes the log. Events that wait for it are refused. */
  @Override
  public void close() {
    draining = true;
    logThread.close();
    log.close();
  }

  private String newStreamId() {
    byte[] bytes = new byte[STREAM_ID_BYTES];
    random.nextBytes(bytes);
    return "s_" + HexFormat.of().formatHex(bytes);
  }
}
