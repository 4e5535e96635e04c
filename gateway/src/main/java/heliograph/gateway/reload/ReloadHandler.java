package heliograph.gateway.reload;

import heliograph.gateway.http.Bodies;
import heliograph.gateway.http.JsonAnswer;
import heliograph.gateway.json.Json;
import heliograph.gateway.json.JsonForm;
import heliograph.gateway.operator.Audit;
import heliograph.gateway.operator.Order;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * Has the configuration read again, and answers what has changed, or with {@code dry-run} what
 * would. Any thread.
 */
public final class ReloadHandler {
  /** Where it is asked for. */
  public static final String RELOAD = "/admin/v1/config/reload";

  private final Reloads reloads;
  private final Audit audit;
  private final Bodies bodies;

  /**
   * Makes the handler.
   *
   * @param bodies the bodies of the admin listener
   */
  public ReloadHandler(Reloads reloads, Audit audit, Bodies bodies) {
    this.reloads = reloads;
    this.audit = audit;
    this.bodies = bodies;
  }

  /** The members of the body. */
  private static final class Form {
    private @Nullable String reason;
  }

  /** Serves the request. */
  public void reload(ServerRequest request, ServerResponse response) {
    Form form = form(request, response);
    Order order = Order.of(request, Set.of(), Optional.ofNullable(form.reason));
    Reloaded reloaded =
        order.act(
            audit,
            "reload",
            "",
            () -> reloads.read(order.reason(), true),
            () -> reloads.read(order.reason(), false));
    boolean dryRun = order.dryRun();
    String told = Json.escaped(Json.object(json -> write(json, dryRun, reloaded)));
    JsonAnswer.in(response).send(told);
  }

  private Form form(ServerRequest request, ServerResponse response) {
    if (!request.content().hasEntity()) {
      return new Form();
    }
    try (Bodies.Body body = bodies.unproven()) {
      return JsonForm.read(body.receive(request, response), Form.class);
    }
  }

  private static void write(JsonGenerator json, boolean dryRun, Reloaded reloaded) {
    json.writeBooleanProperty("dryRun", dryRun);
    json.writeArrayPropertyStart("changes");
    reloaded.changes().forEach(change -> write(json, change));
    json.writeEndArray();
    Json.writeTexts(json, "restart", reloaded.restart());
    json.writeNumberProperty("ended", reloaded.ended());
  }

  private static void write(JsonGenerator json, Change change) {
    json.writeStartObject();
    json.writeStringProperty("key", change.key());
    change.entry().ifPresent(name -> json.writeStringProperty("entry", name));
    json.writeStringProperty("change", change.kind().name().toLowerCase(Locale.ROOT));
    json.writeBooleanProperty("restart", change.restart());
    json.writeEndObject();
  }
}
