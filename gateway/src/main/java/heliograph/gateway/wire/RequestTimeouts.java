package heliograph.gateway.wire;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.telemetry.Metrics;
import heliograph.gateway.telemetry.Metrics.Cut;
import io.helidon.http.HeaderValues;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http1.Http1ConnectionListener;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Tells every {@link RequestingConnection} what of its request has come and what was answered,
 * which is what its watch goes by. Any thread.
 */
public final class RequestTimeouts {
  private final Watchdog watchdog;
  private final ConnectionTimes times;
  private final Room heads;
  private final Room answers;
  private final Metrics metrics;
  private final LongSupplier nanos;
  // A connection has a thread of its own, on which the outermost filter is called.
  private final Map<Thread, RequestingConnection> connections = new ConcurrentHashMap<>();

  /**
   * Timeouts of one listener.
   *
   * @param heads for what came and was not taken yet, of all connections
   * @param answers for what is being written, likewise
   */
  public RequestTimeouts(
      Watchdog watchdog,
      ConnectionTimes times,
      Room heads,
      Room answers,
      Metrics metrics,
      LongSupplier nanos) {
    this.watchdog = watchdog;
    this.times = times;
    this.heads = heads;
    this.answers = answers;
    this.metrics = metrics;
    this.nanos = nanos;
  }

  public ConnectionTimes times() {
    return times;
  }

  Room heads() {
    return heads;
  }

  Room answers() {
    return answers;
  }

  long nanos() {
    return nanos.getAsLong();
  }

  /** A connection is there, on this thread. */
  void connected(RequestingConnection connection) {
    connections.put(Thread.currentThread(), connection);
    watchdog.look(connection);
  }

  /** It is gone, or left to a stream; on its thread. */
  void left() {
    RequestingConnection connection = connections.remove(Thread.currentThread());
    if (connection != null) {
      watchdog.lookAway(connection);
      connection.left();
    }
  }

  /** A connection was cut, by whom ever. */
  void cut(Cut why) {
    metrics.cut(why);
  }

  /**
   * Refuses the request of this thread when it is run, on any thread and without waiting, and cuts
   * its connection: for what it holds is needed for another.
   */
  public Runnable cutter(Supplier<RelayException> refusal) {
    RequestingConnection connection = connections.get(Thread.currentThread());
    return connection == null
        ? () -> {}
        : () -> Thread.ofVirtual().start(() -> connection.refuse(refusal.get(), Cut.MEMORY));
  }

  /** From now on, what comes of this thread's request is a body that counts in that room. */
  public void receives(Room room) {
    RequestingConnection connection = connections.get(Thread.currentThread());
    if (connection != null) {
      connection.receives(room);
    }
  }

  /** Hears what is received. */
  public static Http1ConnectionListener received() {
    return new Http1ConnectionListener() {
      @Override
      public void prologue(ConnectionContext context, HttpPrologue prologue) {
        of(context).begun(prologue.method());
      }

      @Override
      public void headers(ConnectionContext context, Headers headers) {
        RequestLine line = of(context).headed();
        // What Helidon hands out here is what it goes on with itself.
        Framing.settle(line, (WritableHeaders<?>) headers);
      }
    };
  }

  /** Hears what is sent, also to what could not even be routed. */
  public static Http1ConnectionListener sent() {
    return new Http1ConnectionListener() {
      @Override
      public void status(ConnectionContext context, Status status) {
        of(context).answered();
      }
    };
  }

  /** Helidon knows a connection by what {@link TimedConnections} gave it. */
  private static RequestingConnection of(ConnectionContext context) {
    return (RequestingConnection) context;
  }

  /**
   * Goes around everything else. What is left of a body is read and dropped, or Helidon would take
   * it for the next request; and a connection whose end was announced is ended, which Helidon
   * leaves to the client.
   */
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    if (!request.prologue().method().equals(Method.POST)) {
      // Nothing but publishing takes a body, and a stream must not begin before the request ends.
      drop(request);
    }
    chain.proceed();
    drop(request);
    if (response.headers().contains(HeaderValues.CONNECTION_CLOSE)) {
      throw new CloseConnectionException("the answer said so");
    }
    RequestingConnection connection = connections.get(Thread.currentThread());
    if (connection != null) {
      connection.rests();
    }
  }

  private static void drop(RoutingRequest request) {
    if (request.content().consumed()) {
      return;
    }
    if (!request.continueSent()) {
      throw new CloseConnectionException("the client may send its body or not");
    }
    try {
      request.content().consume();
    } catch (RuntimeException e) {
      // Whatever is wrong with a body that nobody wants: after it, nothing can be read.
      throw new CloseConnectionException("the rest of the body cannot be read", e);
    }
  }

  /** A client is told that its request did not come, or that there was no room for it. */
  void refused(RelayException refusal) {
    metrics.refused(refusal.code());
  }

  RelayException tooLate() {
    return new RelayException(
        ErrorCode.REQUEST_TIMEOUT,
        "a head has to be whole after %s, a request after %s"
            .formatted(times.head(), times.request()));
  }
}
