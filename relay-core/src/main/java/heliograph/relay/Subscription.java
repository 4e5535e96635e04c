package heliograph.relay;

import heliograph.contract.Claims;
import heliograph.contract.Cursor;
import heliograph.contract.Dialect;
import heliograph.contract.EndReason;
import heliograph.contract.Gap;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The relay's state for one open stream. The tenant's worker offers live events; the stream's own
 * thread takes them, and reads the log for the events before them. A subscription that resumes
 * begins by reading, and one whose queue overflowed reads again: replay and catching up are one
 * path.
 */
public final class Subscription extends LiveQueue {
  private static final Instant LAST_MILLI = Instant.ofEpochMilli(Long.MAX_VALUE);

  private final String id;
  // Written by the tenant's worker under the lock of OpenStreams.
  private volatile Interest interest;
  // Taken out of the interest, because each turn looks at it.
  private volatile long expiresMillis;
  private final Tenancy tenancy;
  private final Readers readers;
  private final Hub hub;
  // For what is read from the log.
  private final Payer payer;
  private final int maxReplay;
  private final int snapshotKeys;

  // Owned by the stream's own thread.
  private long position;
  private @Nullable Gap missed;
  private @Nullable Snapshot snapshot;

  // What was read for it and is not written yet. Guarded by the lock of the readers.
  private ReadingRoom.@Nullable Hold inHand;

  Subscription(String id, Interest interest, StreamOptions options, Tenancy tenancy, Hub hub) {
    super(hub.log(), hub.clock(), hub.nanoClock(), hub.limits(), options);
    this.id = id;
    this.interest = interest;
    this.expiresMillis = millis(interest.claims().expires());
    this.tenancy = tenancy;
    this.readers = hub.readers();
    this.hub = hub;
    this.payer =
        interest.filter() == Filter.EVERY
            ? Payer.NOBODY
            : hub.spending().reader(tenant(), claims().subject());
    this.maxReplay = hub.limits().replayEvents();
    this.snapshotKeys = hub.limits().snapshotKeys();
  }

  public String id() {
    return id;
  }

  /** How the stream is spoken to. */
  public Dialect dialect() {
    return options.dialect();
  }

  /** Under which name it is counted; empty where it has none. */
  public Optional<String> profile() {
    return options.profile();
  }

  /** How many streams of its tenant are open in its profile; 0 where it has none. */
  public int streamsInProfile() {
    return profile().map(tenancy::streamsIn).orElse(0);
  }

  public Claims claims() {
    return interest.claims();
  }

  /**
   * Has these claims decide from now on. By the tenant's worker, which sees to the cohort as well.
   */
  void renew(Claims claims) {
    interest = new Interest(claims, interest.topics(), interest.types(), interest.filter());
    expiresMillis = millis(claims.expires());
  }

  /** The milliseconds of the epoch; a time that they cannot count is as good as never. */
  private static long millis(Instant time) {
    return time.isBefore(LAST_MILLI) ? time.toEpochMilli() : Long.MAX_VALUE;
  }

  /** When its claims end, in milliseconds of the epoch; the largest number stands for never. */
  public long expiresMillis() {
    return expiresMillis;
  }

  /** The patterns of the topics that were asked for. */
  public List<TopicPattern> topics() {
    return interest.topics();
  }

  Interest interest() {
    return interest;
  }

  Tenancy tenancy() {
    return tenancy;
  }

  /** How far the stream has come, as of a moment ago; it takes no lock. Any thread. */
  public Progress progress() {
    // The position is written by another thread, and tells an operator nothing that has to be of
    // this very moment.
    return progress(position);
  }

  /** What it asks for besides topics and types; {@link Filter#EVERY} for everything. */
  public Filter filter() {
    return interest.filter();
  }

  /** The patterns of the types that were asked for; empty for all. */
  public List<TypePattern> types() {
    return interest.types();
  }

  /** The place up to which the stream has been served; at first the place where it starts. */
  public Cursor position() {
    return place(position);
  }

  /**
   * The place from which a client that comes back misses nothing. This is {@link #position}, or the
   * place before the gap that the stream begins with, as long as the client has not been told of
   * that. In the middle of a snapshot a client is given more there than it would be given here. On
   * the stream's own thread.
   */
  public Cursor returnsTo() {
    return missed == null ? position() : missed.from();
  }

  /** Finds the place to start at. Called once the cohort has this member, before the first take. */
  void start(Start start) throws InterruptedException {
    switch (start) {
      case Start.Live() -> position = goLive();
      case Start.After(Cursor after) -> startAfter(after);
      case Start.Since(Instant time) -> startSince(time);
      case Start.Last(int events) -> startBefore(events);
      case Start.Snapshot() -> startWithSnapshot();
    }
  }

  private void startAfter(Cursor after) {
    if (after.epoch().equals(log.epoch()) && after.sequence() <= head()) {
      position = after.sequence();
      return;
    }
    // The cursor is of another life of the log, or of another tenant: the client has seen nothing
    // of this one.
    position = log.oldest(tenant()) - 1;
    missed = new Gap(Gap.Reason.EPOCH, after, position());
  }

  private void startSince(Instant time) {
    position = log.before(tenant(), time);
    long gone = log.oldest(tenant()) - 1;
    if (gone > 0 && position <= gone) {
      // The time lies before the oldest event that is left, and there were events before that one.
      missed = new Gap(Gap.Reason.RETENTION, place(0), position());
    }
  }

  /** Goes back from the head until enough events are found that the subscriber may see. */
  private void startBefore(int events) throws InterruptedException {
    long head = head();
    // Stops a good way before the place from which a subscriber would lie too far behind.
    long least = Math.max(log.oldest(tenant()) - 1, head - maxReplay + maxReplay / 4);
    AtomicInteger found = new AtomicInteger();
    position = back(head, least, _ -> found.incrementAndGet() < events);
  }

  private void startWithSnapshot() throws InterruptedException {
    long head = head();
    long gone = log.oldest(tenant()) - 1;
    Snapshot taken = new Snapshot(head, snapshotKeys);
    long reached = back(head, Math.max(gone, head - maxReplay), taken::add);
    if (reached > gone) {
      missed = new Gap(Gap.Reason.OVERFLOW, place(gone), place(reached));
    }
    snapshot = taken;
    position = taken.through();
  }

  /**
   * Walks back from the head over the events that the subscriber may see.
   *
   * @param least the place at which the walk ends at the latest
   * @param more whether to go on after an event
   * @return the place that was reached, before the last event that was looked at
   */
  private long back(long head, long least, Predicate<StoredEvent> more)
      throws InterruptedException {
    BackWalk walk = new BackWalk(head, least, more);
    boolean goesOn = true;
    while (goesOn && !walk.isOver()) {
      // It does not go on if the stream has ended meanwhile.
      goesOn = readers.step(this, step -> go(walk, step)).isPresent();
    }
    return walk.place();
  }

  private BackWalk go(BackWalk walk, Step step) {
    Instant now = clock.instant();
    do {
      walk.go(step, stored -> view(stored, now));
      // It holds one page at a time, so nothing but the time bounds how many it looks at.
    } while (!walk.isOver() && !step.isOver());
    return walk;
  }

  /**
   * Takes what to write next if that is in memory; null says that the log has to be read first,
   * which {@link #next} does and may have to wait for. On the stream's own thread.
   */
  public @Nullable Delivery nextInMemory() {
    written();
    return missed == null && snapshot == null && !isOutlived() ? movePast(take(position)) : null;
  }

  /** Ends the stream for a reason with which the relay does not say when to come back. */
  public void end(EndReason reason) {
    end(reason, Duration.ZERO);
  }

  /** Ends the stream; false if it has been ended before, and then nothing changes. */
  public boolean endIfOpen(EndReason reason) {
    return endIfOpen(reason, Duration.ZERO);
  }

  /**
   * Takes what to write next, and reads the log for it if need be. What was taken before counts as
   * written. On the stream's own thread.
   *
   * @param wait how long to wait for something before the answer is {@link Delivery.Quiet}; a turn
   *     to read the log may take longer
   * @throws heliograph.contract.RelayException LOG_UNAVAILABLE if the log is to be read and cannot
   */
  public Delivery next(Duration wait) throws InterruptedException {
    written();
    return more(wait);
  }

  /**
   * Takes what is next beside what was taken before, which stays in hand. The answer is {@link
   * Delivery.Quiet}, without a wait, if there is no room for more. On the stream's own thread.
   *
   * @param wait how long to wait for something before the answer is {@link Delivery.Quiet}; a turn
   *     to read the log may take longer
   * @throws heliograph.contract.RelayException LOG_UNAVAILABLE if the log is to be read and cannot
   */
  public Delivery more(Duration wait) throws InterruptedException {
    if (isOutlived()) {
      beginAgain();
    }
    Delivery next = missed == null ? take(position, wait) : takeMissed();
    if (next == null) {
      next = snapshot == null ? readLog() : readSnapshot(snapshot);
    }
    if (isOutlived() && !(next instanceof Delivery.Ended)) {
      // What was read may be of the log's new life, so it is read again once the gap is told.
      return more(Duration.ZERO);
    }
    return movePast(next);
  }

  /** Says that everything that was taken is written. On the stream's own thread. */
  public void written() {
    if (inHand != null) {
      readers.release(this);
    }
  }

  /**
   * Begins at the beginning of the log's new life, and has the stream told of a gap before that.
   */
  private void beginAgain() {
    Cursor before = returnsTo();
    beginAnew();
    snapshot = null;
    position = log.oldest(tenant()) - 1;
    missed = new Gap(Gap.Reason.EPOCH, before, position());
  }

  /** Moves the position past what is delivered. */
  private <D extends @Nullable Delivery> D movePast(D next) {
    switch (next) {
      case null -> {
        // Nothing was taken.
      }
      case Delivery.Events(_, Cursor through, _) -> position = through.sequence();
      case Delivery.Quiet(Cursor through) -> position = through.sequence();
      case Delivery.Missed(Gap gap) -> position = Math.max(position, gap.to().sequence());
      case Delivery.Ended _ -> {
        // The position stays, for whoever asks where the stream ended.
      }
    }
    return next;
  }

  private @Nullable Delivery takeMissed() {
    Delivery gap = missed == null ? null : new Delivery.Missed(missed);
    missed = null;
    return gap;
  }

  private Delivery readSnapshot(Snapshot taken) throws InterruptedException {
    if (!taken.isDelivered()) {
      Looked looked =
          looked(
              step -> {
                EventLog.Page page = step.read(taken.through(), taken.untilBlockEnds());
                List<StoredEvent> seen = new ArrayList<>();
                return new Looked(
                    page.first(), seen, look(page, taken.among(page.events()), seen, step));
              });
      if (looked == null) {
        return notRead();
      }
      taken.passTo(looked.through());
      return delivered(taken, looked.seen());
    }
    return delivered(taken, List.of());
  }

  private Delivery delivered(Snapshot taken, List<StoredEvent> found) {
    if (taken.isDelivered()) {
      snapshot = null;
    }
    return new Delivery.Events(found, place(taken.through()), false);
  }

  private Delivery readLog() throws InterruptedException {
    long through = readThrough();
    long least = head() - maxReplay;
    if (position < least) {
      return gap(Gap.Reason.OVERFLOW, Math.min(least, through));
    }
    long after = position;
    Looked looked = looked(step -> lookOn(after, through, step));
    if (looked == null) {
      return notRead();
    }
    if (looked.first() > after + 1) {
      // What follows is in the queue of a live stream, however far retention has come.
      return gap(Gap.Reason.RETENTION, Math.min(looked.first() - 1, through));
    }
    if (looked.through() >= head()) {
      goLive();
    }
    return new Delivery.Events(options.keep().among(looked.seen()), place(looked.through()), false);
  }

  /** What is next where the log was not read: that the stream has ended, or nothing more. */
  private Delivery notRead() {
    Delivery next = take(position);
    return next == null ? new Delivery.Quiet(position()) : next;
  }

  /**
   * What was found in the log.
   *
   * @param first the sequence that it begins with
   * @param seen what the subscriber sees of the events
   * @param through the sequence up to which they were looked at
   */
  private record Looked(long first, List<StoredEvent> seen, long through) {}

  /**
   * Looks at a part of the log, and once more if other masks came meanwhile: nothing is delivered
   * that was shown by those before. Null if the stream has ended.
   */
  private @Nullable Looked looked(Step.Work<Looked> look) throws InterruptedException {
    Masks shownBy;
    Looked looked;
    do {
      shownBy = hub.masks();
      looked = readers.step(this, look).orElse(null);
    } while (looked != null && shownBy != hub.masks());
    return looked;
  }

  /** Looks at what follows a place up to another one, page by page while the step may go on. */
  private Looked lookOn(long after, long through, Step step) {
    List<StoredEvent> seen = new ArrayList<>();
    long end = Math.min(through, head());
    long place = after;
    EventLog.Page page;
    do {
      page = step.read(place, (int) Math.min(Limits.PAGE_EVENTS, through - place));
      if (page.first() > place + 1 || page.events().isEmpty()) {
        // What was found before retention came is delivered before the gap.
        break;
      }
      place = look(page, page.events(), seen, step);
    } while (place == page.last() && place < end && step.readsOn());
    return new Looked(place == after ? page.first() : after + 1, seen, place);
  }

  /**
   * Looks at those events of a page, for no longer than the step may take.
   *
   * @param seen takes what the subscriber sees of them
   * @return the sequence up to which they were looked at
   */
  private long look(
      EventLog.Page page, List<StoredEvent> events, List<StoredEvent> seen, Step step) {
    Instant now = clock.instant();
    int before = seen.size();
    long masked = 0;
    long through = page.last();
    for (StoredEvent stored : events) {
      StoredEvent view = view(stored, now).orElse(null);
      boolean dear = interest.filter() != Filter.EVERY;
      if (view != null) {
        seen.add(view);
        if (view != stored) {
          masked += Pages.bytes(view);
          dear = true;
        }
      }
      // A view that is neither masked nor filtered takes no longer than to look at the time.
      if (dear && step.isOver()) {
        through = stored.sequence();
        break;
      }
    }
    if (seen.size() > before) {
      step.keep(masked);
    }
    return through;
  }

  private Optional<StoredEvent> view(StoredEvent stored, Instant now) {
    if (LiveQueue.ephemeral(stored)) {
      return Optional.empty();
    }
    return interest.view(stored, hub.masks(), now, payer);
  }

  private Delivery gap(Gap.Reason reason, long to) {
    return new Delivery.Missed(new Gap(reason, position(), place(to)));
  }

  @Override
  void stopReading() {
    readers.cancel(this);
  }

  /** What it has in hand; null for nothing. With the lock of the readers. */
  ReadingRoom.@Nullable Hold inHand() {
    return inHand;
  }

  void hasInHand(ReadingRoom.@Nullable Hold hold) {
    inHand = hold;
  }

  @Override
  long head() {
    return log.head(tenant());
  }

  @Override
  long delivered(String epoch) {
    return tenancy.delivered(epoch);
  }

  private Tenant tenant() {
    return interest.claims().tenant();
  }
}
