package heliograph.gateway.admin;

import heliograph.gateway.admin.AdminDoor.Stored;
import heliograph.gateway.monitor.Troubles;
import heliograph.relay.EventLog.Holding;
import heliograph.relay.Hub;
import heliograph.relay.Inspection;
import heliograph.relay.Retention;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import tools.jackson.core.JsonGenerator;

/**
 * Tells an operator of the log: what it holds, whether it can store, and how long that takes. Any
 * thread.
 */
final class StorageReport {
  static final String STORAGE = AdminApi.ROOT + "/storage";

  /** The most files of the log's directory that are counted. */
  static final int MAX_FILES = 100_000;

  private final Hub hub;
  private final Troubles troubles;
  private final Stored stored;
  private final LongSupplier published;

  /**
   * @param troubles knows whether the log can store
   * @param published how many events were stored since the start
   */
  StorageReport(Hub hub, Troubles troubles, Stored stored, LongSupplier published) {
    this.hub = hub;
    this.troubles = troubles;
    this.stored = stored;
    this.published = published;
  }

  void show(ServerRequest request, ServerResponse response) {
    ListQuery.none(request);
    AdminAnswer.send(request, response, this::write);
  }

  private void write(JsonGenerator json) {
    Inspection inspection = hub.inspection();
    json.writeStringProperty("epoch", inspection.epoch());
    json.writeStringProperty("kind", stored.directory().isPresent() ? "disk" : "memory");
    json.writeStringProperty("durability", stored.durability());
    troubles
        .log()
        .ifPresent(
            it -> {
              json.writeName("trouble");
              it.write(json);
            });
    json.writeNumberProperty("tenants", hub.tenants());
    json.writeNumberProperty(
        "events",
        inspection.tenants().stream().map(inspection::holding).mapToLong(Holding::events).sum());
    Map<String, Long> figures = new TreeMap<>(inspection.figures());
    Optional.ofNullable(figures.get(stored.directory().isPresent() ? "tableBytes" : "heldBytes"))
        .ifPresent(it -> json.writeNumberProperty("bytes", it));
    stored.directory().ifPresent(it -> writeDisk(json, it));
    long commits = hub.commits();
    json.writeNumberProperty("commits", commits);
    if (commits > 0) {
      json.writeNumberProperty("eventsPerCommit", (double) published.getAsLong() / commits);
    }
    json.writeObjectPropertyStart("commit");
    within(json, "p50", 0.5);
    within(json, "p99", 0.99);
    within(json, "longest", 1);
    json.writeEndObject();
    Retention retention = stored.retention();
    json.writeObjectPropertyStart("retention");
    json.writeStringProperty("age", retention.age().toString());
    json.writeNumberProperty("events", retention.events());
    json.writeNumberProperty("bytes", retention.bytes());
    json.writeStringProperty("dedup", retention.dedup().toString());
    json.writeEndObject();
    json.writeObjectPropertyStart("properties");
    figures.forEach(json::writeNumberProperty);
    json.writeEndObject();
  }

  private void within(JsonGenerator json, String name, double share) {
    hub.commitTimes()
        .within(share)
        .map(Duration::toNanos)
        .ifPresent(nanos -> json.writeNumberProperty(name, nanos / 1e9));
  }

  private static void writeDisk(JsonGenerator json, Path directory) {
    json.writeStringProperty("path", directory.toAbsolutePath().toString());
    try {
      FileStore store = Files.getFileStore(directory);
      json.writeObjectPropertyStart("disk");
      json.writeNumberProperty("free", store.getUsableSpace());
      json.writeNumberProperty("total", store.getTotalSpace());
      json.writeEndObject();
      long[] count = new long[2];
      try (Stream<Path> files = Files.list(directory)) {
        files
            .limit(MAX_FILES)
            .map(Path::toFile)
            .filter(File::isFile)
            .forEach(
                file -> {
                  count[0]++;
                  count[1] += file.length();
                });
      }
      json.writeNumberProperty("files", count[0]);
      json.writeNumberProperty("fileBytes", count[1]);
    } catch (IOException | UncheckedIOException _) {
      // The directory cannot be looked at, which the log's own trouble tells better.
    }
  }
}
