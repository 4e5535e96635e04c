package heliograph.gateway.admin;

import heliograph.contract.Tenant;
import heliograph.gateway.stream.OpenStream;
import heliograph.gateway.stream.Streaming;
import heliograph.gateway.types.CountedMasks;
import heliograph.relay.EventLog.Holding;
import heliograph.relay.Inspection;
import heliograph.relay.Inspection.Opened;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.core.JsonGenerator;

/** Shows an operator the tenants: what is open and what is stored of each. Any thread. */
final class TenantList {
  static final String TENANTS = AdminApi.ROOT + "/tenants";

  private static final Duration RECENTLY = Duration.ofMinutes(1);

  private final Inspection inspection;
  private final Streaming streaming;
  private final CountedMasks masks;
  private final Listing<Line> listing;

  TenantList(Inspection inspection, Streaming streaming, CountedMasks masks, ListCursors cursors) {
    this.inspection = inspection;
    this.streaming = streaming;
    this.masks = masks;
    this.listing =
        new Listing<>(
            "tenants",
            it -> it.tenant.name(),
            Map.of(
                "streams", it -> it.opened.streams(),
                "subjects", it -> it.opened.subjects(),
                "filterSeconds", it -> it.opened.filterNanos(),
                "events", it -> inspection.holding(it.tenant).events(),
                "queued", it -> it.sums.queued,
                "late", it -> it.sums.lateEvents),
            "id",
            cursors);
  }

  /** What the streams of a tenant come to. */
  private static final class Sums {
    private int streams;
    private long queued;
    private int late;
    private long lateEvents;
    private Duration lateTime = Duration.ZERO;

    void add(OpenStream stream) {
      streams++;
      queued += stream.queued();
      long events = stream.lateEvents();
      if (events > 0) {
        late++;
      }
      if (events > lateEvents) {
        lateEvents = events;
        lateTime = stream.lateTime();
      }
    }
  }

  private record Line(Tenant tenant, Opened opened, Sums sums) {}

  void list(ServerRequest request, ServerResponse response) {
    ListQuery query = new ListQuery(request, Set.of("tenant"));
    String prefix = query.filter("tenant").orElse("");
    Map<Tenant, Sums> sums = new HashMap<>();
    streaming
        .open()
        .filter(it -> tenantOf(it).name().startsWith(prefix))
        .forEach(it -> sums.computeIfAbsent(tenantOf(it), _ -> new Sums()).add(it));
    Set<Tenant> all = new LinkedHashSet<>(inspection.tenants());
    all.addAll(sums.keySet());
    Stream<Line> lines =
        all.stream()
            .filter(it -> it.name().startsWith(prefix))
            .map(it -> new Line(it, inspection.opened(it), sums.getOrDefault(it, new Sums())));
    Listing.Page<Line> page = listing.page(query, lines);
    AdminAnswer.send(request, response, json -> page.write(json, this::write));
  }

  private static Tenant tenantOf(OpenStream stream) {
    return stream.subscription().claims().tenant();
  }

  private void write(JsonGenerator json, Line line) {
    Tenant tenant = line.tenant;
    Sums sums = line.sums;
    json.writeStringProperty("tenant", tenant.name());
    json.writeNumberProperty("streams", sums.streams);
    json.writeNumberProperty("polls", Math.max(0, line.opened.streams() - sums.streams));
    json.writeNumberProperty("subjects", line.opened.subjects());
    json.writeNumberProperty("cohorts", line.opened.cohorts());
    json.writeNumberProperty("queued", sums.queued);
    json.writeObjectPropertyStart("late");
    json.writeNumberProperty("streams", sums.late);
    json.writeNumberProperty("events", sums.lateEvents);
    json.writeNumberProperty("seconds", StreamList.seconds(sums.lateTime));
    json.writeEndObject();
    writeStored(json, tenant);
    masks.withheldOf(tenant).ifPresent(it -> json.writeNumberProperty("withheld", it));
    json.writeNumberProperty("filterSeconds", line.opened.filterNanos() / 1e9);
  }

  private void writeStored(JsonGenerator json, Tenant tenant) {
    Holding holding = inspection.holding(tenant);
    json.writeNumberProperty("events", holding.events());
    inspection.storedBytes(tenant).ifPresent(it -> json.writeNumberProperty("bytes", it));
    if (holding.events() > 0) {
      inspection
          .storedAt(tenant, holding.oldest())
          .ifPresent(it -> json.writeStringProperty("oldest", it.toString()));
      inspection
          .storedAt(tenant, holding.head())
          .ifPresent(it -> json.writeStringProperty("newest", it.toString()));
    }
    json.writeNumberProperty(
        "publishedPerMinute",
        inspection.storedSince(tenant, holding, inspection.now().minus(RECENTLY)));
  }
}
