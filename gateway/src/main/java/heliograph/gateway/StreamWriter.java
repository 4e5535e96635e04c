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
import java.util.function.LongSupplier;

/**
 * The last room on an event's way: takes what a subscription has and writes it to its connection,
 * until one of the two sides ends the stream. One per stream, on the thread of its request.
 */
final class StreamWriter {
  private static final System.Logger LOGGER = System.getLogger("heliograph");

  private final Subscription subscription;
  private final Connection connection;
  private final Tools tools;

  // What the client has been told so far; below any sequence, it has no position yet.
  private long toldSequence = -1;
  private long events;
  private long gaps;

  /**
   * What all streams share.
   *
   * @param nanos the hub's clock, by which live events are stamped
   */
  record Tools(
      StreamConfig config,
      Watchdog watchdog,
      Metrics metrics,
      InstantSource clock,
      LongSupplier nanos) {}

  StreamWriter(Subscription subscription, Connection connection, Tools tools) {
    this.subscription = subscription;
    this.connection = connection;
    this.tools = tools;
  }

  /** How many events were written. */
  long events() {
    return events;
  }

  /** How many gaps the client was told of. */
  long gaps() {
    return gaps;
  }

  /** Writes until the stream ends, and says why if anybody is left to hear it. */
  EndReason run() {
    // Nobody else reads the socket, so without this thread a client's leaving would show only at a
    // write.
    Thread.ofVirtual()
        .start(() -> subscription.end(connection.awaitLeft() ? EndReason.LEFT : EndReason.ERROR));
    try {
      open();
      while (true) {
        if (expired()) {
          return end(EndReason.EXPIRED);
        }
        switch (subscription.next(patience())) {
          case Delivery.Events delivered -> write(delivered);
          case Delivery.Missed(Gap gap) -> write(gap);
          case Delivery.Quiet(Cursor through) -> keepAlive(through);
          case Delivery.Ended ended -> {
            return sayGoodbye(ended);
          }
        }
      }
    } catch (CloseConnectionException | UncheckedIOException _) {
      // Nobody reads any more: the watchdog cut a write that hung, or the client went.
      return connection.wasCut() ? EndReason.SLOW : EndReason.LEFT;
    } catch (RelayException _) {
      // The log cannot be read now; the client comes back to where it was.
      return end(EndReason.UNAVAILABLE);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return EndReason.SHUTDOWN;
    }
  }

  /** Tells a client whose stream met a bug; the status of the answer is long sent. */
  void endAfterBug(RuntimeException bug) {
    LOGGER.log(System.Logger.Level.ERROR, "bug stream=" + subscription.id(), bug);
    try {
      end(EndReason.ERROR);
    } catch (CloseConnectionException | UncheckedIOException _) {
      // Then there is nobody to tell.
    }
  }

  private void open() {
    Frame connected =
        Frame.connected(
            subscription.id(),
            subscription.claims().tenant(),
            subscription.position(),
            tools.config().heartbeat(),
            tools.config().retry());
    try (var _ = watch()) {
      connection.open(connected);
    }
  }

  private void write(Delivery.Events delivered) {
    List<Frame> frames = new ArrayList<>(delivered.events().size() + 1);
    for (StoredEvent stored : delivered.events()) {
      frames.add(stored.frame(subscription.format()));
      toldSequence = stored.sequence();
    }
    move(frames, delivered.through());
    send(frames);
    count(delivered);
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
        send(List.of(Frame.shutdown(ended.reconnect())));
        yield EndReason.SHUTDOWN;
      }
      case EXPIRED, REVOKED, SUPERSEDED, LIMIT, UNAVAILABLE, SLOW, ERROR -> end(ended.reason());
    };
  }

  private EndReason end(EndReason reason) {
    send(List.of(Frame.end(reason, tools.config().retry())));
    return reason;
  }

  private void send(List<Frame> frames) {
    connection.write(frames, this::watch);
  }

  private Watchdog.Watch watch() {
    return tools.watchdog().watch(tools.config().writeTimeout(), connection::cut);
  }

  private void count(Delivery.Events delivered) {
    events += delivered.events().size();
    tools.metrics().delivered(delivered.events().size());
    if (delivered.live()) {
      long now = tools.nanos().getAsLong();
      for (StoredEvent stored : delivered.events()) {
        tools.metrics().publishToWrite(now - stored.publishedNanos());
      }
    }
  }

  private boolean expired() {
    return !tools.clock().instant().isBefore(subscription.claims().expires());
  }

  /** How long to wait for something to write: to the next heartbeat, or to the token's end. */
  private Duration patience() {
    if (toldSequence < 0) {
      // EventSource can only come back to an id it was given. Without one at the start, a stream
      // that breaks before its first event would go on live, and what came between were lost.
      return Duration.ZERO;
    }
    Instant now = tools.clock().instant();
    Instant expires = subscription.claims().expires();
    Duration heartbeat = tools.config().heartbeat();
    return expires.isBefore(now.plus(heartbeat)) ? Duration.between(now, expires) : heartbeat;
  }
}
