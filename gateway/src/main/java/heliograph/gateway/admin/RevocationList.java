package heliograph.gateway.admin;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.admin.ListCursors.Place;
import heliograph.gateway.http.Bodies;
import heliograph.gateway.identity.Identity;
import heliograph.gateway.json.Json;
import heliograph.gateway.operator.Audit;
import heliograph.gateway.operator.Order;
import heliograph.gateway.revocation.Revocation;
import heliograph.gateway.revocation.RevocationId;
import heliograph.gateway.revocation.RevocationText;
import heliograph.gateway.revocation.Revocations;
import heliograph.relay.Hub;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Shows an operator what was taken back, takes back, and gives back. Any thread. */
final class RevocationList {
  static final String REVOCATIONS = AdminApi.ROOT + "/revocations";
  static final String REVOCATION = REVOCATIONS + "/{id}";

  /** The deed of taking back credentials, and that of giving them back, as the audit has them. */
  static final String REVOKE = "revoke";

  static final String GIVE_BACK = "give-back";

  private final Revocations revocations;
  private final Supplier<Identity> identity;
  private final Hub hub;
  private final Bodies bodies;
  private final Audit audit;
  private final ListCursors cursors;
  private final InstantSource clock;

  RevocationList(
      Revocations revocations,
      Supplier<Identity> identity,
      Hub hub,
      Bodies bodies,
      Audit audit,
      ListCursors cursors,
      InstantSource clock) {
    this.revocations = revocations;
    this.identity = identity;
    this.hub = hub;
    this.bodies = bodies;
    this.audit = audit;
    this.cursors = cursors;
    this.clock = clock;
  }

  void list(ServerRequest request, ServerResponse response) {
    ListQuery query = new ListQuery(request, Set.of("subject", "tenant"));
    if (query.sort().filter(it -> !it.equals("id")).isPresent()) {
      throw ListQuery.bad("sort: id");
    }
    Optional<String> subject = query.filter("subject");
    Optional<String> tenant = query.filter("tenant");
    String scope = "revocations " + query.filters();
    Revocations.Page page =
        revocations.page(
            query.cursor().flatMap(it -> RevocationId.read(cursors.read(scope, it).id())),
            query.limit(),
            Revocations.about(subject, tenant));
    AdminAnswer.send(
        request,
        response,
        json -> {
          json.writeArrayPropertyStart("items");
          for (Revocations.Entry entry : page.entries()) {
            json.writeStartObject();
            RevocationText.write(json, entry.id(), entry.revocation());
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeName("cursor");
          page.next()
              .map(it -> cursors.text(scope, new Place(0, it.text())))
              .ifPresentOrElse(json::writeString, json::writeNull);
          json.writeNumberProperty("total", revocations.count());
        });
  }

  void revoke(ServerRequest request, ServerResponse response) {
    Order order = Order.of(request, Set.of());
    Revocation asked = read(request, response, bodies, revocations, clock.instant());
    identity.get().checkOnePerson(asked);
    Optional<Revocations.Taken> taken =
        order.act(
            audit,
            REVOKE,
            target(asked),
            Optional::empty,
            () -> Optional.of(revocations.add(asked, hub)));
    AdminAnswer.send(
        request,
        response,
        json -> {
          taken.ifPresent(it -> RevocationText.write(json, it.id(), it.revocation()));
          json.writeBooleanProperty("dryRun", order.dryRun());
          json.writeNumberProperty(
              "ended",
              taken
                  .map(Revocations.Taken::streams)
                  .orElseGet(() -> Revocations.covered(asked, hub).size()));
        });
  }

  /** Reads the revocation in the body of a request. */
  static Revocation read(
      ServerRequest request,
      ServerResponse response,
      Bodies bodies,
      Revocations revocations,
      Instant now) {
    try (Bodies.Body body = bodies.unproven()) {
      RevocationText form = new RevocationText(now, revocations.life().time());
      return Json.read(body.receive(request, response), form::read);
    }
  }

  /** Whom or what a revocation is about; of a token nothing is told. */
  static String target(Revocation revocation) {
    StringBuilder target = new StringBuilder("credentials");
    revocation.subject().ifPresent(it -> target.append(", subject ").append(it));
    revocation.tenant().ifPresent(it -> target.append(", tenant ").append(it));
    revocation.issuer().ifPresent(it -> target.append(", issuer ").append(it));
    return target.toString();
  }

  void giveBack(ServerRequest request, ServerResponse response) {
    Order order = Order.of(request, Set.of());
    RevocationId id =
        RevocationId.read(request.path().pathParameters().get("id"))
            .orElseThrow(RevocationList::missing);
    var _ =
        order.act(
            audit,
            GIVE_BACK,
            target(id),
            () -> keptOrRefuse(revocations, id),
            () -> giveBackOrRefuse(revocations, id));
    AdminAnswer.send(
        request,
        response,
        json -> {
          json.writeBooleanProperty("dryRun", order.dryRun());
          json.writeStringProperty("id", id.text());
        });
  }

  static String target(RevocationId id) {
    return "revocation " + id.text();
  }

  /** Gives back what was taken back; always true, as what is not kept is refused. */
  static boolean giveBackOrRefuse(Revocations revocations, RevocationId id) {
    if (!revocations.giveBack(id)) {
      throw missing();
    }
    return true;
  }

  private static boolean keptOrRefuse(Revocations revocations, RevocationId id) {
    if (!revocations.isKept(id)) {
      throw missing();
    }
    return true;
  }

  static RelayException missing() {
    return new RelayException(ErrorCode.NOT_FOUND, "no revocation of this id is kept");
  }
}
