package heliograph.gateway;

import heliograph.contract.Cursor;
import heliograph.contract.EndReason;
import heliograph.contract.Frame;
import heliograph.contract.Gap;
import heliograph.contract.RelayException;
import heliograph.gateway.GatewayConfig.StreamConfig;
import heliograph.relay.Delivery;
import heliograph.relay.StoredEvent;
import heliograph.relay.Subscription;
import io.helidon.webserver.CloseConnectionException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The last room on an event's way: takes what a subscription has and writes it to its connection,
 * until one of the two sides ends the stream. It has no thread of its own. When its subscription
 * rings, it goes to its {@link Lane} and has a turn there; to read the log, or while the client
 * holds it up, it has a thread for itself. One thread at a time, by {@code state}.
 */
final class StreamWriter {
  private static final System.Logger LOGGER = System.getLogger("heliograph");

  private static final Instant LATEST = Instant.ofEpochMilli(Long.MAX_VALUE);

  private final Subscription subscription;
  private final Duration window;
  private final Connection connection;
  private final Tools tools;
  private final Lane lane;
  private final long expiresMillis;
  private final CountDownLatch over = new CountDownLatch(1);

  // At first it is its opener's, which has not looked yet for what waits.
  private final AtomicReference<State> state = new AtomicReference<>(State.AGAIN);
  private volatile boolean urgent;
  private volatile boolean timed;
  private volatile boolean due;
  private volatile long lastWrite;

  // Whoever has the turn. What the client has been told so far; below any sequence, no position.
  private long toldSequence = -1;
  private long now;
  private long events;
  private long gaps;
  private EndReason reason = EndReason.ERROR;

  private enum State {
    /** Nothing to do. */
    IDLE,
    /** Something waits for the end of its window. */
    GATHERING,
    /** In its lane, to have a turn. */
    READY,
    /** Some thread has its turn. */
    WRITING,
    /** Some thread has its turn, and there has been a ring since. */
    AGAIN,
    /** No more turns. */
    OVER
  }

  /**
   * What all streams share.
   *
   * @param nanos the hub's clock, by which live events are stamped
   */
  record Tools(
      StreamConfig config,
      Lanes lanes,
      Watchdog watchdog,
      Metrics metrics,
      InstantSource clock,
      LongSupplier nanos) {}

  /**
   * @param window how long events are gathered for one write; zero for not at all
   */
  StreamWriter(Subscription subscription, Duration window, Connection connection, Tools tools) {
    this.subscription = subscription;
    Duration longest = tools.config().maxWindow();
    this.window = window.compareTo(longest) < 0 ? window : longest;
    this.connection = connection;
    this.tools = tools;
    this.lane = tools.lanes().choose();
    this.expiresMillis = millis(subscription.claims().expires());
    this.lastWrite = tools.nanos().getAsLong();
  }

  /** Beyond what milliseconds can count, a time is as good as never. */
  private static long millis(Instant time) {
    return time.isBefore(LATEST) ? time.toEpochMilli() : Long.MAX_VALUE;
  }

  /** How many events were written. */
  long events() {
    return events;
  }

  /** How many gaps the client was told of. */
  long gaps() {
    return gaps;
  }

  /**
   * Writes until the stream ends. The calling thread writes the beginning and what is to be read
   * from the log; then it waits for the client to leave, for nobody else reads the socket, and
   * without this a leaving would show only at a write.
   *
   * @return why it ended
   */
  EndReason run() {
    tools.lanes().add(this);
    try {
      subscription.hang(this::ring);
      if (open()) {
        alone();
      }
      subscription.end(connection.awaitLeft() ? EndReason.LEFT : EndReason.ERROR);
      over.await();
      return reason;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return EndReason.SHUTDOWN;
    } finally {
      tools.lanes().remove(this);
    }
  }

  /** There may be something to write. Any thread; only leaves a mark. */
  private void ring(boolean soon) {
    if (soon) {
      urgent = true;
    }
    boolean marked = false;
    while (!marked) {
      State now = state.get();
      marked =
          switch (now) {
            case IDLE -> gathers() ? move(now, State.GATHERING) : move(now, State.READY);
            case GATHERING -> !urgent || move(now, State.READY);
            case WRITING -> move(now, State.AGAIN);
            case READY, AGAIN, OVER -> true;
          };
    }
  }

  private boolean gathers() {
    return window.isPositive() && !urgent;
  }

  /** Goes from one state to another, and to where it belongs there; false if it was in neither. */
  private boolean move(State from, State to) {
    if (!state.compareAndSet(from, to)) {
      return false;
    }
    switch (to) {
      case READY -> lane.add(this);
      case GATHERING -> {
        // After the change of state, as windowOver() looks at them the other way around: one of the
        // two sees the other.
        if (!timed) {
          timed = true;
          tools.lanes().later(this, window);
        }
      }
      case IDLE, WRITING, AGAIN, OVER -> {
        // Nobody needs to know.
      }
    }
    return true;
  }

  /** What was gathered is to be written. */
  void windowOver() {
    timed = false;
    var _ = move(State.GATHERING, State.READY);
  }

  /** Called now and then: for the heartbeat, the end of the token, and a write that hangs. */
  void lookUp() {
    long now = tools.nanos().getAsLong();
    connection.cutIfHeld(now, tools.config().writeTimeout());
    if (expired()) {
      subscription.end(EndReason.EXPIRED);
    } else if (now - lastWrite >= tools.config().heartbeat().toNanos()) {
      due = true;
      ring(true);
    }
  }

  /** Has turns on a thread for itself, until there is nothing more to write. */
  void alone() {
    boolean more = true;
    while (more) {
      more = turn(true, tools.nanos().getAsLong()) == Turn.MORE || !rest();
    }
  }

  /** The lane's turn is over: whatever came meanwhile has another one. */
  void pause() {
    if (!rest()) {
      var _ = move(State.AGAIN, State.READY);
    }
  }

  /** The lane went on without us: here on, until there is nothing more to write. */
  void goOn() {
    if (!rest()) {
      alone();
    }
  }

  /** Whether nothing is left to be written now. */
  private boolean rest() {
    return state.get() == State.OVER
        || move(State.WRITING, State.IDLE)
        || (gathers() && move(State.AGAIN, State.GATHERING));
  }

  /** What a turn came to. */
  private enum Turn {
    /** Everything that waited is written. */
    DONE,
    /** There is more, and it is to be had at once. */
    MORE,
    /** The log is to be read first. */
    BEHIND
  }

  /**
   * Writes what waits in memory, or why the stream ends. The thread that has the turn.
   *
   * @param nowNanos the time, by the hub's clock
   * @return false if the log is to be read
   */
  boolean turn(long nowNanos) {
    return turn(false, nowNanos) != Turn.BEHIND;
  }

  private Turn turn(boolean alone, long nowNanos) {
    if (state.get() == State.OVER) {
      return Turn.DONE;
    }
    urgent = false;
    state.set(State.WRITING);
    now = nowNanos;
    try {
      return expired()
          ? finish(end(EndReason.EXPIRED))
          : write(alone ? subscription.next(Duration.ZERO) : subscription.nextInMemory());
    } catch (CloseConnectionException | UncheckedIOException _) {
      // Nobody reads any more: a write that hung was cut, or the client went.
      return finish(connection.wasCut() ? EndReason.SLOW : EndReason.LEFT);
    } catch (RelayException _) {
      // The log cannot be read now; the client comes back to where it was.
      return finish(tryToEnd(EndReason.UNAVAILABLE));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return finish(EndReason.SHUTDOWN);
    } catch (RuntimeException | Error bug) {
      // Also when there is no more heap: it ends this stream and no other.
      LOGGER.log(System.Logger.Level.ERROR, "bug stream=" + subscription.id(), bug);
      return finish(tryToEnd(EndReason.ERROR));
    }
  }

  private Turn write(@Nullable Delivery delivery) {
    return switch (delivery) {
      case null -> Turn.BEHIND;
      case Delivery.Events delivered -> {
        write(delivered);
        yield delivered.live() ? Turn.DONE : Turn.MORE;
      }
      case Delivery.Missed(Gap gap) -> {
        write(gap);
        ring(true);
        yield Turn.MORE;
      }
      case Delivery.Quiet(Cursor through) -> {
        // EventSource can only come back to an id it was given. Without one at the start, a stream
        // that breaks before its first event would go on live, and what came between were lost.
        if (due || toldSequence < 0) {
          keepAlive(through);
        }
        yield Turn.DONE;
      }
      case Delivery.Ended ended -> finish(sayGoodbye(ended));
    };
  }

  private EndReason tryToEnd(EndReason why) {
    try {
      return end(why);
    } catch (CloseConnectionException | UncheckedIOException _) {
      // Then there is nobody to tell.
      return why;
    }
  }

  private Turn finish(EndReason why) {
    reason = why;
    state.set(State.OVER);
    connection.hangUp();
    over.countDown();
    return Turn.DONE;
  }

  /** Sends the head and the first frame; false if nobody is there to have it. */
  private boolean open() {
    Frame connected =
        Frame.connected(
            subscription.id(),
            subscription.claims().tenant(),
            subscription.position(),
            tools.config().heartbeat(),
            tools.config().retry());
    try {
      connection.open(connected);
      return true;
    } catch (CloseConnectionException | UncheckedIOException _) {
      var _ = finish(connection.wasCut() ? EndReason.SLOW : EndReason.LEFT);
      return false;
    }
  }

  private void write(Delivery.Events delivered) {
    if (delivered.events().size() == 1
        && delivered.events().getFirst().sequence() == delivered.through().sequence()) {
      // As it mostly is: nothing to gather.
      toldSequence = delivered.through().sequence();
      send(delivered.events().getFirst().frame(subscription.format()));
    } else {
      send(frames(delivered));
    }
    count(delivered);
  }

  private List<Frame> frames(Delivery.Events delivered) {
    List<Frame> frames = new ArrayList<>(delivered.events().size() + 1);
    for (StoredEvent stored : delivered.events()) {
      frames.add(stored.frame(subscription.format()));
      toldSequence = stored.sequence();
    }
    move(frames, delivered.through());
    return frames;
  }

  private void write(Gap gap) {
    // The position follows the gap, or a client that comes back would be told of it again.
    send(List.of(Frame.gap(gap), Frame.position(gap.to())));
    toldSequence = gap.to().sequence();
    gaps++;
    tools.metrics().missed(gap.reason());
  }

  private void keepAlive(Cursor through) {
    List<Frame> frames = new ArrayList<>(2);
    move(frames, through);
    frames.add(Frame.KEEPALIVE);
    send(frames);
  }

  /** Adds a frame that moves the client past what was not for it, where something was. */
  private void move(List<Frame> frames, Cursor through) {
    if (through.sequence() > toldSequence) {
      frames.add(Frame.position(through));
      toldSequence = through.sequence();
    }
  }

  private EndReason sayGoodbye(Delivery.Ended ended) {
    return switch (ended.reason()) {
      case LEFT -> EndReason.LEFT;
      case SHUTDOWN -> {
        sendLast(Frame.shutdown(ended.reconnect()));
        yield EndReason.SHUTDOWN;
      }
      case SUPERSEDED -> {
        // Or the client would come back by itself, and supersede in its turn.
        send(List.of(Frame.finalPosition(subscription.position())));
        yield end(EndReason.SUPERSEDED);
      }
      case EXPIRED, REVOKED, LIMIT, UNAVAILABLE, SLOW, ERROR -> end(ended.reason());
    };
  }

  private EndReason end(EndReason reason) {
    sendLast(Frame.end(reason, tools.config().retry()));
    return reason;
  }

  private void send(List<Frame> frames) {
    connection.write(frames);
    lastWrite = now;
    due = false;
  }

  private void send(Frame frame) {
    connection.write(frame);
    lastWrite = now;
    due = false;
  }

  private void sendLast(Frame frame) {
    connection.writeLast(frame);
  }

  private void count(Delivery.Events delivered) {
    events += delivered.events().size();
    tools.metrics().delivered(delivered.events().size());
    if (delivered.live()) {
      for (StoredEvent stored : delivered.events()) {
        tools.metrics().publishToWrite(now - stored.publishedNanos());
      }
    }
  }

  private boolean expired() {
    return tools.clock().millis() >= expiresMillis;
  }
}
