package heliograph.gateway.telemetry;

import io.helidon.webserver.http.ServerRequest;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Follows requests of publishers where the operator has an endpoint for that, and where not, costs
 * nothing: the SDK of OpenTelemetry is not even loaded. Any thread.
 */
public final class Tracing implements AutoCloseable {
  private final double ratio;
  private final @Nullable Spans spans;

  /**
   * Makes it; {@link #start} begins to send.
   *
   * @param clock tells the time of spans
   * @param nanos the hub's clock of elapsed nanoseconds
   */
  public Tracing(TracingConfig config, Metrics metrics, InstantSource clock, LongSupplier nanos) {
    this.ratio = config.ratio();
    this.spans =
        config
            .endpoint()
            .map(endpoint -> new Spans(endpoint, config, metrics, clock, nanos))
            .orElse(null);
  }

  /** Begins to send spans, if there is somebody who wants them. */
  public void start() {
    if (spans != null) {
      spans.start();
    }
  }

  /**
   * Begins to follow a request.
   *
   * @param route the path, with places in braces for what differs from request to request
   */
  public PublishTrace begin(ServerRequest request, String route) {
    if (spans == null) {
      return PublishTrace.NONE;
    }
    boolean drawn = ThreadLocalRandom.current().nextDouble() < ratio;
    PublishTrace trace = new RequestTrace(spans, route, Callers.of(request.headers()), drawn);
    request.context().register(PublishTrace.KEY, trace);
    return trace;
  }

  /** Sends what waits, within a bound of time, and stops. */
  @Override
  public void close() {
    if (spans != null) {
      spans.close();
    }
  }
}
