package heliograph.gateway.stream;

import heliograph.contract.Cursor;
import heliograph.contract.EndReason;
import heliograph.contract.Frame;
import heliograph.contract.Gap;
import heliograph.contract.RelayException;
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
 * The last room on an event's way: takes what a subscription has and writes it to its connection,
 * until one of the two sides ends the stream. Which thread does so, {@link Turns} says.
 */
final class StreamWriter extends Turns implements Bell {
  private static final System.Logger LOGGER = System.getLogger("heliograph");

  private final Subscription subscription;
  private final Connection connection;
  private final StreamTools tools;
  private final long windowNanos;
  private final Heartbeat heartbeat;
  private final CountDownLatch over = new CountDownLatch(1);

  private volatile boolean timed;
  private volatile boolean due;
  // The end that the client is to be told of, and the one that it was told of; in milliseconds of
  // the epoch.
  private volatile long endsSoon;
  private volatile long toldEnd;
  private volatile long lastWrite;

  // Whoever has the turn. What the client has been told so far; below any sequence, no position.
  private long toldSequence = -1;
  private long now;
  private long events;
  private long gaps;
  private EndReason reason = EndReason.ERROR;

  /**
   * When it writes.
   *
   * @param window how long events are gathered for one write; zero for not at all
   * @param heartbeat what is written in silence
   */
  record Pace(Duration window, Heartbeat heartbeat) {}

  StreamWriter(Subscription subscription, Pace pace, Connection connection, StreamTools tools) {
    super(tools.lanes().choose());
    this.subscription = subscription;
    this.connection = connection;
    this.tools = tools;
    Duration longest = tools.config().maxWindow();
    Duration window = pace.window();
    this.windowNanos = (window.compareTo(longest) < 0 ? window : longest).toNanos();
    this.heartbeat = pace.heartbeat();
    this.lastWrite = tools.nanos().getAsLong();
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
      subscription.hang(this);
      if (open()) {
        alone();
      }
      EndReason left = connection.awaitLeft();
      subscription.end(left);
      over.await();
      // Whoever asks the kernel first, to read or to write, is told that it gave the client up.
      return left == EndReason.SLOW && reason == EndReason.LEFT ? left : reason;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return EndReason.SHUTDOWN;
    } finally {
      tools.lanes().remove(this);
    }
  }

  /** There may be something to write. Any thread; only leaves a mark. */
  @Override
  public void ring(boolean soon) {
    ready(soon);
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

  /** Called now and then: for the heartbeat, the end of the token, and a write that hangs. */
  void lookUp() {
    long now = nanos();
    connection.cutIfHeld(now, tools.config().writeTimeout());
    if (expired()) {
      subscription.end(EndReason.EXPIRED);
    } else if (endIsNear()) {
      endsSoon = subscription.expiresMillis();
      ring(true);
    } else if (now - lastWrite >= tools.config().heartbeat().toNanos()) {
      due = true;
      ready(true);
    }
  }

  /** Whether the client is to be asked for a new token, and was not yet. */
  private boolean endIsNear() {
    long end = subscription.expiresMillis();
    long ahead = tools.config().reauth().toMillis();
    return ahead > 0 && end != toldEnd && end - ahead <= tools.clock().millis();
  }

  @Override
  Turn write(boolean alone, long nowNanos) {
    now = nowNanos;
    try {
      if (endsSoon != toldEnd) {
        askForToken();
        // That write may have been held up; the next has its own time.
        now = nanos();
      }
      return expired()
          ? finish(end(EndReason.EXPIRED))
          : write(alone ? subscription.next(Duration.ZERO) : subscription.nextInMemory());
    } catch (CloseConnectionException | UncheckedIOException e) {
      // Nobody reads any more: a write that hung was cut, or the client went.
      return finish(connection.why(e));
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
        ready(true);
        yield Turn.MORE;
      }
      case Delivery.Quiet(Cursor through) -> {
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
    send(Frame.reauth(Instant.ofEpochMilli(endsSoon)));
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
    end();
    connection.hangUp();
    over.countDown();
    return Turn.OVER;
  }

  /** Sends the head and what comes first; false if nobody is there to have it. */
  private boolean open() {
    // EventSource can only come back to an id it was given. Were it not given with the first frame,
    // a stream that breaks after that would go on live, and what came between were lost.
    Cursor start = subscription.returnsTo();
    Frame first =
        Frame.connected(
            subscription.id(),
            subscription.claims().tenant(),
            start,
            tools.config().heartbeat(),
            tools.config().retry());
    toldSequence = start.sequence();
    try {
      connection.open(List.of(first));
      return true;
    } catch (CloseConnectionException | UncheckedIOException e) {
      var _ = finish(connection.why(e));
      return false;
    }
  }

  private void write(Delivery.Events delivered) {
    if (delivered.live()
        && delivered.events().size() == 1
        && delivered.events().getFirst().sequence() == delivered.through().sequence()) {
      // As it mostly is: nothing to gather, and nothing was waited for.
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
    send(List.of(Frame.gap(gap)));
    toldSequence = gap.to().sequence();
    gaps++;
    tools.metrics().missed(gap.reason());
  }

  private void keepAlive(Cursor through) {
    List<Frame> frames = new ArrayList<>(2);
    switch (heartbeat) {
      case COMMENT -> {
        move(frames, through);
        frames.add(Frame.KEEPALIVE);
      }
      case EVENT -> {
        frames.add(Frame.heartbeat(through));
        toldSequence = through.sequence();
      }
    }
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
        sendLast(Frame.superseded(subscription.returnsTo(), tools.config().retry()));
        yield EndReason.SUPERSEDED;
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

  /** Sends a frame right at the start of a turn. */
  private void send(Frame frame) {
    connection.write(frame, now);
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
        // The turn's time was read before it looked, and an event may have come in between.
        tools.metrics().publishToWrite(Math.max(0, now - stored.publishedNanos()));
      }
    }
  }

  private boolean expired() {
    return tools.clock().millis() >= subscription.expiresMillis();
  }
}
