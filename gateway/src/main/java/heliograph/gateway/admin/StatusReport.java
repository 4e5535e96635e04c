package heliograph.gateway.admin;

import com.sun.management.OperatingSystemMXBean;
import heliograph.gateway.json.Json;
import heliograph.gateway.monitor.StreamSums;
import heliograph.gateway.monitor.Troubles;
import heliograph.gateway.stream.OpenStream;
import heliograph.gateway.stream.Streaming;
import heliograph.gateway.telemetry.LastMinute;
import heliograph.gateway.telemetry.Metrics;
import heliograph.gateway.telemetry.RecentLines;
import heliograph.relay.Hub;
import heliograph.relay.Limits;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryUsage;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.core.JsonGenerator;

/**
 * Tells an operator whether the relay is well, since when, and what to do if it is not. Any thread.
 */
final class StatusReport {
  static final String STATUS = AdminApi.ROOT + "/status";

  private static final double MEDIAN = 0.5;
  private static final double NEARLY_ALL = 0.99;

  private final Hub hub;
  private final Troubles troubles;
  private final Streaming streaming;
  private final Metrics metrics;
  private final LastMinute lastMinute;
  private final Supplier<String> configuration;
  private final RecentLines lines;
  private final InstantSource clock;
  // They are asked for here, as to find them means to look into jars.
  private final MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final OperatingSystemMXBean system =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  /**
   * @param troubles knows whether the relay is well
   * @param configuration what tells the configuration that is in force now from others
   * @param lines the last lines of the log
   */
  StatusReport(
      Hub hub,
      Troubles troubles,
      Streaming streaming,
      Metrics metrics,
      LastMinute lastMinute,
      Supplier<String> configuration,
      RecentLines lines,
      InstantSource clock) {
    this.hub = hub;
    this.troubles = troubles;
    this.streaming = streaming;
    this.metrics = metrics;
    this.lastMinute = lastMinute;
    this.configuration = configuration;
    this.lines = lines;
    this.clock = clock;
  }

  void show(ServerRequest request, ServerResponse response) {
    ListQuery.none(request);
    AdminAnswer.send(
        request,
        response,
        json -> {
          write(json);
          json.writeArrayPropertyStart("log");
          lines.newestFirst().forEach(it -> it.write(json));
          json.writeEndArray();
        });
  }

  /**
   * The same as one line of JSON, without the lines of the log: whoever is told it every second
   * sees by their count that there is a new one.
   */
  String text() {
    return Json.escaped(Json.object(this::write));
  }

  private void write(JsonGenerator json) {
    json.writeStringProperty("version", version());
    json.writeStringProperty("jdk", Runtime.version().toString());
    Instant started = troubles.started();
    json.writeStringProperty("started", started.toString());
    json.writeNumberProperty("uptime", Duration.between(started, clock.instant()).toSeconds());
    json.writeStringProperty("configHash", configuration.get());
    json.writeStringProperty("epoch", hub.inspection().epoch());
    json.writeNumberProperty("logged", lines.count());
    troubles.state().write(json);
    writeStreams(json);
    writeCounts(json);
    writeProcess(json);
    writeLimits(json);
  }

  private static String version() {
    return Optional.ofNullable(StatusReport.class.getPackage().getImplementationVersion())
        .orElse("unknown");
  }

  private void writeStreams(JsonGenerator json) {
    StreamSums sums = StreamSums.of(streaming.open());
    json.writeNumberProperty("streams", sums.streams());
    json.writeNumberProperty("polls", Math.max(0, hub.streams() - sums.streams()));
    json.writeObjectPropertyStart("states");
    for (OpenStream.State state : OpenStream.State.values()) {
      json.writeNumberProperty(
          state.name().toLowerCase(Locale.ROOT), sums.states().getOrDefault(state, 0L));
    }
    json.writeEndObject();
    json.writeObjectPropertyStart("late");
    json.writeNumberProperty("streams", sums.behind());
    json.writeNumberProperty("events", sums.lateEvents());
    json.writeNumberProperty("seconds", StreamList.seconds(sums.lateTime()));
    json.writeEndObject();
    json.writeNumberProperty("tenants", hub.tenants());
    json.writeNumberProperty("cohorts", hub.cohorts());
    json.writeNumberProperty("queued", sums.queued());
    json.writeNumberProperty("waitingBytes", hub.waitingBytes());
    json.writeNumberProperty("readingBytes", hub.readingBytes());
  }

  private void writeCounts(JsonGenerator json) {
    Metrics.Totals totals = metrics.totals();
    json.writeNumberProperty("published", totals.stored());
    json.writeNumberProperty("duplicates", totals.duplicates());
    json.writeNumberProperty("refused", totals.refused());
    json.writeNumberProperty("delivered", totals.delivered());
    json.writeNumberProperty("withheld", totals.withheld());
    json.writeNumberProperty("commits", hub.commits());
    LastMinute.Rates rates = lastMinute.rates();
    json.writeObjectPropertyStart("perSecond");
    json.writeNumberProperty("published", rates.stored());
    json.writeNumberProperty("delivered", rates.delivered());
    json.writeEndObject();
    json.writeObjectPropertyStart("latency");
    lastMinute.latency(MEDIAN).ifPresent(it -> json.writeNumberProperty("p50", it));
    lastMinute.latency(NEARLY_ALL).ifPresent(it -> json.writeNumberProperty("p99", it));
    json.writeEndObject();
    json.writeNumberProperty("gaps", totals.gaps());
    writeEach(json, "ends", totals.ends());
    writeEach(json, "refusals", totals.refusals());
  }

  private static void writeEach(JsonGenerator json, String name, Map<String, Long> counts) {
    json.writeObjectPropertyStart(name);
    counts.forEach(json::writeNumberProperty);
    json.writeEndObject();
  }

  private void writeProcess(JsonGenerator json) {
    MemoryUsage heap = memory.getHeapMemoryUsage();
    json.writeNumberProperty("pid", ProcessHandle.current().pid());
    json.writeObjectPropertyStart("heap");
    json.writeNumberProperty("used", heap.getUsed());
    json.writeNumberProperty("committed", heap.getCommitted());
    json.writeNumberProperty("max", heap.getMax());
    json.writeEndObject();
    int processors = system.getAvailableProcessors();
    // It is the share of all processors, and negative where the system does not tell it.
    double load = system.getProcessCpuLoad();
    if (load >= 0) {
      json.writeNumberProperty("cpu", load * processors);
    }
    json.writeNumberProperty("cpuSeconds", system.getProcessCpuTime() / 1e9);
    json.writeNumberProperty("processors", processors);
    json.writeNumberProperty("threads", threads.getThreadCount());
  }

  private void writeLimits(JsonGenerator json) {
    Limits limits = hub.limits();
    json.writeObjectPropertyStart("limits");
    json.writeNumberProperty("streams", limits.streams());
    json.writeNumberProperty("streamsPerTenant", limits.streamsPerTenant());
    json.writeNumberProperty("streamsPerUser", limits.streamsPerUser());
    json.writeNumberProperty("queue", limits.queue());
    json.writeNumberProperty("waitingBytes", limits.memory().waiting());
    json.writeNumberProperty("readingBytes", limits.memory().reading());
    json.writeEndObject();
  }
}
