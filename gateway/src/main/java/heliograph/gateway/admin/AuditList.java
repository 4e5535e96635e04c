package heliograph.gateway.admin;

import heliograph.gateway.operator.Audit;
import heliograph.gateway.operator.AuditEntry;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** Shows an operator what operators did last. Any thread. */
final class AuditList {
  static final String AUDIT = AdminApi.ROOT + "/audit";

  private final Audit audit;
  private final Listing<Numbered> listing;

  AuditList(Audit audit, ListCursors cursors) {
    this.audit = audit;
    this.listing =
        new Listing<>(
            "audit",
            it -> "%09d".formatted(it.number),
            Map.of("time", it -> it.entry.time().toEpochMilli()),
            "-id",
            cursors);
  }

  /** An entry with its place among those that are kept. */
  private record Numbered(int number, AuditEntry entry) {}

  void list(ServerRequest request, ServerResponse response) {
    ListQuery query = new ListQuery(request, Set.of("operator", "action"));
    String operator = query.filter("operator").orElse("");
    String action = query.filter("action").orElse("");
    List<AuditEntry> last = audit.last();
    Listing.Page<Numbered> page =
        listing.page(
            query,
            IntStream.range(0, last.size())
                .mapToObj(i -> new Numbered(i, last.get(i)))
                .filter(it -> operator.isEmpty() || it.entry.operator().equals(operator))
                .filter(it -> action.isEmpty() || it.entry.deed().action().equals(action)));
    AdminAnswer.send(request, response, json -> page.write(json, (out, it) -> it.entry.write(out)));
  }
}
