package heliograph.relay;

import heliograph.contract.Claims;
import heliograph.contract.EndReason;
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
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
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
  private final OpenStreams streams;
  private final SecureRandom random = new SecureRandom();

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
    this.streams = new OpenStreams(limits, tenant -> new Tenancy(tenant, masks));
    this.pages = new Pages(log);
    this.logThread = new LogThread(log, nanos, this::deliver, this::endAll);
  }

  /**
   * Stores the events and hands them to who may see them; returns when both are done.
   *
   * @param publisher the name of who sent them
   * @return a receipt for each event, in order
   * @throws RelayException LOG_UNAVAILABLE, and then none of them was stored; or SHUTTING_DOWN, and
   *     then a publisher that asks again with the same ids learns what became of them
   */
  public List<Receipt> publish(String publisher, List<Event> events) {
    if (streams.isClosed()) {
      throw RelayException.stopping();
    }
    Submission submission = new Submission(Published.all(publisher, events), nanos.getAsLong());
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
      throw RelayException.stopping();
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
    return streams.join(
        interest.claims(),
        over,
        tenancy -> new Subscription(id, interest, format, keep, tenancy, this));
  }

  /** Closes a subscription: it is offered nothing more. A second call does nothing. */
  public void leave(Subscription subscription) {
    streams.leave(subscription);
  }

  /** The open stream of this id. */
  public Optional<Subscription> find(String id) {
    return streams.find(id);
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
          streams.renew(subscription, claims);
          changed.countDown();
        });
    try {
      changed.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw RelayException.stopping();
    }
  }

  /** On the log thread, after the commit: who joined before it is found, who joins after has it. */
  private void deliver(StoredEvent stored) {
    Tenancy tenancy = streams.find(stored.event().tenant());
    if (tenancy != null) {
      tenancy.deliver(stored, clock.instant());
    }
  }

  /** Without the log thread no stream can be served; each may resume where it was. */
  private void endAll() {
    streams.close().forEach(open -> open.end(EndReason.UNAVAILABLE, RETRY));
  }

  /**
   * Refuses new events and streams, and ends those that are open with SHUTDOWN.
   *
   * @param retry the shortest time after which a client should come back
   * @param window the time over which the clients' return is spread, evenly
   */
  public void drain(Duration retry, Duration window) {
    List<Subscription> open = streams.close();
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
    return streams.awaitEmpty(wait);
  }

  public boolean isDraining() {
    return streams.isClosed();
  }

  /** Whether the log thread runs; without it nothing is stored or delivered any more. */
  public boolean isAlive() {
    return logThread.isAlive();
  }

  /** Why events cannot be stored now; empty while they can. */
  public Optional<String> trouble() {
    return log.trouble();
  }

  /** Whether the log knows nothing of the tenant. */
  public boolean isNew(Tenant tenant) {
    return log.isNew(tenant);
  }

  /** How many tenants the log holds something of. */
  public int tenants() {
    return log.tenants();
  }

  /** The open subscriptions at this moment. */
  public Collection<Subscription> subscriptions() {
    return streams.all();
  }

  /**
   * Those of them that a subject has, whatever its tenant. One whose claims change at this moment
   * may be missing.
   */
  public Collection<Subscription> subscriptionsOf(String subject) {
    return streams.of(subject);
  }

  /** How many commits the log has taken since the start. */
  public long commits() {
    return logThread.commits();
  }

  public int streams() {
    return streams.size();
  }

  /** Open streams of one subject of a tenant; polls that wait count as well. */
  public int streamsOf(Tenant tenant, String subject) {
    Tenancy tenancy = streams.find(tenant);
    return tenancy == null ? 0 : tenancy.streamsOf(subject);
  }

  /** Open streams that share topics, types, tenant and roles count as one. Adds up the tenants. */
  public int cohorts() {
    return streams.cohorts();
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
    streams.close();
    logThread.close();
    log.close();
  }

  private String newStreamId() {
    byte[] bytes = new byte[STREAM_ID_BYTES];
    random.nextBytes(bytes);
    return "s_" + HexFormat.of().formatHex(bytes);
  }
}
