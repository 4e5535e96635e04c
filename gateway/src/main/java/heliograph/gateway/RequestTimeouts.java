package heliograph.gateway;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import io.helidon.common.buffers.BufferData;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http1.Http1ConnectionListener;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ends requests that do not arrive: from its first line a request has a time to be whole, and is
 * answered 408 and cut after it. A new connection has as much time for its first line, and is cut
 * without a word. One that waits between requests is none of ours; it has Helidon's idle timeout.
 * Any thread.
 */
final class RequestTimeouts {
  private final Watchdog watchdog;
  private final Duration limit;
  private final Metrics metrics;
  // A connection has a thread of its own, on which all listeners and filters are called.
  private final Map<Thread, Arrival> arriving = new ConcurrentHashMap<>();

  RequestTimeouts(Watchdog watchdog, Duration limit, Metrics metrics) {
    this.watchdog = watchdog;
    this.limit = limit;
    this.metrics = metrics;
  }

  /** How long a request may take to arrive. */
  Duration limit() {
    return limit;
  }

  /** A request on its way, or a new connection on which none has begun. */
  private final class Arrival {
    private final Thread thread = Thread.currentThread();
    private final ConnectionContext context;
    private final Watchdog.Watch watch;
    private volatile boolean routed;
    private volatile boolean answered;

    private Arrival(ConnectionContext context, boolean begun) {
      this.context = context;
      // Who has asked nothing is answered nothing.
      this.answered = !begun;
      this.watch = watchdog.watch(limit, this::cut);
    }

    private void cut() {
      cut(
          new RelayException(
              ErrorCode.REQUEST_TIMEOUT, "the request was not whole after " + limit));
    }

    private void cut(RelayException refusal) {
      if (arriving.remove(thread, this)) {
        watch.close();
        RequestTimeouts.this.cut(context, answered, refusal);
      }
    }
  }

  /** A connection is there, on this thread. */
  void connected(ConnectionContext context) {
    arriving.put(Thread.currentThread(), new Arrival(context, false));
  }

  /** Hears what is received: starts with a request's first line, stops if it has no body. */
  Http1ConnectionListener received() {
    return new Http1ConnectionListener() {
      @Override
      public void prologue(ConnectionContext context, HttpPrologue prologue) {
        arrived();
        arriving.put(Thread.currentThread(), new Arrival(context, true));
      }

      @Override
      public void headers(ConnectionContext context, Headers headers) {
        Framing.check(headers);
        boolean length =
            headers.contains(HeaderNames.CONTENT_LENGTH)
                && !headers.contains(HeaderValues.CONTENT_LENGTH_ZERO);
        if (!length && !headers.contains(HeaderNames.TRANSFER_ENCODING)) {
          arrived();
        }
      }
    };
  }

  /** Hears what is sent: an answer to what could not even be routed ends its connection. */
  Http1ConnectionListener sent() {
    return new Http1ConnectionListener() {
      @Override
      public void status(ConnectionContext context, Status status) {
        Arrival arrival = arriving.get(Thread.currentThread());
        if (arrival != null && arrival.routed) {
          arrival.answered = true;
        } else {
          arrived();
        }
      }
    };
  }

  /**
   * Goes around every handler. What a handler leaves of a body is read and dropped, or Helidon
   * would take it for the next request; and a connection whose end was announced is ended, which
   * Helidon leaves to the client.
   */
  void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    Arrival arrival = arriving.get(Thread.currentThread());
    if (arrival != null) {
      arrival.routed = true;
    }
    try {
      if (!request.prologue().method().equals(Method.POST)) {
        // Nothing but publishing takes a body, and a stream must not begin before the request ends.
        drop(request);
        arrived();
      }
      chain.proceed();
      drop(request);
    } finally {
      arrived();
    }
    if (response.headers().contains(HeaderValues.CONNECTION_CLOSE)) {
      throw new CloseConnectionException("the answer said so");
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

  /** The request of this thread is whole, or over; what takes time now is ours to answer for. */
  void arrived() {
    Arrival arrival = arriving.remove(Thread.currentThread());
    if (arrival != null) {
      arrival.watch.close();
    }
  }

  /**
   * What cuts the request of this thread for another reason, with that for an answer, unless it is
   * whole by then. It does not wait, and may be called on any thread.
   */
  Runnable cutter(RelayException refusal) {
    Arrival arrival = arriving.get(Thread.currentThread());
    return arrival == null ? () -> {} : () -> Thread.ofVirtual().start(() -> arrival.cut(refusal));
  }

  private void cut(ConnectionContext context, boolean answered, RelayException refusal) {
    try {
      if (!answered) {
        metrics.refused(refusal.code());
        context.dataWriter().writeNow(BufferData.create(Problems.cut(refusal)));
      }
      context.serverSocket().close();
    } catch (UncheckedIOException _) {
      // The client is gone, and with it the wait.
    }
  }
}
