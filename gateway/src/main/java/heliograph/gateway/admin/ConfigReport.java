package heliograph.gateway.admin;

import heliograph.gateway.admin.AdminDoor.Configured;
import heliograph.gateway.settings.InForce;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Shows an operator the configuration that is in force. Any thread. */
final class ConfigReport {
  static final String CONFIG = AdminApi.ROOT + "/config";

  private static final List<String> ORIGINS =
      Arrays.stream(InForce.Origin.values()).map(ConfigReport::word).toList();

  private final Supplier<Configured> configured;
  private final Listing<InForce.Item> listing;

  ConfigReport(Supplier<Configured> configured, ListCursors cursors) {
    this.configured = configured;
    this.listing = new Listing<>("config", InForce.Item::key, Map.of(), "id", cursors);
  }

  void list(ServerRequest request, ServerResponse response) {
    ListQuery query = new ListQuery(request, Set.of("key", "origin", "default"));
    String part = query.filter("key").orElse("");
    String origin = query.word("origin", ORIGINS).orElse("");
    Optional<Boolean> asDefault =
        query.word("default", List.of("true", "false")).map(Boolean::valueOf);
    Configured read = configured.get();
    InForce now = read.inForce();
    Listing.Page<InForce.Item> page =
        listing.page(
            query,
            now.items().stream()
                .filter(it -> it.key().contains(part))
                .filter(it -> origin.isEmpty() || word(it.origin()).equals(origin))
                .filter(it -> asDefault.isEmpty() || asDefault.get() == isDefault(it)));
    AdminAnswer.send(
        request,
        response,
        json -> {
          json.writeStringProperty("hash", now.hash());
          json.writeStringProperty("file", read.file());
          json.writeStringProperty("loaded", read.loaded().toString());
          page.write(
              json,
              (out, item) -> {
                out.writeStringProperty("key", item.key());
                out.writeStringProperty("value", item.value());
                out.writeBooleanProperty("default", isDefault(item));
                out.writeStringProperty("origin", word(item.origin()));
              });
        });
  }

  private static boolean isDefault(InForce.Item item) {
    return item.origin() == InForce.Origin.DEFAULT;
  }

  private static String word(InForce.Origin origin) {
    return origin.name().toLowerCase(Locale.ROOT);
  }
}
