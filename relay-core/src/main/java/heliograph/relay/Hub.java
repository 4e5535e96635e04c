package heliograph.relay;

import heliograph.contract.Claims;
import heliograph.contract.Cursor;
import heliograph.contract.Dialect;
import heliograph.contract.EndReason;
import heliograph.contract.Event;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Brings events from publishers to subscribers. Any thread may publish, subscribe and leave. Once
 * {@link #start} was called, the {@link LogThread} stores, {@link Workers} deliver what the log
 * shows, and {@link Readers} read the log for those who are behind.
 */
public final class Hub implements AutoCloseable {
  private static final int STREAM_ID_BYTES = 9;
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final EventLog log;
  // Both are replaced as a whole; whoever decides by one of them reads it once for that.
  private volatile Limits limits;
  private volatile Masks masks;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final LogThread logThread;
  private final Workers workers;
  private final Readers readers;
  private final OpenStreams streams;
  private final Spending spending;
  private final Lateness lateness;
  private final WaitingBytes waiting;
  private final SecureRandom random = new SecureRandom();
  private volatile @Nullable Instant drainingSince;
  private volatile @Nullable Instant stoppedSince;

  /**
   * Makes a hub that shows every event as it is.
   *
   * @param nanos a clock of elapsed nanoseconds, such as {@code System::nanoTime}
   */
  public Hub(EventLog log, Limits limits, InstantSource clock, LongSupplier nanos) {
    this(log, limits, Masks.NONE, clock, nanos);
  }

  /** Makes a hub that tells nobody who is late. */
  public Hub(EventLog log, Limits limits, Masks masks, InstantSource clock, LongSupplier nanos) {
    this(log, limits, masks, Lateness.UNTOLD, clock, nanos);
  }

  /** Makes a hub that tells nobody of storms. */
  public Hub(
      EventLog log,
      Limits limits,
      Masks masks,
      Lateness lateness,
      InstantSource clock,
      LongSupplier nanos) {
    this(log, limits, masks, lateness, Storms.UNTOLD, clock, nanos);
  }

  /**
   * Makes a hub, which closes the log when it is closed itself.
   *
   * @param masks what is hidden of events, and from whom
   * @param lateness is told whose streams fall behind for having had their share
   * @param storms is told of streams that supersede each other too often
   * @param nanos a clock of elapsed nanoseconds, such as {@code System::nanoTime}
   */
  public Hub(
      EventLog log,
      Limits limits,
      Masks masks,
      Lateness lateness,
      Storms storms,
      InstantSource clock,
      LongSupplier nanos) {
    this.lateness = lateness;
    this.spending = new Spending(limits.filterTime(), nanos);
    this.log = log;
    this.limits = limits;
    this.masks = masks;
    this.clock = clock;
    this.nanos = nanos;
    this.waiting = new WaitingBytes(limits.memory());
    this.streams =
        new OpenStreams(
            this::limits, tenant -> new Tenancy(tenant, this, waiting), storms, clock, nanos);
    this.workers = new Workers(nanos, this::threadEnded);
    this.readers = new Readers(log, limits.memory(), nanos, workers::isBusy);
    readers.atEnd(this::threadEnded);
    this.logThread = new LogThread(log, nanos, this::endAll);
    log.follow(this::show);
  }

  /** Begins to store and to deliver. Called once; what is published before that waits. */
  public void start() {
    workers.start();
    logThread.start();
    readers.start();
  }

  /**
   * Stores the events, and returns when that is done. They are delivered to whoever may see them
   * without the publisher waiting for it; its thread is borrowed for a moment.
   *
   * @param publisher the name of the publisher
   * @return a receipt for each event, in order
   * @throws RelayException LOG_UNAVAILABLE if none of the events was stored; SHUTTING_DOWN if they
   *     may have been, which a publisher learns when it sends them again with the same ids
   */
  public List<Receipt> publish(String publisher, List<Event> events) {
    return publish(publisher, events, List.of());
  }

  /**
   * Stores events of which some are followed, and returns when that is done, as {@link
   * #publish(String, List)} does.
   *
   * @param traces what follows each of the events, in their order: {@link Trace#NONE} for those
   *     that nobody follows. Empty if nobody follows any
   */
  public List<Receipt> publish(String publisher, List<Event> events, List<Trace> traces) {
    long now = nanos.getAsLong();
    return publish(
        traces.isEmpty()
            ? new Submission(Published.all(publisher, events, now))
            : new Submission(Published.all(publisher, events, now, traces), followed(traces)));
  }

  private static List<Trace> followed(List<Trace> traces) {
    return traces.stream().filter(trace -> trace != Trace.NONE).toList();
  }

  private List<Receipt> publish(Submission submission) {
    if (streams.isClosed()) {
      throw RelayException.stopping();
    }
    logThread.submit(submission);
    try {
      return submission.await();
    } finally {
      workers.lend();
    }
  }

  /**
   * Opens a subscription for a stream. The caller must {@link #leave}.
   *
   * @throws RelayException TOO_MANY_STREAMS, SHUTTING_DOWN or LOG_UNAVAILABLE; none of them lasts
   */
  public Subscription subscribe(Interest interest, StreamOptions options, Start start) {
    return started(join(interest, options, limits.overUserLimit()), start);
  }

  /**
   * Opens a subscription for one poll. The caller must {@link #leave}. A poll neither supersedes a
   * stream nor is superseded: its client comes back at once, so two polls would drive each other
   * out for ever.
   *
   * @throws RelayException TOO_MANY_STREAMS, SHUTTING_DOWN or LOG_UNAVAILABLE; none of them lasts
   */
  public Subscription poll(Interest interest, StreamOptions options, Start start) {
    return started(join(interest, options.withoutSeat(), OverUserLimit.REFUSE), start);
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
        // Nobody else knows the subscription yet, so it has to leave here.
        leave(subscription);
      }
    }
  }

  /** Opens a subscription for a stream that wants every event. The caller must {@link #leave}. */
  public Subscription subscribe(Interest interest, Dialect dialect, Start start) {
    return subscribe(interest, StreamOptions.of(dialect), start);
  }

  /** Makes a member of its cohort. The head is read after that, so no event falls in between. */
  private Subscription join(Interest interest, StreamOptions options, OverUserLimit over) {
    String id = newStreamId();
    return streams.join(
        interest.claims(),
        options,
        over,
        tenancy -> new Subscription(id, interest, options, tenancy, this));
  }

  /** Closes a subscription: it is offered nothing more. A second call does nothing. */
  public void leave(Subscription subscription) {
    streams.leave(subscription);
    subscription.letGo();
    readers.leave(subscription);
  }

  /**
   * Has an operator look on at a tenant's events as they come. The caller must {@link
   * #leave(Tail)}, and bounds how many there are.
   *
   * @param interest one that {@link Interest#ofOperator} has made
   * @throws RelayException SHUTTING_DOWN
   */
  public Tail tail(Interest interest) {
    return streams.join(interest.claims().tenant(), tenancy -> new Tail(interest, tenancy, this));
  }

  /** Closes a tail: it is offered nothing more. A second call does nothing. */
  public void leave(Tail tail) {
    streams.leave(tail);
  }

  /** The open stream with this id, if there is one. */
  public Optional<Subscription> find(String id) {
    return streams.find(id);
  }

  /**
   * Gives a stream other claims of the same subscriber. From some event on, and for none before it,
   * they decide what the stream sees; what already waits to be written stays. Returns when the
   * claims are in force. Does nothing for a stream that has left.
   *
   * @throws IllegalArgumentException if the claims are of somebody else
   */
  public void renew(Subscription subscription, Claims claims) {
    Claims old = subscription.claims();
    if (!old.tenant().equals(claims.tenant()) || !old.subject().equals(claims.subject())) {
      throw new IllegalArgumentException("a stream cannot become somebody else's");
    }
    CountDownLatch changed = new CountDownLatch(1);
    Tenancy tenancy = subscription.tenancy();
    show(
        tenancy,
        inbox ->
            inbox.change(
                () -> {
                  streams.renew(subscription, claims);
                  changed.countDown();
                }));
    workers.lend();
    try {
      changed.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw RelayException.stopping();
    }
  }

  /**
   * Has other limits hold from now on, for streams that open and for filters that are evaluated. A
   * stream that is open keeps its queue, and stays although there are more than there may be. The
   * memory for events stays as it was at first.
   */
  public void limit(Limits others) {
    limits = others;
    streams.limited();
    spending.limit(others.filterTime());
  }

  /**
   * Has other masks hide from now on. When this returns, whatever a stream takes is shown by these
   * masks, be it live, in its queue or read from the log; only what was taken before is sent as it
   * was.
   */
  public void mask(Masks others) {
    masks = others;
    Collection<Tenancy> tenancies = List.copyOf(streams.tenancies());
    CountDownLatch seen = new CountDownLatch(tenancies.size());
    for (Tenancy tenancy : tenancies) {
      // A walk that is under way has shown an event by the old masks. It ends before this is done.
      show(
          tenancy,
          inbox ->
              inbox.change(
                  () -> {
                    tenancy.readAgain();
                    seen.countDown();
                  }));
    }
    workers.lend();
    try {
      seen.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw RelayException.stopping();
    }
  }

  /**
   * Takes what the log shows. Whoever joined before that is found by the worker; whoever joins
   * after it reads a head that includes what is shown.
   */
  private void show(Shown shown) {
    switch (shown) {
      case StoredEvent event -> show(event.event().tenant(), inbox -> inbox.offer(event));
      case Shown.Lost(Tenant tenant, Cursor through) ->
          show(tenant, inbox -> inbox.readLog(through, false));
      case Shown.NewEpoch(String epoch) ->
          streams
              .tenancies()
              .forEach(it -> show(it, inbox -> inbox.readLog(new Cursor(epoch, 0), false)));
    }
    if (!logThread.isThis()) {
      // Nobody who waits for the log thread is about to lend a thread.
      workers.wake();
    }
  }

  private void show(Tenant tenant, Predicate<Inbox> put) {
    Tenancy tenancy = streams.find(tenant);
    if (tenancy != null) {
      show(tenancy, put);
    }
  }

  private void show(Tenancy tenancy, Predicate<Inbox> put) {
    if (put.test(tenancy.inbox())) {
      workers.add(tenancy);
    }
  }

  /** Notes when the first thread has ended: by a bug, or as the hub is closed. */
  private void threadEnded() {
    if (stoppedSince == null) {
      stoppedSince = clock.instant();
    }
  }

  /** Ends all streams, none of which can be served without the log thread; each may resume. */
  private void endAll() {
    threadEnded();
    streams.close().forEach(open -> open.end(EndReason.UNAVAILABLE, RETRY));
  }

  /**
   * Refuses new events and streams from now on, and ends the open streams with SHUTDOWN.
   *
   * @param retry the shortest time after which a client should come back
   * @param window the time over which the clients' return is spread evenly
   */
  public void drain(Duration retry, Duration window) {
    drainingSince = clock.instant();
    end(streams.close(), EndReason.SHUTDOWN, retry, window);
  }

  /**
   * Ends streams, whose clients come back over a time and not all at once.
   *
   * @param reason one with which a client is told when to come back
   * @param retry the shortest time after which a client should come back
   * @param window the time over which the clients' return is spread evenly
   */
  public void end(List<Subscription> open, EndReason reason, Duration retry, Duration window) {
    for (int i = 0; i < open.size(); i++) {
      Duration wait = retry.plus(window.multipliedBy(i).dividedBy(open.size()));
      open.get(i).end(reason, wait);
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

  /** Whether new events and streams are refused because the relay stops. */
  public boolean isDraining() {
    return streams.isClosed();
  }

  /** Since when the relay stops; empty if it does not. */
  public Optional<Instant> drainingSince() {
    return Optional.ofNullable(drainingSince);
  }

  /** Whether the hub's threads run. Without them nothing is stored, delivered or read. */
  public boolean isAlive() {
    return logThread.isAlive() && workers.isAlive() && readers.isAlive();
  }

  /** Since when one of the hub's threads runs no more; empty while none has ended. */
  public Optional<Instant> stoppedSince() {
    return Optional.ofNullable(stoppedSince);
  }

  /** Since when as many streams are open as there may be; empty if there may be more. */
  public Optional<Instant> fullSince() {
    return streams.fullSince();
  }

  /** Why events cannot be stored now; empty while they can be. */
  public Optional<String> trouble() {
    return log.trouble();
  }

  /** Whether the log knows nothing of the tenant, not even where its events ended. */
  public boolean isNew(Tenant tenant) {
    return log.isNew(tenant);
  }

  /** How many tenants the log holds events or dedup keys of. */
  public int tenants() {
    return log.tenants();
  }

  /** The subscriptions that are open at this moment. */
  public Collection<Subscription> subscriptions() {
    return streams.all();
  }

  /**
   * The subscriptions of a subject, of whatever tenant, that are open at this moment. One whose
   * claims are just changing may be missing.
   */
  public Collection<Subscription> subscriptionsOf(String subject) {
    return streams.of(subject);
  }

  /** How many commits the log has taken since the start. */
  public long commits() {
    return logThread.commits();
  }

  /** How long the commits took. */
  public CommitTimes commitTimes() {
    return logThread.times();
  }

  /** How many streams are open; polls that wait count as well. */
  public int streams() {
    return streams.size();
  }

  /** How many streams of one subject of a tenant are open; polls that wait count as well. */
  public int streamsOf(Tenant tenant, String subject) {
    Tenancy tenancy = streams.find(tenant);
    return tenancy == null ? 0 : tenancy.streamsOf(subject);
  }

  /** How many streams of a tenant are open; polls that wait count as well. */
  public int streamsOf(Tenant tenant) {
    Tenancy tenancy = streams.find(tenant);
    return tenancy == null ? 0 : tenancy.streams();
  }

  /**
   * How many streams of one subject of a tenant are open in a profile; polls that wait count as
   * well.
   */
  public int streamsOf(Tenant tenant, String subject, String profile) {
    Tenancy tenancy = streams.find(tenant);
    return tenancy == null ? 0 : tenancy.streamsOf(subject, profile);
  }

  /** How many streams of a tenant are open in a profile; polls that wait count as well. */
  public int streamsIn(String profile, Tenant tenant) {
    Tenancy tenancy = streams.find(tenant);
    return tenancy == null ? 0 : tenancy.streamsIn(profile);
  }

  /**
   * How many streams are open in a profile, over all tenants; polls that wait count as well.
   *
   * @param profile empty for those in no profile
   */
  public int streamsIn(Optional<String> profile) {
    return streams.in(profile);
  }

  /** Begins to count the streams that events are for at this moment. */
  public Headcount headcount() {
    return new Headcount(streams, clock);
  }

  /** Of how many seats something is kept, by open streams or for a storm. */
  int seats() {
    return streams.seats();
  }

  /** How many cohorts the open streams form, which are added up over all tenants. */
  public int cohorts() {
    return streams.cohorts();
  }

  /** What an operator is told beside the numbers above; nothing of it is in delivery's way. */
  public Inspection inspection() {
    return new Inspection(log, streams, spending, clock);
  }

  /** Elapsed nanoseconds on the clock that stamps live events. */
  public long nanos() {
    return nanos.getAsLong();
  }

  /** The bytes of live events that wait to be written, with what was made of them. */
  public long waitingBytes() {
    return waiting.held();
  }

  /** The bytes of events that were read from the log for streams and are not written yet. */
  public long readingBytes() {
    return readers.held();
  }

  Workers workers() {
    return workers;
  }

  LongSupplier nanoClock() {
    return nanos;
  }

  EventLog log() {
    return log;
  }

  Readers readers() {
    return readers;
  }

  InstantSource clock() {
    return clock;
  }

  Masks masks() {
    return masks;
  }

  Spending spending() {
    return spending;
  }

  Lateness lateness() {
    return lateness;
  }

  /** The bounds of what the hub holds. */
  public Limits limits() {
    return limits;
  }

  /** Stops the hub's threads and closes the log. Events that wait to be stored are refused. */
  @Override
  public void close() {
    streams.close();
    readers.close();
    logThread.close();
    workers.close();
    log.close();
  }

  private String newStreamId() {
    byte[] bytes = new byte[STREAM_ID_BYTES];
    random.nextBytes(bytes);
    return "s_" + HexFormat.of().formatHex(bytes);
  }
}
