package heliograph.gateway;

import io.helidon.faulttolerance.CircuitBreaker;
import io.helidon.webclient.api.HttpClientRequest;
import io.helidon.webclient.api.HttpClientResponse;
import io.helidon.webclient.api.WebClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * Another server that is asked about callers. It is asked at the address the operator wrote and
 * nowhere else: no redirect is followed. While it fails most of the time it is left alone for a
 * while. Any thread.
 */
final class Upstream {
  /** The longest answer that is read, in bytes. */
  static final int MAX_ANSWER = 64 * 1024;

  /** Of so many answers, this part in a hundred are failures: then it is left alone. */
  static final int VOLUME = 10;

  static final int FAILURES_PERCENT = 60;

  /** For how long; then one question tries whether it is well again. */
  static final Duration REST = Duration.ofSeconds(2);

  private static final System.Logger LOGGER = System.getLogger("heliograph");

  private final String name;
  private final WebClient client;
  private final CircuitBreaker breaker;
  private final AtomicBoolean failing = new AtomicBoolean();

  /**
   * @param status of HTTP
   * @param body of the answer, as far as it was asked for
   */
  record Reply(int status, String body) {}

  /**
   * @param name what it is called in the log
   * @param timeout of connecting, and of each wait for more; whoever asks bounds the whole
   */
  Upstream(String name, Duration timeout) {
    this.name = name;
    this.client =
        WebClient.builder()
            .connectTimeout(timeout)
            .readTimeout(timeout)
            .followRedirects(false)
            // A connection that was closed meanwhile would look like a server that is down.
            .keepAlive(false)
            .build();
    this.breaker =
        CircuitBreaker.builder()
            .volume(VOLUME)
            .errorRatio(FAILURES_PERCENT)
            .successThreshold(1)
            .delay(REST)
            .build();
  }

  /**
   * Asks with GET.
   *
   * @param meaning what a reply means; none if it is no answer to the question
   * @return none if the server cannot be asked, or does not answer the question
   */
  <T> Optional<T> ask(URI uri, Forwarded forwarded, Function<Reply, Optional<T>> meaning) {
    try {
      T answer =
          breaker.invoke(
              () -> {
                Reply reply = get(uri, forwarded);
                return meaning
                    .apply(reply)
                    .orElseThrow(() -> new IllegalStateException("status " + reply.status()));
              });
      if (failing.compareAndSet(true, false)) {
        LOGGER.log(System.Logger.Level.INFO, "upstream-recovered upstream={0}", name);
      }
      return Optional.of(answer);
    } catch (RuntimeException e) {
      // Whatever it is that the network or the server does. Told once, for there may be many.
      if (failing.compareAndSet(false, true)) {
        LOGGER.log(
            System.Logger.Level.WARNING, "upstream-failed upstream={0} cause={1}", name, cause(e));
      }
      return Optional.empty();
    }
  }

  /** Not the message of others: it may hold what was sent. */
  private static String cause(RuntimeException e) {
    return e instanceof IllegalStateException own && own.getCause() == null
        ? String.valueOf(own.getMessage())
        : e.getClass().getSimpleName();
  }

  private Reply get(URI uri, Forwarded forwarded) {
    HttpClientRequest request = client.get().uri(uri);
    forwarded.headers().forEach(request::header);
    try (HttpClientResponse response = request.request()) {
      int status = response.status().code();
      return new Reply(status, status == 200 ? body(response) : "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String body(HttpClientResponse response) throws IOException {
    if (!response.entity().hasEntity()) {
      return "";
    }
    try (InputStream in = response.inputStream()) {
      byte[] body = in.readNBytes(MAX_ANSWER + 1);
      if (body.length > MAX_ANSWER) {
        throw new IOException("the answer is over " + MAX_ANSWER + " bytes");
      }
      // Strictly: a character that was replaced could make one subject of two.
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    }
  }
}
