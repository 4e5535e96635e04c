package heliograph.gateway.stream;

import heliograph.contract.Cursor;
import heliograph.contract.Dialect;
import heliograph.contract.EndReason;
import heliograph.contract.Frame;
import heliograph.contract.Gap;
import heliograph.contract.RelayException;
import heliograph.gateway.profile.StreamConfig;
import heliograph.gateway.stream.OpenStream.Arrival;
import heliograph.gateway.stream.OpenStream.LastFrames;
import heliograph.gateway.types.TypeRules;
import heliograph.relay.Bell;
import heliograph.relay.Delivery;
import heliograph.relay.StoredEvent;
import heliograph.relay.Subscription;
import io.helidon.webserver.CloseConnectionException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Takes what a subscription has for its stream and writes it to the connection, until one of the
 * two sides ends the stream. {@link Turns} decides which thread does so.
 */
final class StreamWriter extends Turns implements Bell {
  private static final System.Logger LOGGER = System.getLogger("heliograph");

  private final Subscription subscription;
  private final Connection connection;
  private final StreamTools tools;
  private final Pace pace;
  private final StreamConfig config;
  private final Arrival arrival;
  private final long windowNanos;
  private final Pace.@Nullable Beat beat;
  private final CountDownLatch over = new CountDownLatch(1);

  private volatile boolean timed;
  private volatile boolean due;
  // These are the expiry (epoch milliseconds) for which system.reauth is due, and the one it was
  // sent for.
  private volatile long endsSoon;
  private volatile long toldEnd;
  private volatile long lastWrite;

  // These are owned by whoever has the turn. The first is the place up to which the client has been
  // told; a value below any sequence says that it has been told of none.
  private long toldSequence = -1;
  // This is the time at which the turn began, or at which it went on after system.reauth.
  private long turnNanos;
  private long events;
  private long gaps;
  // An operator looks at these as well: the sequence of the first event that was taken and is not
  // written, or 0; and what was written last.
  private long inHand;
  private final LastFrames last = new LastFrames();
  private EndReason reason = EndReason.ERROR;

  StreamWriter(
      Subscription subscription,
      Pace pace,
      StreamConfig config,
      Arrival arrival,
      Connection connection,
      StreamTools tools) {
    super(tools.lanes().choose());
    this.subscription = subscription;
    this.arrival = arrival;
    this.pace = pace;
    this.config = config;
    this.connection = connection;
    this.tools = tools;
    this.windowNanos = pace.window().toNanos();
    this.lastWrite = tools.nanos().getAsLong();
    this.beat = pace.pulse().map(pulse -> pulse.begin(lastWrite)).orElse(null);
  }

  /** How many events were written. Any thread. */
  long events() {
    return events;
  }

  /** How many gaps the client was told of. Any thread. */
  long gaps() {
    return gaps;
  }

  /** The sequence of the first event that was taken and is not written; 0 for none. Any thread. */
  long inHand() {
    return inHand;
  }

  /** When something was written last, by the clock of {@link #nanos}. Any thread. */
  long lastWriteNanos() {
    return lastWrite;
  }

  /** What was written last. Any thread. */
  LastFrames last() {
    return last;
  }

  Subscription subscription() {
    return subscription;
  }

  Connection connection() {
    return connection;
  }

  Arrival arrival() {
    return arrival;
  }

  /**
   * Writes until the stream ends. The calling thread writes the beginning and what has to be read
   * from the log. Then it waits for the client to leave: no other thread reads the socket, so
   * without this wait only a write would show that the client has gone.
   *
   * @return why the stream ended
   */
  EndReason run() {
    tools.lanes().add(this);
    try {
      subscription.ringOnWork(this);
      if (open()) {
        onOwnThread();
      }
      EndReason left = connection.awaitLeft();
      subscription.end(left);
      over.await();
      // The kernel says only once that it gave the client up: to whoever reads or writes first.
      return left == EndReason.SLOW && reason == EndReason.LEFT ? left : reason;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return EndReason.SHUTDOWN;
    } finally {
      tools.lanes().remove(this);
    }
  }

  @Override
  public void ring(boolean soon) {
    ready(soon);
  }

  @Override
  public void giveUp() {
    subscription.end(EndReason.SLOW);
    connection.cut();
  }

  @Override
  boolean gathers() {
    return windowNanos > 0;
  }

  @Override
  void startWindow() {
    if (!timed) {
      timed = true;
      tools.lanes().later(this::endWindow, windowNanos);
    }
  }

  private void endWindow() {
    timed = false;
    windowOver();
  }

  @Override
  long nanos() {
    return tools.nanos().getAsLong();
  }

  /**
   * Looks whether the heartbeat is due, whether the token ends, and whether a write hangs. The
   * keeper of {@link Lanes} calls it now and then, beside the thread that has the turn.
   */
  void visit() {
    long visitNanos = nanos();
    connection.cutIfHeld(visitNanos, config.writeTimeout());
    if (expired()) {
      subscription.end(EndReason.EXPIRED);
    } else if (endIsNear()) {
      endsSoon = subscription.expiresMillis();
      ring(true);
    } else if (visitNanos - lastWrite >= config.heartbeat().toNanos()) {
      due = true;
      ready(true);
    }
    if (beat != null && beat.isDue(visitNanos)) {
      ready(true);
    }
  }

  /** Whether it is time to ask the client for a new token, and it was not asked yet. */
  private boolean endIsNear() {
    long end = subscription.expiresMillis();
    long ahead = config.reauth().toMillis();
    return ahead > 0 && end != toldEnd && end - ahead <= tools.clock().millis();
  }

  @Override
  Turn write(boolean mayReadLog, long nowNanos) {
    turnNanos = nowNanos;
    try {
      if (endsSoon != toldEnd) {
        askForToken();
        // That write may have been held up, so the next one is timed from now.
        turnNanos = nanos();
      }
      if (beat != null && beat.comesFirst(turnNanos)) {
        pulse(beat);
        turnNanos = nanos();
      }
      return expired()
          ? finish(writeEnd(EndReason.EXPIRED))
          : write(mayReadLog ? subscription.next(Duration.ZERO) : subscription.nextInMemory());
    } catch (CloseConnectionException | UncheckedIOException e) {
      // Nobody reads any more: a write that hung was cut, or the client has left.
      return finish(connection.why(e));
    } catch (RelayException _) {
      // The log cannot be read now; the client comes back to where it was.
      return finish(tryToWriteEnd(EndReason.UNAVAILABLE));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return finish(EndReason.SHUTDOWN);
    } catch (RuntimeException | Error bug) {
      // A bug, and a heap that is full as well, ends this stream and no other.
      LOGGER.log(System.Logger.Level.ERROR, "bug stream=" + subscription.id(), bug);
      return finish(tryToWriteEnd(EndReason.ERROR));
    }
  }

  private Turn write(@Nullable Delivery delivery) {
    return switch (delivery) {
      case null -> Turn.BEHIND;
      case Delivery.Events delivered -> {
        write(delivered);
        if (subscription.hasMore()) {
          ready(true);
        }
        yield delivered.live() ? Turn.DONE : Turn.MORE;
      }
      case Delivery.Missed(Gap gap) -> {
        write(gap);
        ready(true);
        yield Turn.MORE;
      }
      case Delivery.Quiet(Cursor through) -> {
        if (beat != null && beat.isDue(turnNanos)) {
          pulse(beat);
        }
        if (due) {
          keepAlive(through);
        }
        yield Turn.DONE;
      }
      case Delivery.Ended ended -> finish(sayGoodbye(ended));
    };
  }

  private void askForToken() {
    toldEnd = endsSoon;
    send(dialect().reauth(Instant.ofEpochMilli(endsSoon)));
  }

  private void pulse(Pace.Beat beat) {
    beat.written(turnNanos);
    pace.pulse().ifPresent(pulse -> send(List.of(pulse.frame().apply(tools.clock().instant()))));
  }

  private EndReason tryToWriteEnd(EndReason why) {
    try {
      return writeEnd(why);
    } catch (CloseConnectionException | UncheckedIOException _) {
      // There is nobody to tell.
      return why;
    }
  }

  private Turn finish(EndReason why) {
    reason = why;
    turnsOver();
    connection.hangUp();
    over.countDown();
    return Turn.OVER;
  }

  /**
   * Sends the head and the first frames.
   *
   * @return false if the client has left already
   */
  private boolean open() {
    // EventSource can only come back to an id that it was given. Without one in the first frame, a
    // client whose stream breaks after that would go on live, and lose what came in between.
    Cursor start = subscription.returnsTo();
    Dialect.Opening opening =
        new Dialect.Opening(
            subscription.id(),
            subscription.claims().tenant(),
            subscription.claims().subject(),
            start,
            silence(),
            config.retry());
    toldSequence = start.sequence();
    try {
      connection.open(dialect().connected(opening));
      return true;
    } catch (CloseConnectionException | UncheckedIOException e) {
      var _ = finish(connection.why(e));
      return false;
    }
  }

  /** After how much silence the client may take the connection for dead. */
  private Duration silence() {
    return pace.pulse()
        .map(Pace.Pulse::every)
        .filter(every -> every.compareTo(config.heartbeat()) < 0)
        .orElse(config.heartbeat());
  }

  private void write(Delivery.Events delivered) {
    inHand = delivered.events().isEmpty() ? 0 : delivered.events().getFirst().sequence();
    if (pace.framing() == Pace.Framing.EACH
        && delivered.live()
        && delivered.events().size() == 1
        && delivered.events().getFirst().sequence() == delivered.through().sequence()) {
      // This is the usual case: one event, and none before it that was not for this stream.
      toldSequence = delivered.through().sequence();
      send(delivered.events().getFirst().frame(dialect()));
    } else {
      send(frames(delivered));
    }
    inHand = 0;
    count(delivered);
  }

  private List<Frame> frames(Delivery.Events delivered) {
    List<Frame> frames = new ArrayList<>(delivered.events().size() + 1);
    if (!delivered.events().isEmpty()) {
      frames.addAll(pace.framing().frames(delivered.events(), dialect()));
      toldSequence = delivered.events().getLast().sequence();
    }
    move(frames, delivered.through());
    return frames;
  }

  private void write(Gap gap) {
    send(dialect().gap(gap));
    toldSequence = gap.to().sequence();
    gaps++;
    tools.metrics().missed(gap.reason(), subscription.profile());
  }

  private void keepAlive(Cursor through) {
    List<Frame> frames = new ArrayList<>(2);
    switch (pace.heartbeat()) {
      case COMMENT -> {
        move(frames, through);
        frames.add(dialect().keepalive());
      }
      case EVENT -> {
        frames.addAll(dialect().heartbeat(through));
        toldSequence = through.sequence();
      }
    }
    send(frames);
  }

  /** Adds what moves the client past what was not for it, if there was anything. */
  private void move(List<Frame> frames, Cursor through) {
    if (through.sequence() > toldSequence) {
      frames.addAll(dialect().position(through));
      toldSequence = through.sequence();
    }
  }

  private EndReason sayGoodbye(Delivery.Ended ended) {
    return switch (ended.reason()) {
      case LEFT -> EndReason.LEFT;
      case SHUTDOWN -> {
        connection.writeLast(dialect().shutdown(ended.reconnect()));
        yield EndReason.SHUTDOWN;
      }
      case SUPERSEDED, DISABLED -> {
        // A client that comes back with this position is sent away; otherwise it would supersede
        // the other stream in its turn, or ask again for what it cannot have.
        sendLast(Dialect.Ending.forGood(ended.reason(), subscription.returnsTo(), config.retry()));
        yield ended.reason();
      }
      case UNAVAILABLE -> {
        sendLast(Dialect.Ending.of(EndReason.UNAVAILABLE, longer(ended.reconnect())));
        yield EndReason.UNAVAILABLE;
      }
      case EXPIRED, REVOKED, LIMIT, SLOW, ERROR -> writeEnd(ended.reason());
    };
  }

  private Duration longer(Duration reconnect) {
    return reconnect.compareTo(config.retry()) > 0 ? reconnect : config.retry();
  }

  /** Has the stream end if it is compressed and masks hide something of what it may be sent. */
  void endIfCompressed(TypeRules masks) {
    if (connection.isCompressed() && masks.maskSomeOf(subscription.types())) {
      subscription.end(EndReason.UNAVAILABLE);
    }
  }

  private EndReason writeEnd(EndReason why) {
    sendLast(Dialect.Ending.of(why, config.retry()));
    return why;
  }

  private void send(List<Frame> frames) {
    // A dialect that has no words for it leaves the silence as it is.
    if (!frames.isEmpty()) {
      connection.write(frames);
      lastWrite = turnNanos;
      due = false;
    }
  }

  /** Sends a frame at the start of a turn, so that its write can be timed from then. */
  private void send(Frame frame) {
    connection.write(frame, turnNanos);
    lastWrite = turnNanos;
    due = false;
  }

  private void sendLast(Dialect.Ending ending) {
    connection.writeLast(dialect().end(ending));
  }

  private void count(Delivery.Events delivered) {
    events += delivered.events().size();
    for (StoredEvent written : delivered.events()) {
      last.add(written, dialect(), turnNanos);
    }
    if (beat != null && !delivered.events().isEmpty()) {
      beat.eventsWritten(turnNanos);
    }
    tools.metrics().delivered(delivered.events().size());
    if (delivered.live()) {
      for (StoredEvent stored : delivered.events()) {
        // An event may have come after the turn's time was read.
        tools.metrics().publishToWrite(Math.max(0, turnNanos - stored.publishedNanos()));
        if (stored.isTraced()) {
          stored.trace().written();
        }
      }
    }
  }

  /** How all is said on this stream, be it an event or the relay's own word. */
  private Dialect dialect() {
    return subscription.dialect();
  }

  private boolean expired() {
    return tools.clock().millis() >= subscription.expiresMillis();
  }
}
