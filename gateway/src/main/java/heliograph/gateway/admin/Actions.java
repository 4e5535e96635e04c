package heliograph.gateway.admin;

import heliograph.contract.EndReason;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.intake.Publisher;
import heliograph.gateway.operator.Audit;
import heliograph.gateway.operator.Order;
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
import java.util.function.BiPredicate;
import java.util.function.Predicate;
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

  private <T> T act(
      Order order, String action, String target, Supplier<T> would, Supplier<T> does) {
    return order.act(audit, action, target, would, does);
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
    Optional<String> value = Order.one(request, name);
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
    change(
        request,
        response,
        new Change("pause", "paused", it -> pauses.of(it).isEmpty(), pauses::pause));
  }

  /** Serves POST that lets a publisher send again. */
  void resume(ServerRequest request, ServerResponse response) {
    change(
        request,
        response,
        new Change(
            "resume", "active", it -> pauses.of(it).isPresent(), (it, _) -> pauses.resume(it)));
  }

  /**
   * A change of a publisher.
   *
   * @param state how the publisher is then
   * @param would whether a publisher of this name would be changed
   * @param does changes it for a reason, and says whether it was another way before
   */
  private record Change(
      String action, String state, Predicate<String> would, BiPredicate<String, String> does) {}

  private void change(ServerRequest request, ServerResponse response, Change change) {
    Order order = Order.of(request, Set.of());
    String name = StandingHandler.named(request, publishers.get()).name();
    boolean changed =
        act(
            order,
            change.action(),
            "publisher " + name,
            () -> change.would().test(name),
            () -> change.does().test(name, order.reason()));
    AdminAnswer.send(
        request,
        response,
        json -> {
          json.writeBooleanProperty("dryRun", order.dryRun());
          json.writeStringProperty("state", change.state());
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
            () -> hub.isDraining() ? 0 : hub.streams(),
            () -> {
              if (hub.isDraining() || !drained.compareAndSet(false, true)) {
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
