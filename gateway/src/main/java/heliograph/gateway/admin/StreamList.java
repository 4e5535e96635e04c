package heliograph.gateway.admin;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Topic;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import heliograph.gateway.json.Json;
import heliograph.gateway.stream.OpenStream;
import heliograph.gateway.stream.Streaming;
import heliograph.relay.Filter;
import heliograph.relay.Subscription;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import tools.jackson.core.JsonGenerator;

/** Shows an operator the streams that are open, and how late each is. Any thread. */
final class StreamList {
  static final String STREAMS = AdminApi.ROOT + "/streams";
  static final String STREAM = STREAMS + "/{id}";

  /** The most roles, topics and types of a stream that a list shows of each; one shows all. */
  static final int MOST_SHOWN = 20;

  private static final Set<String> FILTERS =
      Set.of("tenant", "subject", "role", "topic", "profile", "state", "peer", "format");
  private static final List<String> STATES =
      Arrays.stream(OpenStream.State.values()).map(StreamList::word).toList();
  private static final String BLOCKED =
      "its client, or a proxy before it, takes nothing; it is ended with slow after"
          + " relay.stream.write-timeout, and goes on from its place when it comes back";

  private final Streaming streaming;
  private final Listing<OpenStream> listing;

  StreamList(Streaming streaming, ListCursors cursors) {
    this.streaming = streaming;
    this.listing =
        new Listing<>(
            "streams",
            OpenStream::id,
            Map.of(
                "late", OpenStream::lateEvents,
                "queued", OpenStream::queued,
                "events", OpenStream::events,
                "bytes", OpenStream::bytes,
                "gaps", OpenStream::gaps,
                "blocked", OpenStream::blockedNanos,
                "opened", it -> it.arrival().at().toEpochMilli()),
            "-late",
            cursors);
  }

  void list(ServerRequest request, ServerResponse response) {
    ListQuery query = new ListQuery(request, FILTERS);
    Listing.Page<OpenStream> page = listing.page(query, streaming.open().filter(chosen(query)));
    AdminAnswer.send(
        request, response, json -> page.write(json, (it, each) -> write(it, each, MOST_SHOWN)));
  }

  void one(ServerRequest request, ServerResponse response) {
    OpenStream stream = named(request);
    AdminAnswer.send(
        request,
        response,
        json -> {
          write(json, stream, Integer.MAX_VALUE);
          json.writeArrayPropertyStart("frames");
          for (OpenStream.Frame frame : stream.lastFrames()) {
            json.writeStartObject();
            json.writeStringProperty("id", frame.id().toString());
            json.writeStringProperty("time", frame.at().toString());
            json.writeStringProperty("type", frame.type());
            if (frame.bytes() > 0) {
              json.writeNumberProperty("bytes", frame.bytes());
            }
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  /**
   * The stream that a request names in its path.
   *
   * @throws RelayException NOT_FOUND if none is open that has this id
   */
  OpenStream named(ServerRequest request) {
    return streaming
        .open(request.path().pathParameters().get("id"))
        .orElseThrow(
            () -> new RelayException(ErrorCode.NOT_FOUND, "no stream is open that has this id"));
  }

  private static Predicate<OpenStream> chosen(ListQuery query) {
    return all(
        query,
        Map.of(
            "tenant", text -> it -> claims(it).tenant().name().equals(text),
            "subject", text -> it -> claims(it).subject().equals(text),
            "role", text -> it -> claims(it).roles().contains(text),
            "profile", text -> it -> it.subscription().profile().orElse("").equals(text),
            "peer", text -> it -> it.arrival().peer().equals(text),
            "format", text -> it -> it.format().equals(text),
            "topic", StreamList::asksFor,
            "state", _ -> it -> word(it.state()).equals(query.word("state", STATES).orElse(""))));
  }

  private static Predicate<OpenStream> all(
      ListQuery query, Map<String, Function<String, Predicate<OpenStream>>> filters) {
    // A state that is none is refused also where no stream is open.
    var _ = query.word("state", STATES);
    return filters.entrySet().stream()
        .flatMap(it -> query.filter(it.getKey()).map(it.getValue()).stream())
        .reduce(Predicate::and)
        .orElse(_ -> true);
  }

  /** Those that asked for a topic, or for exactly this pattern. */
  private static Predicate<OpenStream> asksFor(String text) {
    Optional<Topic> topic = topic(text);
    return it ->
        it.subscription().topics().stream()
            .anyMatch(
                pattern ->
                    pattern.value().equals(text) || topic.filter(pattern::matches).isPresent());
  }

  private static Optional<Topic> topic(String text) {
    try {
      return Optional.of(new Topic(text));
    } catch (RelayException _) {
      // It may be a pattern.
      return Optional.empty();
    }
  }

  private static void write(JsonGenerator json, OpenStream stream, int most) {
    Subscription asked = stream.subscription();
    Claims claims = asked.claims();
    json.writeStringProperty("id", stream.id());
    json.writeStringProperty("tenant", claims.tenant().name());
    json.writeStringProperty("subject", claims.subject());
    few(json, "roles", claims.roles().stream().sorted().toList(), most);
    few(json, "topics", asked.topics().stream().map(TopicPattern::value).toList(), most);
    few(json, "types", asked.types().stream().map(TypePattern::value).toList(), most);
    if (asked.filter() != Filter.EVERY) {
      json.writeStringProperty("filter", asked.filter().toString());
    }
    asked.profile().ifPresent(it -> json.writeStringProperty("profile", it));
    json.writeStringProperty("opened", stream.arrival().at().toString());
    json.writeStringProperty("peer", stream.arrival().peer());
    json.writeStringProperty("agent", stream.arrival().agent());
    json.writeStringProperty("format", stream.format());
    json.writeBooleanProperty("gzip", stream.gzip());
    writeWays(json, stream);
    json.writeNumberProperty("events", stream.events());
    json.writeNumberProperty("gaps", stream.gaps());
    json.writeNumberProperty("bytes", stream.bytes());
    json.writeStringProperty("lastWrite", stream.lastWrite().toString());
    if (asked.expiresMillis() < Long.MAX_VALUE) {
      json.writeStringProperty("tokenEnds", Instant.ofEpochMilli(asked.expiresMillis()).toString());
    }
  }

  private static void writeWays(JsonGenerator json, OpenStream stream) {
    json.writeStringProperty("state", word(stream.state()));
    stream
        .blockedSince()
        .ifPresent(
            since -> {
              json.writeStringProperty("since", since.toString());
              json.writeStringProperty("next", BLOCKED);
            });
    json.writeStringProperty("position", stream.place().toString());
    json.writeNumberProperty("queued", stream.queued());
    json.writeObjectPropertyStart("late");
    json.writeNumberProperty("events", stream.lateEvents());
    json.writeNumberProperty("seconds", seconds(stream.lateTime()));
    json.writeEndObject();
  }

  static double seconds(Duration time) {
    return time.toMillis() / 1e3;
  }

  private static void few(JsonGenerator json, String name, List<String> texts, int most) {
    Json.writeTexts(json, name, texts.size() > most ? texts.subList(0, most) : texts);
    if (texts.size() > most) {
      json.writeNumberProperty(name + "InAll", texts.size());
    }
  }

  private static Claims claims(OpenStream stream) {
    return stream.subscription().claims();
  }

  private static String word(OpenStream.State state) {
    return state.name().toLowerCase(Locale.ROOT);
  }
}
