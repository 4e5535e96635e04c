package heliograph.gateway.admin;

import heliograph.contract.EndReason;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.intake.Publisher;
import heliograph.gateway.operator.Audit;
import heliograph.gateway.operator.Deed;
import heliograph.gateway.operator.Operator;
import heliograph.gateway.operator.Role;
import heliograph.gateway.publish.Pauses;
import heliograph.relay.Hub;
import heliograph.relay.Subscription;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * What operators do: end streams, pause publishers, drain the relay. Each says why, is noted in the
 * audit before it is done, and can be asked first what it would do. Of two operators who do the
 * same at once, each is told what came of its own request. Any thread.
 */
final class Actions {
  static final String PAUSE = PublisherList.PUBLISHERS + "/{name}/pause";
  static final String RESUME = PublisherList.PUBLISHERS + "/{name}/resume";
  static final String DRAIN = AdminApi.ROOT + "/drain";

  /** The most ids of ended streams that an answer has. */
  static final int MAX_TOLD = 100;

  private static final String REASON = "reason";
  private static final String DRY_RUN = "dry-run";

  private final Hub hub;
  private final Pauses pauses;
  private final Supplier<List<Publisher>> publishers;
  private final Audit audit;
  private final Supplier<Return> comeBack;
  private final AtomicBoolean drained = new AtomicBoolean();

  /**
   * When clients come back whose streams a drain has ended.
   *
   * @param retry the shortest time
   * @param window the time over which their return is spread
   */
  record Return(Duration retry, Duration window) {}

  /**
   * @param publishers those that there are now
   * @param comeBack when clients come back that are sent away now
   */
  Actions(
      Hub hub,
      Pauses pauses,
      Supplier<List<Publisher>> publishers,
      Audit audit,
      Supplier<Return> comeBack) {
    this.hub = hub;
    this.pauses = pauses;
    this.publishers = publishers;
    this.audit = audit;
    this.comeBack = comeBack;
  }

  /** What a request asks for, beside what it is about. */
  record Order(Operator who, String reason, boolean dryRun) {
    /**
     * Reads the query of a request.
     *
     * @param more the names of its other parameters
     * @throws RelayException NOT_ALLOWED if it is nobody who may act, INVALID_REQUEST if it says
     *     not why, or something else is wrong with it
     */
    static Order of(ServerRequest request, Set<String> more) {
      Operator who = Operator.of(request);
      who.require(Role.OPERATOR);
      for (String name : request.query().names()) {
        if (!name.equals(REASON) && !name.equals(DRY_RUN) && !more.contains(name)) {
          throw ListQuery.bad("the parameters are reason, dry-run" + said(more));
        }
        if (request.query().all(name, List::of).size() > 1) {
          throw ListQuery.bad(name + ": at most once");
        }
      }
      boolean dryRun = dryRun(request);
      String reason = one(request, REASON).orElse("");
      if (!dryRun && reason.isBlank()) {
        throw ListQuery.bad("reason: why this is done is required");
      }
      return new Order(who, reason, dryRun);
    }

    private static String said(Set<String> more) {
      return more.stream().sorted().map(it -> ", " + it).reduce("", String::concat);
    }

    private static boolean dryRun(ServerRequest request) {
      if (!request.query().contains(DRY_RUN)) {
        return false;
      }
      return switch (one(request, DRY_RUN).orElse("")) {
        case "", "true" -> true;
        case "false" -> false;
        default -> throw ListQuery.bad("dry-run: true or false");
      };
    }
  }

  private static Optional<String> one(ServerRequest request, String name) {
    return request.query().all(name, List::of).stream().findFirst();
  }

  /** Does what was ordered and notes it, or only says what it would come to. */
  <T> T act(Order order, String action, String target, Supplier<T> would, Supplier<T> does) {
    return order.dryRun() ? would.get() : noted(order, action, target, does);
  }

  /** Does something and notes it. */
  <T> T noted(Order order, String action, String target, Supplier<T> does) {
    return audit.act(order.who(), new Deed(action, target, order.reason()), does);
  }

  /** Serves DELETE of one stream. */
  void endOne(ServerRequest request, ServerResponse response) {
    Order order = Order.of(request, Set.of());
    String id = request.path().pathParameters().get("id");
    Subscription stream =
        hub.find(id)
            .orElseThrow(
                () ->
                    new RelayException(ErrorCode.NOT_FOUND, "no stream is open that has this id"));
    end(request, response, order, "stream " + id, List.of(stream));
  }

  /** Serves DELETE of the streams of a tenant, or of a subject. */
  void endMany(ServerRequest request, ServerResponse response) {
    Order order = Order.of(request, Set.of("tenant", "subject"));
    Optional<String> tenant = named(request, "tenant");
    Optional<String> subject = named(request, "subject");
    if (tenant.isEmpty() && subject.isEmpty()) {
      throw ListQuery.bad("tenant or subject is required; drain ends all streams");
    }
    Collection<Subscription> open =
        subject.map(hub::subscriptionsOf).orElseGet(hub::subscriptions).stream()
            .filter(it -> tenant.isEmpty() || it.claims().tenant().name().equals(tenant.get()))
            .toList();
    String target =
        tenant.map(it -> "tenant " + it).orElse("")
            + (tenant.isPresent() && subject.isPresent() ? ", " : "")
            + subject.map(it -> "subject " + it).orElse("");
    end(request, response, order, "streams of " + target, open);
  }

  private static Optional<String> named(ServerRequest request, String name) {
    Optional<String> value = one(request, name);
    if (value.filter(String::isEmpty).isPresent()) {
      throw ListQuery.bad(name + ": must not be empty");
    }
    return value;
  }

  private void end(
      ServerRequest request,
      ServerResponse response,
      Order order,
      String target,
      Collection<Subscription> open) {
    List<String> ended =
        act(
            order,
            "end",
            target,
            () -> open.stream().map(Subscription::id).toList(),
            () -> {
              List<String> ids = new ArrayList<>();
              for (Subscription each : open) {
                // Whoever came first has ended it, and says so.
                if (each.endIfOpen(EndReason.UNAVAILABLE)) {
                  ids.add(each.id());
                }
              }
              return ids;
            });
    AdminAnswer.send(
        request,
        response,
        json -> {
          json.writeBooleanProperty("dryRun", order.dryRun());
          json.writeNumberProperty("ended", ended.size());
          json.writeArrayPropertyStart("streams");
          ended.stream().limit(MAX_TOLD).forEach(json::writeString);
          json.writeEndArray();
        });
  }

  /** Serves POST that pauses a publisher. */
  void pause(ServerRequest request, ServerResponse response) {
    Order order = Order.of(request, Set.of());
    String name = StandingHandler.named(request, publishers.get()).name();
    boolean changed =
        act(
            order,
            "pause",
            "publisher " + name,
            () -> pauses.of(name).isEmpty(),
            () -> pauses.pause(name, order.reason()));
    answer(request, response, order, "paused", changed);
  }

  /** Serves POST that lets a publisher send again. */
  void resume(ServerRequest request, ServerResponse response) {
    Order order = Order.of(request, Set.of());
    String name = StandingHandler.named(request, publishers.get()).name();
    boolean changed =
        act(
            order,
            "resume",
            "publisher " + name,
            () -> pauses.of(name).isPresent(),
            () -> pauses.resume(name));
    answer(request, response, order, "active", changed);
  }

  private static void answer(
      ServerRequest request, ServerResponse response, Order order, String state, boolean changed) {
    AdminAnswer.send(
        request,
        response,
        json -> {
          json.writeBooleanProperty("dryRun", order.dryRun());
          json.writeStringProperty("state", state);
          json.writeBooleanProperty("changed", changed);
        });
  }

  /** Serves POST that ends all streams, and has the relay refuse new ones and events. */
  void drain(ServerRequest request, ServerResponse response) {
    Order order = Order.of(request, Set.of());
    int ended =
        act(
            order,
            "drain",
            "the relay",
            () -> drained.get() ? 0 : hub.streams(),
            () -> {
              if (!drained.compareAndSet(false, true)) {
                return 0;
              }
              int open = hub.streams();
              Return back = comeBack.get();
              hub.drain(back.retry(), back.window());
              return open;
            });
    AdminAnswer.send(
        request,
        response,
        json -> {
          json.writeBooleanProperty("dryRun", order.dryRun());
          json.writeNumberProperty("ended", ended);
          hub.drainingSince().ifPresent(it -> json.writeStringProperty("since", it.toString()));
        });
  }
}
