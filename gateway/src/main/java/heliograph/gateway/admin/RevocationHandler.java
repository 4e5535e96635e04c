package heliograph.gateway.admin;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.http.Bodies;
import heliograph.gateway.http.JsonAnswer;
import heliograph.gateway.identity.Identity;
import heliograph.gateway.json.Json;
import heliograph.gateway.operator.Audit;
import heliograph.gateway.operator.Deed;
import heliograph.gateway.operator.Operator;
import heliograph.gateway.revocation.Revocation;
import heliograph.gateway.revocation.RevocationId;
import heliograph.gateway.revocation.RevocationText;
import heliograph.gateway.revocation.Revocations;
import heliograph.relay.Hub;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JsonGenerator;

/**
 * Serves the endpoints on the admin listener by which an operator revokes credentials. Any thread.
 */
final class RevocationHandler {
  static final String REVOCATIONS = "/admin/revocations";
  static final String REVOCATION = REVOCATIONS + "/{id}";

  /** The most revocations of one page. */
  static final int MAX_PAGE = 1000;

  private static final int USUAL_PAGE = 100;
  private static final Set<String> PARAMETERS = Set.of("limit", "cursor", "subject", "tenant");

  private final Revocations revocations;
  private final Identity identity;
  private final Hub hub;
  private final Bodies bodies;
  private final Audit audit;
  private final InstantSource clock;

  RevocationHandler(
      Revocations revocations,
      Identity identity,
      Hub hub,
      Bodies bodies,
      Audit audit,
      InstantSource clock) {
    this.revocations = revocations;
    this.identity = identity;
    this.hub = hub;
    this.bodies = bodies;
    this.audit = audit;
    this.clock = clock;
  }

  void register(HttpRules rules) {
    rules
        .post(REVOCATIONS, this::revoke)
        .get(REVOCATIONS, this::list)
        .delete(REVOCATION, this::giveBack);
  }

  private void revoke(ServerRequest request, ServerResponse response) {
    String reason = reason(request);
    Revocation revocation =
        RevocationList.read(request, response, bodies, revocations, clock.instant());
    identity.checkOnePerson(revocation);
    Revocations.Taken taken =
        audit.act(
            Operator.of(request),
            new Deed(RevocationList.REVOKE, RevocationList.target(revocation), reason),
            () -> revocations.add(revocation, hub));
    answer(
        response,
        Json.object(
            json -> {
              RevocationText.write(json, taken.id(), taken.revocation());
              json.writeNumberProperty("streams", taken.streams());
            }));
  }

  private void list(ServerRequest request, ServerResponse response) {
    // A request with a misspelt filter would be shown everything.
    if (!PARAMETERS.containsAll(request.query().names())) {
      throw bad("limit, cursor, subject and tenant are the parameters");
    }
    Optional<String> subject = parameter(request, "subject");
    Optional<String> tenant = parameter(request, "tenant");
    Revocations.Page page =
        revocations.page(
            parameter(request, "cursor").map(RevocationHandler::cursor),
            parameter(request, "limit").map(RevocationHandler::limit).orElse(USUAL_PAGE),
            Revocations.about(subject, tenant));
    answer(response, Json.object(json -> write(json, page)));
  }

  private static void write(JsonGenerator json, Revocations.Page page) {
    json.writeArrayPropertyStart("revocations");
    for (Revocations.Entry entry : page.entries()) {
      json.writeStartObject();
      RevocationText.write(json, entry.id(), entry.revocation());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeName("cursor");
    page.next().ifPresentOrElse(next -> json.writeString(next.text()), json::writeNull);
  }

  /** Why it is asked for, which scripts that are older than the audit do not say. */
  private static String reason(ServerRequest request) {
    return parameter(request, "reason").orElse("");
  }

  private static Optional<String> parameter(ServerRequest request, String name) {
    List<String> values = request.query().all(name, List::of);
    if (values.size() > 1) {
      throw bad(name + ": at most once");
    }
    return values.stream().findFirst();
  }

  private static RevocationId cursor(String text) {
    return RevocationId.read(text).orElseThrow(() -> bad("cursor: the one of the page before"));
  }

  private static int limit(String text) {
    // Four digits fit an int and MAX_PAGE.
    int limit = text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
    if (limit < 1 || limit > MAX_PAGE) {
      throw bad("limit: a number from 1 to " + MAX_PAGE);
    }
    return limit;
  }

  private static RelayException bad(String detail) {
    return new RelayException(ErrorCode.INVALID_REQUEST, detail);
  }

  private void giveBack(ServerRequest request, ServerResponse response) {
    RevocationId id =
        RevocationId.read(request.path().pathParameters().get("id"))
            .orElseThrow(RevocationList::missing);
    Deed deed = new Deed(RevocationList.GIVE_BACK, RevocationList.target(id), reason(request));
    var _ =
        audit.act(
            Operator.of(request), deed, () -> RevocationList.giveBackOrRefuse(revocations, id));
    response.header(HeaderNames.CACHE_CONTROL, "no-store").status(Status.NO_CONTENT_204).send();
  }

  private static void answer(ServerResponse response, String json) {
    JsonAnswer.in(response).send(json);
  }
}
