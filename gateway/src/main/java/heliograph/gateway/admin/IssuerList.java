package heliograph.gateway.admin;

import heliograph.gateway.access.Access;
import heliograph.gateway.access.Access.UpstreamView;
import heliograph.gateway.identity.Identity;
import heliograph.gateway.identity.Identity.IssuerView;
import heliograph.gateway.monitor.Trouble;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import tools.jackson.core.JsonGenerator;

/** Shows an operator whose tokens are accepted, and who is asked about callers. Any thread. */
final class IssuerList {
  static final String ISSUERS = AdminApi.ROOT + "/issuers";

  private final Supplier<Identity> identity;
  private final Supplier<Access> access;
  private final Listing<IssuerView> listing;

  IssuerList(Supplier<Identity> identity, Supplier<Access> access, ListCursors cursors) {
    this.identity = identity;
    this.access = access;
    this.listing = new Listing<>("issuers", IssuerView::name, Map.of(), "id", cursors);
  }

  void list(ServerRequest request, ServerResponse response) {
    Listing.Page<IssuerView> page =
        listing.page(new ListQuery(request, Set.of()), identity.get().issuers().stream());
    AdminAnswer.send(
        request,
        response,
        json -> {
          page.write(json, IssuerList::write);
          // These are as many as the configuration has, and stand on each page.
          json.writeArrayPropertyStart("upstreams");
          access.get().upstreams().forEach(it -> write(json, it));
          json.writeEndArray();
        });
  }

  private static void write(JsonGenerator json, IssuerView issuer) {
    json.writeStringProperty("issuer", issuer.name());
    json.writeStringProperty("kind", issuer.shared() ? "secrets" : "keys");
    json.writeBooleanProperty("ready", issuer.ready());
    json.writeArrayPropertyStart("keys");
    for (Identity.Key key : issuer.keys()) {
      json.writeStartObject();
      if (!key.id().isEmpty()) {
        json.writeStringProperty("id", key.id());
      }
      json.writeStringProperty("algorithm", key.algorithm());
      json.writeEndObject();
    }
    json.writeEndArray();
    issuer.fetched().ifPresent(it -> json.writeStringProperty("fetched", it.toString()));
    if (issuer.failing()) {
      issuer.changed().ifPresent(it -> json.writeStringProperty("failingSince", it.toString()));
    }
    Trouble.nextFor(issuer).ifPresent(it -> json.writeStringProperty("next", it));
    if (!issuer.lastError().isEmpty()) {
      json.writeStringProperty("lastError", issuer.lastError());
    }
  }

  private static void write(JsonGenerator json, UpstreamView upstream) {
    json.writeStartObject();
    json.writeStringProperty("name", upstream.name());
    json.writeNumberProperty("asked", upstream.asked());
    json.writeNumberProperty("failed", upstream.failed());
    json.writeStringProperty("state", upstream.well() ? "closed" : "open");
    upstream.changed().ifPresent(it -> json.writeStringProperty("since", it.toString()));
    if (!upstream.lastError().isEmpty()) {
      json.writeStringProperty("lastError", upstream.lastError());
    }
    Trouble.nextFor(upstream).ifPresent(it -> json.writeStringProperty("next", it));
    json.writeEndObject();
  }
}
