package heliograph.gateway;

import heliograph.contract.Claims;
import heliograph.contract.Cursor;
import heliograph.contract.EndReason;
import heliograph.contract.ErrorCode;
import heliograph.contract.Frame;
import heliograph.contract.Gap;
import heliograph.contract.RelayException;
import heliograph.gateway.GatewayConfig.StreamConfig;
import heliograph.relay.Delivery;
import heliograph.relay.Hub;
import heliograph.relay.StoredEvent;
import heliograph.relay.Subscription;
import io.helidon.common.media.type.MediaTypes;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The subscribers' door, and the last room on an event's way: takes what the subscription has and
 * writes it, until one of the two sides ends the stream. A stream has its request's thread, and one
 * that waits for the client to leave.
 */
final class StreamHandler {
  static final String STREAM = "/v1/stream";

  private static final System.Logger LOGGER = System.getLogger("heliograph");

  private final Hub hub;
  private final Identity identity;
  private final Credentials credentials;
  private final StreamConfig config;
  private final Watchdog watchdog;
  private final Metrics metrics;
  private final InstantSource clock;

  StreamHandler(
      Hub hub,
      Identity identity,
      Credentials credentials,
      StreamConfig config,
      Watchdog watchdog,
      Metrics metrics,
      InstantSource clock) {
    this.hub = hub;
    this.identity = identity;
    this.credentials = credentials;
    this.config = config;
    this.watchdog = watchdog;
    this.metrics = metrics;
    this.clock = clock;
  }

  void register(HttpRules rules) {
    rules.get(STREAM, this::stream);
  }

  private void stream(ServerRequest request, ServerResponse response) {
    Subscription subscription;
    try {
      subscription = open(request);
    } catch (RelayException refusal) {
      // EventSource gives up for good on a status, so what will pass is said in the stream.
      Optional<EndReason> passing = passing(refusal.code());
      if (passing.isEmpty()) {
        throw refusal;
      }
      metrics.refused(refusal.code());
      endAtOnce(response.sink(Connection.TYPE), passing.get());
      throw over();
    }
    EndReason reason = EndReason.ERROR;
    Tally tally = new Tally();
    Instant opened = clock.instant();
    try (Connection connection = response.sink(Connection.TYPE)) {
      reason = serve(subscription, connection, tally);
    } finally {
      hub.leave(subscription);
      metrics.ended(reason);
      LOGGER.log(
          System.Logger.Level.INFO,
          "stream-end stream={0} tenant={1} reason={2} seconds={3} events={4} gaps={5}",
          subscription.id(),
          subscription.claims().tenant(),
          reason.word(),
          Long.toString(Duration.between(opened, clock.instant()).toSeconds()),
          Long.toString(tally.events),
          Long.toString(tally.gaps));
    }
    throw over();
  }

  /** What one stream was told, for its last line in the log. */
  private static final class Tally {
    private long events;
    private long gaps;
  }

  private Subscription open(ServerRequest request) {
    Claims claims = identity.subscriber(credentials.ofSubscriber(request));
    StreamQuery query = StreamQuery.of(request);
    checkAccept(request.headers());
    return query.after().isPresent()
        ? hub.subscribe(query.interest(claims), query.format(), query.after().get())
        : hub.subscribe(query.interest(claims), query.format());
  }

  private static void checkAccept(ServerRequestHeaders headers) {
    if (headers.contains(HeaderNames.ACCEPT) && !headers.isAccepted(MediaTypes.TEXT_EVENT_STREAM)) {
      throw new RelayException(ErrorCode.NOT_ACCEPTABLE, "only text/event-stream");
    }
  }

  private static Optional<EndReason> passing(ErrorCode code) {
    return switch (code) {
      case TOO_MANY_STREAMS -> Optional.of(EndReason.LIMIT);
      case SHUTTING_DOWN, IDENTITY_UNAVAILABLE -> Optional.of(EndReason.UNAVAILABLE);
      default -> Optional.empty();
    };
  }

  private void endAtOnce(Connection connection, EndReason reason) {
    try (connection;
        var _ = watchdog.watch(config.writeTimeout(), connection::cut)) {
      connection.open(Frame.end(reason, config.retry()));
    }
    metrics.ended(reason);
  }

  /** Ends the connection with the stream; Helidon must not look for another request on it. */
  private static CloseConnectionException over() {
    return new CloseConnectionException("the stream is over");
  }

  /** Writes until the stream ends. */
  private EndReason serve(Subscription subscription, Connection connection, Tally tally) {
    Thread.ofVirtual()
        .start(() -> subscription.end(connection.awaitLeft() ? EndReason.LEFT : EndReason.ERROR));
    try {
      try (var _ = watchdog.watch(config.writeTimeout(), connection::cut)) {
        connection.open(connected(subscription));
      }
      long told = subscription.position().sequence();
      while (true) {
        if (!clock.instant().isBefore(subscription.claims().expires())) {
          write(connection, List.of(Frame.end(EndReason.EXPIRED, config.retry())));
          return EndReason.EXPIRED;
        }
        switch (subscription.next(patience(subscription.claims().expires()))) {
          case Delivery.Events(List<StoredEvent> events, Cursor through, boolean live) -> {
            List<Frame> frames = frames(events, subscription, told, through);
            write(connection, frames);
            told = through.sequence();
            tally.events += events.size();
            count(events, live);
          }
          case Delivery.Missed(Gap gap) -> {
            // The position follows the gap, or the client would come back to it.
            write(connection, List.of(Frame.gap(gap), Frame.position(gap.to())));
            told = gap.to().sequence();
            tally.gaps++;
            metrics.missed(gap.reason());
          }
          case Delivery.Quiet(Cursor through) -> {
            List<Frame> frames = frames(List.of(), subscription, told, through);
            frames.add(Frame.KEEPALIVE);
            write(connection, frames);
            told = through.sequence();
          }
          case Delivery.Ended(EndReason reason, Duration reconnect) -> {
            sayGoodbye(connection, reason, reconnect);
            return reason;
          }
        }
      }
    } catch (CloseConnectionException | UncheckedIOException _) {
      // Nobody reads any more: the watchdog cut a write that hung, or the client went.
      return connection.wasCut() ? EndReason.SLOW : EndReason.LEFT;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return EndReason.SHUTDOWN;
    }
  }

  private Frame connected(Subscription subscription) {
    return Frame.connected(
        subscription.id(),
        subscription.claims().tenant(),
        subscription.position(),
        config.heartbeat(),
        config.retry());
  }

  /** How long to wait for something to write: a heartbeat, or to the end of the token. */
  private Duration patience(Instant expires) {
    Instant heartbeat = clock.instant().plus(config.heartbeat());
    return expires.isBefore(heartbeat)
        ? Duration.between(clock.instant(), expires)
        : config.heartbeat();
  }

  /** The events' frames, and one that moves the client past what came after them. */
  private static List<Frame> frames(
      List<StoredEvent> events, Subscription subscription, long told, Cursor through) {
    List<Frame> frames = new ArrayList<>(events.size() + 2);
    long last = told;
    for (StoredEvent stored : events) {
      frames.add(stored.frame(subscription.format()));
      last = stored.sequence();
    }
    if (through.sequence() > last) {
      frames.add(Frame.position(through));
    }
    return frames;
  }

  private void write(Connection connection, List<Frame> frames) {
    if (frames.isEmpty()) {
      return;
    }
    try (var _ = watchdog.watch(config.writeTimeout(), connection::cut)) {
      connection.write(frames);
    }
  }

  private void count(List<StoredEvent> events, boolean live) {
    metrics.delivered(events.size());
    if (live) {
      long now = hub.nanos();
      events.forEach(stored -> metrics.publishToWrite(now - stored.publishedNanos()));
    }
  }

  private void sayGoodbye(Connection connection, EndReason reason, Duration reconnect) {
    switch (reason) {
      case LEFT -> {
        // Nobody is left to tell.
      }
      case SHUTDOWN -> write(connection, List.of(Frame.shutdown(reconnect)));
      case EXPIRED, REVOKED, SUPERSEDED, LIMIT, UNAVAILABLE, SLOW, ERROR ->
          write(connection, List.of(Frame.end(reason, config.retry())));
    }
  }
}
