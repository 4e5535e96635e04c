package heliograph.gateway.stream;

import heliograph.contract.Cursor;
import heliograph.contract.Dialect;
import heliograph.contract.StandardDialect;
import heliograph.gateway.http.OwnOrigin;
import heliograph.relay.Inspection;
import heliograph.relay.Progress;
import heliograph.relay.StoredEvent;
import heliograph.relay.Subscription;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An open stream as an operator is told of it. All of it is read off fields that the stream's own
 * threads write anyway, without a lock: so it may be a moment old, and of different moments. Any
 * thread.
 */
public final class OpenStream {
  /** How long a write has to take until the stream counts as held up by its client. */
  public static final Duration BLOCKED_AFTER = Duration.ofMillis(250);

  private final StreamWriter writer;
  private final Inspection inspection;
  private final long nanos;
  private final Instant now;
  private final Progress progress;
  private final long writingSince;
  private final long place;

  /** What a stream is at. */
  public enum State {
    /** It writes events as they come. */
    LIVE,
    /** It reads the log for what it has not been given. */
    READING,
    /** Its client takes nothing. */
    BLOCKED
  }

  /**
   * An event that was written.
   *
   * @param id its place, as the stream told it
   * @param type the event's type
   * @param bytes how many bytes its frame has before it is compressed; 0 if it had none of its own,
   *     as where several events are one frame
   */
  public record Frame(Cursor id, Instant at, String type, int bytes) {}

  /**
   * @param nanos the time by the clock of the lanes, which is the same moment as {@code now}
   */
  OpenStream(StreamWriter writer, Inspection inspection, long nanos, Instant now) {
    this.writer = writer;
    this.inspection = inspection;
    this.nanos = nanos;
    this.now = now;
    this.progress = writer.subscription().progress();
    this.writingSince = writer.connection().writingSince();
    long first = writer.inHand();
    // What is in hand has been taken, and nobody has got it.
    this.place = first > 0 ? Math.min(first - 1, progress.place()) : progress.place();
  }

  public String id() {
    return writer.subscription().id();
  }

  /** What was asked for, and by whom. */
  public Subscription subscription() {
    return writer.subscription();
  }

  public Arrival arrival() {
    return writer.arrival();
  }

  /** In which words it is spoken to: plain, cloudevents, or own for those of a profile. */
  public String format() {
    return switch (writer.subscription().dialect()) {
      case StandardDialect.PLAIN, StandardDialect.PLAIN_UNNAMED -> "plain";
      case StandardDialect.CLOUDEVENTS, StandardDialect.CLOUDEVENTS_UNNAMED -> "cloudevents";
      default -> "own";
    };
  }

  /** Whether it is compressed. */
  public boolean gzip() {
    return writer.connection().isCompressed();
  }

  /** What it is at. */
  public State state() {
    if (blockedNanos() > 0) {
      return State.BLOCKED;
    }
    return progress.live() ? State.LIVE : State.READING;
  }

  /** For how long a write has been waiting for the client; 0 if none waits for long. */
  public long blockedNanos() {
    long waits = writingSince == 0 ? 0 : nanos - writingSince;
    return waits >= BLOCKED_AFTER.toNanos() ? waits : 0;
  }

  /** Since when a write has been waiting for the client; empty if none waits for long. */
  public Optional<Instant> blockedSince() {
    return blockedNanos() > 0 ? Optional.of(at(writingSince)) : Optional.empty();
  }

  /** How many events wait in its queue. */
  public int queued() {
    return progress.queued();
  }

  /** How many events were written. */
  public long events() {
    return writer.events();
  }

  /** Of how many gaps its client was told. */
  public long gaps() {
    return writer.gaps();
  }

  /** How many bytes were written, with those of HTTP. */
  public long bytes() {
    return writer.connection().sent();
  }

  /** When something was written last. */
  public Instant lastWrite() {
    return at(writer.lastWriteNanos());
  }

  /** How many of its tenant's events were stored after the last of which it is done. */
  public long lateEvents() {
    return Math.max(0, progress.head() - place);
  }

  /** For how long the oldest of those events has been stored; it may read from a disk. */
  public Duration lateTime() {
    if (lateEvents() == 0) {
      return Duration.ZERO;
    }
    var tenant = writer.subscription().claims().tenant();
    Duration late =
        inspection
            .storedAt(tenant, place + 1)
            // It is gone, and so it is older than the oldest that is left.
            .or(() -> inspection.storedAt(tenant, inspection.holding(tenant).oldest()))
            .map(stored -> Duration.between(stored, now))
            .orElse(Duration.ZERO);
    return late.isNegative() ? Duration.ZERO : late;
  }

  /** The place that it is done with. */
  public Cursor place() {
    return cursor(place);
  }

  /** The events that were written last, the newest first. */
  public List<Frame> lastFrames() {
    return writer.last().newestFirst(this);
  }

  private Cursor cursor(long sequence) {
    return new Cursor(inspection.epoch(), sequence);
  }

  private Instant at(long then) {
    // Two clocks do not agree on less, and it is to be the same whenever it is asked.
    return now.minusNanos(nanos - then).truncatedTo(ChronoUnit.MILLIS);
  }

  /**
   * When a stream was opened, and by whom as far as the connection tells it. An operator is told
   * so.
   *
   * @param peer the address that the request came from, or that a trusted proxy says it came from
   * @param agent what the client calls itself, cut off at {@link #MAX_AGENT}; empty if it says
   *     nothing
   */
  public record Arrival(Instant at, String peer, String agent) {
    /** The most characters that are kept of what a client calls itself. */
    static final int MAX_AGENT = 200;

    static Arrival of(ServerRequest request, OwnOrigin origin, Instant now) {
      String agent = request.headers().first(HeaderNames.USER_AGENT).orElse("");
      return new Arrival(now, origin.client(request), cut(agent));
    }

    private static String cut(String agent) {
      return agent.length() <= MAX_AGENT ? agent : agent.substring(0, MAX_AGENT);
    }
  }

  /**
   * What a stream wrote last, for an operator. It is written in place and without a lock: one
   * thread writes, and whoever reads meanwhile may be told of one that is just being replaced.
   */
  static final class LastFrames {
    /** How many are kept. */
    static final int KEPT = 20;

    // Each has a sequence, and the time at which the turn began that wrote it by the clock of the
    // lanes, which lie beside each other; the rest is shared with the event, or a number.
    private final long[] pairs = new long[2 * KEPT];
    private final int[] bytes = new int[KEPT];
    private final @Nullable String[] types = new String[KEPT];
    private long count;

    void add(StoredEvent written, Dialect dialect, long nanos) {
      int at = (int) (count % KEPT);
      pairs[2 * at] = written.sequence();
      pairs[2 * at + 1] = nanos;
      bytes[at] = written.frameBytes(dialect);
      types[at] = written.event().type();
      count++;
    }

    /** What was written last, the newest first. */
    private List<Frame> newestFirst(OpenStream of) {
      long all = count;
      List<Frame> written = new ArrayList<>();
      for (long i = all - 1; i >= Math.max(0, all - KEPT); i--) {
        int at = (int) (i % KEPT);
        String type = types[at];
        written.add(
            new Frame(
                of.cursor(pairs[2 * at]),
                of.at(pairs[2 * at + 1]),
                type == null ? "" : type,
                bytes[at]));
      }
      return written;
    }
  }
}
