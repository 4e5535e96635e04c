package heliograph.publisher;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The relay as a publisher sees it: an address that takes requests. One thread. */
final class Relay {
  // An id is up to 256 characters, which may all be escaped; a detail names a few members.
  private static final int ANSWER_BYTES_PER_EVENT = 4 << 10;
  private static final int ANSWER_BYTES = 64 << 10;

  private final HttpClient http;
  private final URI address;
  private final Credential credential;
  private final Duration timeout;
  private final InstantSource clock;

  Relay(Settings settings, HttpClient http, InstantSource clock) {
    this.http = http;
    this.address = settings.address();
    this.credential = settings.credential();
    this.timeout = settings.requestTimeout();
    this.clock = clock;
  }

  /**
   * Sends a request once and waits for its whole answer, for as long as a request may take.
   *
   * @param delivery the id of the request, the same for each attempt
   * @param ids those of its events, in order
   */
  Answer post(String delivery, List<String> ids, byte[] body) throws InterruptedException {
    Map<String, String> headers;
    try {
      headers = credential.headers(delivery, clock.instant(), body);
    } catch (RuntimeException e) {
      // Of what a caller's supplier throws, the message may have anything in it.
      return Answer.Failed.unsent("no token: " + e.getClass().getSimpleName());
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .header("Content-Type", "application/json")
            .header("Accept", "application/json, application/problem+json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    headers.forEach(request::header);
    int maxAnswer = ANSWER_BYTES + ANSWER_BYTES_PER_EVENT * ids.size();
    CompletableFuture<HttpResponse<byte[]>> exchange =
        http.sendAsync(request.build(), head -> new LimitedBody(maxAnswer));
    return await(exchange, ids);
  }

  // The timeout of HttpRequest ends with the head of the answer, so the wait has its own.
  private Answer await(CompletableFuture<HttpResponse<byte[]>> exchange, List<String> ids)
      throws InterruptedException {
    try {
      HttpResponse<byte[]> response = exchange.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
      return AnswerReader.read(response, ids, clock.instant());
    } catch (TimeoutException e) {
      exchange.cancel(true);
      return Answer.Failed.unsure("no answer within " + timeout);
    } catch (InterruptedException e) {
      exchange.cancel(true);
      throw e;
    } catch (CancellationException e) {
      return Answer.Failed.unsure("cancelled");
    } catch (ExecutionException e) {
      return failed(Objects.requireNonNull(e.getCause()));
    }
  }

  private static Answer failed(Throwable cause) {
    String name = cause.getClass().getSimpleName();
    boolean unsent =
        cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException;
    if (unsent) {
      return Answer.Failed.unsent("no connection: " + name);
    }
    if (cause instanceof IOException) {
      return Answer.Failed.unsure("no answer: " + name);
    }
    // The client is closed, or has a bug: whatever it is, a future must not stay open for it.
    return Answer.Failed.unsure("the HTTP client failed: " + name);
  }
}
