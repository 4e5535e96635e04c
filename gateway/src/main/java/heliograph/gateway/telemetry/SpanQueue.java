package heliograph.gateway.telemetry;

import heliograph.gateway.telemetry.Metrics.SpanResult;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.internal.FailedExportException.HttpExportException;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The spans that ended and are not sent yet, and the thread that sends them. Whoever ends a span
 * never waits: where the endpoint is slow or away the queue fills, and what comes then is dropped
 * and counted. Any thread ends spans.
 */
final class SpanQueue implements SpanProcessor {
  /** The most spans of one request to the endpoint. */
  static final int BATCH = 512;

  private static final long TICK_MILLIS = 100;

  // For so long spans are gathered for one request to the endpoint.
  private static final long GATHER_NANOS = TimeUnit.SECONDS.toNanos(1);

  // A stop waits for the endpoint no longer than this.
  private static final Duration LAST = Duration.ofSeconds(2);

  private static final System.Logger LOGGER = System.getLogger("heliograph");

  // The exporter logs each failure with its stack trace; what an operator needs to know of it is
  // told here. It is held because loggers that nobody holds are forgotten with their levels.
  private static final Logger EXPORTER = Logger.getLogger("io.opentelemetry");

  private final URI endpoint;
  private final Metrics metrics;
  private final Sweeping sweeping;
  private final LongSupplier nanos;
  private final long patienceMillis;
  private final SpanExporter exporter;
  private final BlockingQueue<ReadableSpan> ended;
  private final Thread thread;
  private volatile boolean closed;

  // Owned by the thread.
  private boolean failing;

  /** Looks which events have arrived, and makes their spans. */
  @FunctionalInterface
  interface Sweeping {
    /**
     * Looks once.
     *
     * @param last whether there will be no later look
     */
    void sweep(boolean last);
  }

  SpanQueue(
      URI endpoint, TracingConfig config, Metrics metrics, Sweeping sweeping, LongSupplier nanos) {
    this.endpoint = endpoint;
    this.metrics = metrics;
    this.sweeping = sweeping;
    this.nanos = nanos;
    this.patienceMillis = config.timeout().plusSeconds(1).toMillis();
    EXPORTER.setLevel(Level.OFF);
    this.exporter = exporter(endpoint, config);
    this.ended = new ArrayBlockingQueue<>(config.queue());
    this.thread = Thread.ofPlatform().name("heliograph-traces").daemon(true).unstarted(this::run);
  }

  private static SpanExporter exporter(URI endpoint, TracingConfig config) {
    OtlpHttpSpanExporterBuilder builder =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(endpoint.toString())
            .setCompression("gzip")
            .setTimeout(config.timeout())
            .setConnectTimeout(config.timeout());
    config.headers().forEach(builder::addHeader);
    return builder.build();
  }

  void start() {
    thread.start();
  }

  @Override
  public void onStart(Context parent, ReadWriteSpan span) {}

  @Override
  public boolean isStartRequired() {
    return false;
  }

  @Override
  public void onEnd(ReadableSpan span) {
    if (!ended.offer(span)) {
      metrics.spans(SpanResult.DROPPED, 1);
    }
  }

  @Override
  public boolean isEndRequired() {
    return true;
  }

  private void run() {
    try {
      while (!closed) {
        send(gather());
      }
      sweeping.sweep(true);
      while (!ended.isEmpty()) {
        send(gather());
      }
    } catch (InterruptedException _) {
      // Nobody interrupts this thread. If somebody did, spans would be dropped from now on.
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for spans, and takes those that come within a time; none if none came. */
  private List<SpanData> gather() throws InterruptedException {
    List<SpanData> batch = new ArrayList<>();
    long began = nanos.getAsLong();
    while (batch.size() < BATCH && nanos.getAsLong() - began < GATHER_NANOS) {
      sweeping.sweep(false);
      ReadableSpan next = ended.poll(closed ? 0 : TICK_MILLIS, TimeUnit.MILLISECONDS);
      if (next == null && closed) {
        return batch;
      }
      if (next != null) {
        batch.add(next.toSpanData());
        take(batch);
      }
    }
    return batch;
  }

  private void take(List<SpanData> batch) {
    List<ReadableSpan> more = new ArrayList<>();
    ended.drainTo(more, BATCH - batch.size());
    more.forEach(span -> batch.add(span.toSpanData()));
  }

  private void send(List<SpanData> batch) {
    if (batch.isEmpty()) {
      return;
    }
    CompletableResultCode result =
        exporter.export(batch).join(patienceMillis, TimeUnit.MILLISECONDS);
    boolean sent = result.isSuccess();
    metrics.spans(sent ? SpanResult.SENT : SpanResult.FAILED, batch.size());
    if (sent && failing) {
      LOGGER.log(System.Logger.Level.INFO, "traces-recovered endpoint={0}", endpoint);
    } else if (!sent && !failing) {
      LOGGER.log(
          System.Logger.Level.WARNING,
          "traces-failed endpoint={0} cause={1}",
          endpoint,
          cause(result.getFailureThrowable()));
    }
    failing = !sent;
  }

  /** Why the endpoint did not take spans, in a few words. */
  private static String cause(@Nullable Throwable failure) {
    if (failure instanceof HttpExportException answered && answered.getResponse() != null) {
      return "status " + answered.getResponse().getStatusCode();
    }
    Throwable cause = failure;
    while (cause != null && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause == null ? "no answer in time" : cause.getClass().getSimpleName();
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join(LAST);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
