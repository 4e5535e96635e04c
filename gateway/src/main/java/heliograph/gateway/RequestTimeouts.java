package heliograph.gateway;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import io.helidon.common.buffers.BufferData;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Status;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ends requests that do not arrive: from its first line a request has a time to be whole, and is
 * answered 408 and cut after it. A connection that has not begun a request is none of ours; it has
 * Helidon's idle timeout. Any thread.
 */
final class RequestTimeouts {
  private final Watchdog watchdog;
  private final Duration limit;
  private final Map<ConnectionContext, Watchdog.Watch> arriving = new ConcurrentHashMap<>();

  RequestTimeouts(Watchdog watchdog, Duration limit) {
    this.watchdog = watchdog;
    this.limit = limit;
  }

  /** Hears what is received: starts with a request's first line, stops if it has no body. */
  Http1ConnectionListener received() {
    return new Http1ConnectionListener() {
      @Override
      public void prologue(ConnectionContext context, HttpPrologue prologue) {
        arriving.put(context, watchdog.watch(limit, () -> cut(context)));
      }

      @Override
      public void headers(ConnectionContext context, Headers headers) {
        if (!headers.contains(HeaderNames.CONTENT_LENGTH)
            && !headers.contains(HeaderNames.TRANSFER_ENCODING)) {
          stop(context);
        }
      }
    };
  }

  /** Hears what is sent: an answer means that the wait for the request is over. */
  Http1ConnectionListener sent() {
    return new Http1ConnectionListener() {
      @Override
      public void status(ConnectionContext context, Status status) {
        stop(context);
      }
    };
  }

  private void stop(ConnectionContext context) {
    Watchdog.Watch watch = arriving.remove(context);
    if (watch != null) {
      watch.close();
    }
  }

  private void cut(ConnectionContext context) {
    if (arriving.remove(context) == null) {
      return;
    }
    String problem =
        Problems.json(
            new RelayException(
                ErrorCode.REQUEST_TIMEOUT, "the request was not whole after " + limit));
    String answer =
        "HTTP/1.1 408 Request Timeout\r\n"
            + "Content-Type: application/problem+json\r\n"
            + "Content-Length: "
            + problem.length()
            + "\r\nConnection: close\r\n\r\n"
            + problem;
    try {
      context.dataWriter().writeNow(BufferData.create(answer.getBytes(StandardCharsets.US_ASCII)));
      context.serverSocket().close();
    } catch (UncheckedIOException _) {
      // The client is gone, and with it the wait.
    }
  }
}
