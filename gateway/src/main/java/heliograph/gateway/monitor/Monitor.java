package heliograph.gateway.monitor;

import com.sun.management.UnixOperatingSystemMXBean;
import heliograph.gateway.reload.Reloads;
import heliograph.gateway.stream.OpenStream;
import heliograph.gateway.stream.Streaming;
import heliograph.relay.Hub;
import heliograph.relay.Limits;
import io.helidon.metrics.api.FunctionalCounter;
import io.helidon.metrics.api.Gauge;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.metrics.api.Metrics;
import io.helidon.metrics.api.Tag;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.RuntimeMXBean;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * Registers what monitoring is told of the relay as a whole. All of it is read at a scrape. Labels
 * take fixed values, words of ours. What is told of the process has the names that Prometheus' own
 * libraries give it, so that dashboards of others show it as well. Any thread.
 */
public final class Monitor {
  private static final double NANOS = 1e9;
  private static final double MILLIS = 1e3;

  private final MeterRegistry registry;
  private final Hub hub;
  private final Supplier<StreamSums> sums;
  private final LongSupplier nanos;

  /**
   * Makes what registers with the registry that is scraped.
   *
   * @param nanos a clock of elapsed nanoseconds
   */
  public static Monitor of(Hub hub, Streaming streaming, LongSupplier nanos) {
    return new Monitor(Metrics.globalRegistry(), hub, () -> StreamSums.of(streaming.open()), nanos);
  }

  Monitor(MeterRegistry registry, Hub hub, Supplier<StreamSums> sums, LongSupplier nanos) {
    this.registry = registry;
    this.hub = hub;
    this.sums = new Recent<>(sums, nanos);
    this.nanos = nanos;
  }

  /** Registers how late and how full the relay is. */
  public void observeLoad() {
    for (OpenStream.State state : OpenStream.State.values()) {
      gauge(
          "heliograph_streams",
          "Open streams by what they are at, without polls",
          () -> sums.get().states().getOrDefault(state, 0L),
          Tag.create("state", state.name().toLowerCase(Locale.ROOT)));
    }
    gauge(
        "heliograph_streams_behind",
        "Streams that are not done with all that was stored of their tenant",
        () -> sums.get().behind());
    gauge(
        "heliograph_late_events",
        "By how many events the latest stream is behind",
        () -> sums.get().lateEvents());
    gauge(
        "heliograph_late_seconds",
        "For how long the oldest event has been stored with which the latest stream is not done",
        () -> sums.get().lateTime().toMillis() / MILLIS);
    limit("streams", () -> limits().streams());
    limit("waiting-bytes", () -> limits().memory().waiting());
    limit("reading-bytes", () -> limits().memory().reading());
  }

  /** Registers whether the relay is well, by what is in trouble. */
  public void observe(Troubles troubles) {
    Recent<Troubles.State> state = new Recent<>(troubles::state, nanos);
    gauge(
        "heliograph_ready",
        "Whether the relay does what it is for",
        () -> one(state.get().ready()));
    for (Trouble.Part part : Trouble.Part.values()) {
      gauge(
          "heliograph_trouble",
          "What is in trouble",
          () -> state.get().of(part).size(),
          Tag.create("part", part.word()));
    }
  }

  /** Registers what came of reloads. */
  public void observeReloads(Reloads reloads) {
    reloads("done", reloads, it -> it.outcome().done());
    reloads("refused", reloads, it -> it.outcome().refused());
    gauge(
        "heliograph_reload_failed",
        "Whether the last reload was refused",
        () -> one(reloads.outcome().lastRefused()));
    gauge(
        "heliograph_reload_success_timestamp_seconds",
        "When what is in force was read, since 1970",
        () -> reloads.outcome().inForce().toEpochMilli() / MILLIS);
    gauge(
        "heliograph_restart_needed",
        "Changes of the configuration that hold only from the next start on",
        () -> reloads.outcome().restart());
  }

  /**
   * Registers how full the disk is, and how large the log.
   *
   * @param directory that of the log; empty if the log is in memory
   */
  public void observeLog(Optional<Path> directory) {
    String bytes = directory.isPresent() ? "tableBytes" : "heldBytes";
    gauge(
        "heliograph_log_bytes",
        "Bytes of the log's events, as they are stored",
        () -> hub.inspection().figures().getOrDefault(bytes, 0L));
    directory.ifPresent(
        it -> {
          gauge(
              "heliograph_disk_bytes",
              "Bytes of the disk that has the log",
              () -> disk(it, FileStore::getTotalSpace));
          gauge(
              "heliograph_disk_free_bytes",
              "Bytes that are free on it",
              () -> disk(it, FileStore::getUsableSpace));
        });
  }

  /** Registers what the process takes. Not on a virtual thread, as beans are found in jars. */
  public void observeProcess() {
    RuntimeMXBean runtime = ManagementFactory.getRuntimeMXBean();
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    gauge(
        "process_start_time_seconds",
        "When the process was started, since 1970",
        () -> runtime.getStartTime() / MILLIS);
    Tag heap = Tag.create("area", "heap");
    gauge(
        "jvm_memory_used_bytes",
        "Bytes of the heap that are in use, with what can be collected",
        () -> memory.getHeapMemoryUsage().getUsed(),
        heap);
    gauge(
        "jvm_memory_max_bytes",
        "Bytes that the heap may have",
        () -> memory.getHeapMemoryUsage().getMax(),
        heap);
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
      registry.getOrCreate(
          FunctionalCounter.builder(
                  "process_cpu_seconds", system, it -> (long) (it.getProcessCpuTime() / NANOS))
              .description("Seconds of processors that the process has used"));
      gauge(
          "process_open_fds",
          "Files and sockets that are open",
          system::getOpenFileDescriptorCount);
      gauge(
          "process_max_fds",
          "Files and sockets that may be open",
          system::getMaxFileDescriptorCount);
    }
  }

  private Limits limits() {
    return hub.limits();
  }

  private static double one(boolean is) {
    return is ? 1 : 0;
  }

  private interface OfDisk {
    long of(FileStore store) throws IOException;
  }

  private static double disk(Path directory, OfDisk what) {
    try {
      return what.of(Files.getFileStore(directory));
    } catch (IOException _) {
      // Nothing is known of it, which is not the same as nothing being there.
      return Double.NaN;
    }
  }

  private void limit(String of, DoubleSupplier most) {
    gauge("heliograph_limit", "The most that there may be", most, Tag.create("of", of));
  }

  private void reloads(String result, Reloads reloads, ToLongFunction<Reloads> count) {
    registry.getOrCreate(
        FunctionalCounter.builder("heliograph_reloads", reloads, count::applyAsLong)
            .description("Reloads of the configuration, by what came of them")
            .tags(List.of(Tag.create("result", result))));
  }

  private void gauge(String name, String description, DoubleSupplier value, Tag... tags) {
    registry.getOrCreate(
        Gauge.builder(name, value, DoubleSupplier::getAsDouble)
            .description(description)
            .tags(List.of(tags)));
  }
}
