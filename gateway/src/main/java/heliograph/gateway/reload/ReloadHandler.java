package heliograph.gateway.reload;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.http.Bodies;
import heliograph.gateway.http.JsonAnswer;
import heliograph.gateway.json.Json;
import heliograph.gateway.json.JsonForm;
import heliograph.gateway.operator.Audit;
import heliograph.gateway.operator.Deed;
import heliograph.gateway.operator.Operator;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * Has the configuration read again, and answers what has changed, or with {@code dry-run} what
 * would. Any thread.
 */
public final class ReloadHandler {
  /** Where it is asked for. */
  public static final String RELOAD = "/admin/v1/config/reload";

  private static final String REASON = "reason";
  private static final String DRY_RUN = "dry-run";
  private static final List<String> NAMES = List.of(REASON, DRY_RUN);

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
    checkNames(request);
    Form form = form(request, response);
    String reason =
        one(request, REASON).or(() -> Optional.ofNullable(form.reason)).orElse("").strip();
    boolean dryRun = isDryRun(request);
    Deed deed = new Deed("reload", "", reason);
    Reloaded reloaded =
        dryRun
            ? reloads.read(reason, true)
            : audit.act(Operator.of(request), deed, () -> reloads.read(reason, false));
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

  private static Optional<String> one(ServerRequest request, String name) {
    List<String> values = request.query().all(name, List::of);
    if (values.size() > 1) {
      throw bad(name + ": once");
    }
    return values.stream().findFirst();
  }

  /** A slip in the name of the parameter would have done what was only to be tried. */
  private static void checkNames(ServerRequest request) {
    for (String name : request.query().names()) {
      if (!NAMES.contains(name)) {
        throw bad("there are the parameters " + String.join(" and ", NAMES));
      }
    }
  }

  private static boolean isDryRun(ServerRequest request) {
    if (!request.query().contains(DRY_RUN)) {
      return false;
    }
    return switch (one(request, DRY_RUN).orElse("")) {
      case "", "true" -> true;
      case "false" -> false;
      default -> throw bad(DRY_RUN + ": true or false");
    };
  }

  private static RelayException bad(String detail) {
    return new RelayException(ErrorCode.INVALID_REQUEST, detail);
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
