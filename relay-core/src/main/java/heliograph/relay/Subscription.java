package heliograph.relay;

import heliograph.contract.Claims;
import heliograph.contract.Cursor;
import heliograph.contract.EndReason;
import heliograph.contract.Format;
import heliograph.contract.Gap;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Our state for one open stream. The log thread offers live events; the stream's own thread takes
 * them, and reads the log for what lies before. A subscription that resumes begins by reading, and
 * one whose queue overflowed goes back to it: replay and catching up are one path.
 */
public final class Subscription extends LiveQueue {
  private static final Instant LATEST = Instant.ofEpochMilli(Long.MAX_VALUE);

  private final String id;
  // Written by the log thread under the lock of OpenStreams.
  private volatile Interest interest;
  // Beside it, because it is looked at in each turn.
  private volatile long expiresMillis;
  private final Format format;
  private final Tenancy tenancy;
  private final Pages pages;
  private final Masks masks;
  private final int maxReplay;
  private final int snapshotKeys;

  // The stream's own thread alone.
  private long position;
  private @Nullable Gap missed;
  private @Nullable Snapshot snapshot;

  Subscription(String id, Interest interest, Format format, Keep keep, Tenancy tenancy, Hub hub) {
    super(hub.log(), hub.clock(), hub.limits().queue(), hub.limits().slow(), keep);
    this.id = id;
    this.interest = interest;
    this.expiresMillis = millis(interest.claims().expires());
    this.format = format;
    this.tenancy = tenancy;
    this.pages = hub.pages();
    this.masks = hub.masks();
    this.maxReplay = hub.limits().replayEvents();
    this.snapshotKeys = hub.limits().snapshotKeys();
  }

  public String id() {
    return id;
  }

  public Format format() {
    return format;
  }

  public Claims claims() {
    return interest.claims();
  }

  /** From now on these claims decide; the cohort is the caller's matter. On the log thread. */
  void renew(Claims claims) {
    interest = new Interest(claims, interest.topics(), interest.types(), interest.filter());
    expiresMillis = millis(claims.expires());
  }

  /** Beyond what milliseconds can count, a time is as good as never. */
  private static long millis(Instant time) {
    return time.isBefore(LATEST) ? time.toEpochMilli() : Long.MAX_VALUE;
  }

  /** When its claims end, in milliseconds of the epoch; the largest number for never. */
  public long expiresMillis() {
    return expiresMillis;
  }

  /** What was asked for. */
  public List<TopicPattern> topics() {
    return interest.topics();
  }

  Interest interest() {
    return interest;
  }

  Tenancy tenancy() {
    return tenancy;
  }

  /**
   * The place up to which the stream has been served; before the first delivery, where it starts.
   */
  public Cursor position() {
    return log.cursor(position);
  }

  /**
   * Where a client that comes back misses nothing: at {@link #position}, but while it is still to
   * be told of a gap that the stream begins with, before that. In the middle of a snapshot it is
   * given more there than it would be here. On the stream's own thread.
   */
  public Cursor returnsTo() {
    return missed == null ? position() : missed.from();
  }

  /** Finds its place. Called once the cohort has this member, before the first take. */
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
    // Of another life of the log, or of another tenant: the client has seen nothing of this one.
    position = log.oldest(tenant()) - 1;
    missed = new Gap(Gap.Reason.EPOCH, after, position());
  }

  private void startSince(Instant time) {
    position = log.before(tenant(), time);
    long gone = log.oldest(tenant()) - 1;
    if (gone > 0 && position <= gone) {
      // The time lies before the oldest event that is left, and some were there before it.
      missed = new Gap(Gap.Reason.RETENTION, log.cursor(0), position());
    }
  }

  /** Goes back from the head until enough events are found that the subscriber may see. */
  private void startBefore(int events) throws InterruptedException {
    long head = head();
    // Not all the way to where a subscriber is told that it lies too far behind.
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
      missed = new Gap(Gap.Reason.OVERFLOW, log.cursor(gone), log.cursor(reached));
    }
    snapshot = taken;
    position = taken.through();
  }

  /**
   * Walks back over what the subscriber may see.
   *
   * @param more whether to go on after an event
   * @return the place that was reached: before the last event that was looked at
   */
  private long back(long head, long least, Predicate<StoredEvent> more)
      throws InterruptedException {
    Instant now = clock.instant();
    long place = head;
    while (place > least) {
      // Within one block, of which a read returns everything.
      long from = Math.max(least, (place - 1) / Pages.BLOCK * Pages.BLOCK);
      List<StoredEvent> page = pages.read(tenant(), from, (int) (place - from)).events().reversed();
      place = from;
      for (StoredEvent stored : page) {
        if (view(stored, now).filter(seen -> !more.test(seen)).isPresent()) {
          return stored.sequence() - 1;
        }
      }
    }
    return place;
  }

  /**
   * What to write next, as far as it can be told from memory; null if the log is to be read first,
   * which {@link #next} does and may have to wait for. On the stream's own thread.
   */
  public @Nullable Delivery nextInMemory() {
    return missed == null && snapshot == null ? moved(take(position)) : null;
  }

  /** Ends the stream for a reason in which the time to come back is not the relay's to say. */
  public void end(EndReason reason) {
    end(reason, Duration.ZERO);
  }

  /**
   * What to write next. On the stream's own thread.
   *
   * @param wait how long to wait for something before the answer is {@link Delivery.Quiet}
   * @throws heliograph.contract.RelayException LOG_UNAVAILABLE if the log is to be read and cannot
   */
  public Delivery next(Duration wait) throws InterruptedException {
    Delivery next = missed == null ? take(position, wait) : told();
    if (next == null) {
      next = snapshot == null ? readLog() : readSnapshot(snapshot);
    }
    return moved(next);
  }

  private <D extends @Nullable Delivery> D moved(D next) {
    switch (next) {
      case null -> {
        // Nothing was taken.
      }
      case Delivery.Events(_, Cursor through, _) -> position = through.sequence();
      case Delivery.Quiet(Cursor through) -> position = through.sequence();
      case Delivery.Missed(Gap gap) -> position = Math.max(position, gap.to().sequence());
      case Delivery.Ended _ -> {
        // The place stays, for whoever asks where it ended.
      }
    }
    return next;
  }

  private @Nullable Delivery told() {
    Delivery gap = missed == null ? null : new Delivery.Missed(missed);
    missed = null;
    return gap;
  }

  private Delivery readSnapshot(Snapshot taken) throws InterruptedException {
    List<StoredEvent> found = List.of();
    if (!taken.isDelivered()) {
      found = visible(taken.take(pages.read(tenant(), taken.block(), Pages.BLOCK)));
    }
    if (taken.isDelivered()) {
      snapshot = null;
    }
    return new Delivery.Events(found, log.cursor(taken.through()), false);
  }

  private Delivery readLog() throws InterruptedException {
    long through = readThrough();
    long least = head() - maxReplay;
    if (position < least) {
      return gap(Gap.Reason.OVERFLOW, Math.min(least, through));
    }
    int max = (int) Math.min(Limits.PAGE_EVENTS, through - position);
    EventLog.Page page = pages.read(tenant(), position, max);
    if (page.first() > position + 1) {
      // What follows is in the queue of a live stream, however far the log has moved on.
      return gap(Gap.Reason.RETENTION, Math.min(page.first() - 1, through));
    }
    if (page.last() >= head()) {
      goLive();
    }
    return new Delivery.Events(keep.among(visible(page.events())), log.cursor(page.last()), false);
  }

  private List<StoredEvent> visible(List<StoredEvent> read) {
    Instant now = clock.instant();
    List<StoredEvent> visible = new ArrayList<>(read.size());
    for (StoredEvent stored : read) {
      view(stored, now).ifPresent(visible::add);
    }
    return visible;
  }

  private Optional<StoredEvent> view(StoredEvent stored, Instant now) {
    if (LiveQueue.ephemeral(stored)) {
      return Optional.empty();
    }
    Optional<StoredEvent> seen = interest.view(stored, masks, now);
    stored.forget();
    return seen;
  }

  private Delivery gap(Gap.Reason reason, long to) {
    return new Delivery.Missed(new Gap(reason, position(), log.cursor(to)));
  }

  @Override
  long head() {
    return log.head(tenant());
  }

  @Override
  long delivered() {
    return tenancy.delivered();
  }

  private Tenant tenant() {
    return interest.claims().tenant();
  }
}
