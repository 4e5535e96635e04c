package heliograph.gateway.admin;

import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import heliograph.contract.TopicPattern;
import heliograph.gateway.stream.Streaming;
import heliograph.gateway.telemetry.TopTopics;
import heliograph.gateway.telemetry.TopTopics.Counted;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import tools.jackson.core.JsonGenerator;

/** Shows an operator which topics are busy, and who listens to them. Any thread. */
final class TopicList {
  static final String TOPICS = AdminApi.ROOT + "/topics";

  /** The most different sets of patterns of a tenant's streams that are compared with topics. */
  static final int MAX_WISHES = 2000;

  private final TopTopics topics;
  private final Streaming streaming;
  private final Listing<Counted> listing;

  TopicList(TopTopics topics, Streaming streaming, ListCursors cursors) {
    this.topics = topics;
    this.streaming = streaming;
    this.listing =
        new Listing<>(
            "topics",
            it -> it.tenant().name() + ' ' + it.topic(),
            Map.of(
                "events", Counted::events,
                "perMinute", Counted::perMinute,
                "last", it -> it.last().toEpochMilli()),
            "-events",
            cursors);
  }

  void list(ServerRequest request, ServerResponse response) {
    ListQuery query = new ListQuery(request, Set.of("tenant", "topic"));
    String tenant = query.filter("tenant").orElse("");
    String prefix = query.filter("topic").orElse("");
    Listing.Page<Counted> page =
        listing.page(
            query,
            topics.all().stream()
                .filter(it -> tenant.isEmpty() || it.tenant().name().equals(tenant))
                .filter(it -> it.topic().startsWith(prefix)));
    Map<Tenant, Map<List<TopicPattern>, Long>> wishes = wishes(page.items());
    AdminAnswer.send(
        request,
        response,
        json -> page.write(json, (out, each) -> write(out, each, subscribers(each, wishes))));
  }

  /** What the streams of the page's tenants asked for, and how many asked for the same. */
  private Map<Tenant, Map<List<TopicPattern>, Long>> wishes(List<Counted> shown) {
    Map<Tenant, Map<List<TopicPattern>, Long>> wishes = new HashMap<>();
    shown.forEach(it -> wishes.computeIfAbsent(it.tenant(), _ -> new HashMap<>()));
    streaming
        .open()
        .forEach(
            stream -> {
              var ofTenant = wishes.get(stream.subscription().claims().tenant());
              if (ofTenant != null && ofTenant.size() <= MAX_WISHES) {
                ofTenant.merge(stream.subscription().topics(), 1L, Long::sum);
              }
            });
    return wishes;
  }

  /** How many streams asked for a topic that begins so; empty if they asked for too many things. */
  private static OptionalLong subscribers(
      Counted counted, Map<Tenant, Map<List<TopicPattern>, Long>> wishes) {
    Map<List<TopicPattern>, Long> ofTenant = wishes.getOrDefault(counted.tenant(), Map.of());
    if (ofTenant.size() > MAX_WISHES) {
      return OptionalLong.empty();
    }
    Topic itself = new Topic(counted.topic());
    List<TopicPattern> below =
        counted.topic().length() + 2 <= Topic.MAX_LENGTH
            ? List.of(new TopicPattern(counted.topic() + ".>"))
            : List.of();
    return OptionalLong.of(
        ofTenant.entrySet().stream()
            .filter(
                wish ->
                    wish.getKey().stream()
                        .anyMatch(
                            pattern ->
                                pattern.matches(itself)
                                    || below.stream().anyMatch(pattern::overlaps)))
            .mapToLong(Map.Entry::getValue)
            .sum());
  }

  private static void write(JsonGenerator json, Counted counted, OptionalLong subscribers) {
    json.writeStringProperty("tenant", counted.tenant().name());
    json.writeStringProperty("topic", counted.topic());
    json.writeNumberProperty("events", counted.events());
    json.writeNumberProperty("perMinute", counted.perMinute());
    json.writeStringProperty("last", counted.last().toString());
    subscribers.ifPresent(it -> json.writeNumberProperty("subscribers", it));
  }
}
