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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Tells every {@link RequestingConnection} of one listener how far its request has come and whether
 * it was answered, by which its deadlines are set. Any thread.
 */
public final class RequestTimeouts {
  /**
   * Which part of the connections that are there for requests may rest for as long as the operator
   * allows: half of them.
   */
  static final int PART_AT_REST = 2;

  private final Watchdog watchdog;
  private final ConnectionTimes times;
  private final Room heads;
  private final Room answers;
  private final IntSupplier forRequests;
  private final Metrics metrics;
  private final LongSupplier nanos;
  // A connection has a thread of its own, on which its filters and handlers run.
  private final Map<Thread, RequestingConnection> connections = new ConcurrentHashMap<>();
  private final AtomicInteger resting = new AtomicInteger();

  /**
   * Makes the timeouts of one listener.
   *
   * @param heads the room that all connections share for heads, until their requests are served
   * @param answers the room that all connections share for answers that are being written
   * @param forRequests how many of the listener's connections no stream has, and no poll that waits
   */
  public RequestTimeouts(
      Watchdog watchdog,
      ConnectionTimes times,
      Room heads,
      Room answers,
      IntSupplier forRequests,
      Metrics metrics,
      LongSupplier nanos) {
    this.watchdog = watchdog;
    this.times = times;
    this.heads = heads;
    this.answers = answers;
    this.forRequests = forRequests;
    this.metrics = metrics;
    this.nanos = nanos;
  }

  /** How long a connection of this listener waits for its client. */
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

  /** Begins to watch a connection whose requests are served on this thread. */
  void connected(RequestingConnection connection) {
    connections.put(Thread.currentThread(), connection);
    watchdog.look(connection);
  }

  /** Ends the watch over this thread's connection, which is gone or left to a stream. */
  void left() {
    RequestingConnection connection = connections.remove(Thread.currentThread());
    if (connection != null) {
      watchdog.lookAway(connection);
      connection.left();
    }
  }

  /** Counts one more connection at rest, or one fewer. */
  void rest(int more) {
    resting.addAndGet(more);
  }

  /**
   * Whether so many connections are at rest that they have to make room. They would keep out
   * whoever comes with a request: such as those of one tenant that polls, or of publishers beside
   * many streams. Connections that never asked anything do not count here, so a flood of them does
   * not drive out those who are served.
   */
  boolean tooManyRest() {
    return resting.get() > forRequests.getAsInt() / PART_AT_REST;
  }

  /** Counts a connection that was cut. */
  void cut(Cut why) {
    metrics.cut(why);
  }

  /**
   * Makes what refuses the request of this thread and cuts its connection, for when the room that
   * it holds is needed by another. It may run on any thread, and does not wait.
   */
  public Runnable cutter(Supplier<RelayException> refusal) {
    RequestingConnection connection = connections.get(Thread.currentThread());
    return connection == null
        ? () -> {}
        : () -> Thread.ofVirtual().start(() -> connection.refuse(refusal.get(), Cut.MEMORY));
  }

  /**
   * Enters the room of answers with the answer to this thread's request, which counts by this place
   * alone. Where it has to give way, the request is refused unless its answer has begun, and its
   * connection cut.
   *
   * @param owner whose share the answer counts in
   * @param refusal makes the refusal
   */
  public Room.Place answers(String owner, Supplier<RelayException> refusal) {
    RequestingConnection connection = connections.get(Thread.currentThread());
    if (connection != null) {
      connection.answerCounts();
    }
    return answers.enter(owner, cutter(refusal));
  }

  /** The bytes that answers may take, of all requests together. */
  public long answerBytes() {
    return answers.bytes();
  }

  /**
   * Counts the body of this thread's request in a room from now on.
   *
   * @param owner whose share it counts in
   */
  public void receives(Room room, String owner) {
    RequestingConnection connection = connections.get(Thread.currentThread());
    if (connection != null) {
      connection.receives(room, owner);
    }
  }

  /** The listener for Helidon that tells connections what they received. */
  public static Http1ConnectionListener received() {
    return new Http1ConnectionListener() {
      @Override
      public void prologue(ConnectionContext context, HttpPrologue prologue) {
        of(context).begun(prologue.method());
      }

      @Override
      public void headers(ConnectionContext context, Headers headers) {
        RequestLine line = of(context).headed();
        // Helidon itself goes on with the headers that it hands out here.
        Framing.settle(line, (WritableHeaders<?>) headers);
      }
    };
  }

  /**
   * The listener for Helidon that tells connections what they are answered, even if the request
   * could not be routed.
   */
  public static Http1ConnectionListener sent() {
    return new Http1ConnectionListener() {
      @Override
      public void status(ConnectionContext context, Status status) {
        of(context).answered();
      }
    };
  }

  /** Helidon hands back the context that {@link TimedConnections} gave it. */
  private static RequestingConnection of(ConnectionContext context) {
    return (RequestingConnection) context;
  }

  /**
   * The outermost filter. It reads and drops what is left of a body, which Helidon would take for
   * the next request, and ends a connection whose end was announced, which Helidon leaves to the
   * client.
   */
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    if (!request.prologue().method().equals(Method.POST)) {
      // Only POST takes a body here, and a stream must not begin before its request ends.
      drop(request);
    }
    chain.proceed();
    drop(request);
    if (response.headers().contains(HeaderValues.CONNECTION_CLOSE)) {
      // The answer is whole; this is how Helidon is told to close the connection after it.
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
      // What comes next on the connection may be a body or a request, and nobody could tell which.
      throw new CloseConnectionException("the client may send its body or not");
    }
    try {
      request.content().consume();
    } catch (RuntimeException e) {
      // Whatever is wrong with a body that nobody wants, nothing after it can be read.
      throw new CloseConnectionException("the rest of the body cannot be read", e);
    }
  }

  /** Counts a refusal that is written past Helidon: the request came too late, or had no room. */
  void refused(RelayException refusal) {
    metrics.refused(refusal.code());
  }

  /** The refusal of a request that has not come whole in its time. */
  RelayException tooLate() {
    return new RelayException(
        ErrorCode.REQUEST_TIMEOUT,
        "a head has to be whole after %s, a request after %s"
            .formatted(times.head(), times.request()));
  }
}
