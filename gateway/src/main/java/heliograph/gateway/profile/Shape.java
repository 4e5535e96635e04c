package heliograph.gateway.profile;

import heliograph.contract.EndReason;
import heliograph.contract.Event;
import heliograph.contract.TypePattern;
import heliograph.gateway.profile.ProfileConfig.Told;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * How a profile looks on the wire. Any thread.
 *
 * @param naming how the frames of events are named
 * @param envelope what stands around their data
 * @param ids whether frames have an {@code id}
 * @param words how the relay's own words look
 * @param heartbeat the heartbeat that a script can see
 * @param batch how events are put together into one frame
 */
record Shape(
    Naming naming,
    Envelope envelope,
    boolean ids,
    Words words,
    Optional<Beat> heartbeat,
    Optional<Batch> batch) {

  /**
   * How the relay's own words look in a profile. Any thread.
   *
   * @param position what moves the client past events that were not for it
   * @param ends the last word, for each reason but a shutdown
   * @param comment what stands behind the colon of the comment that is sent into silence
   */
  record Words(
      Word connected,
      Word position,
      Word gap,
      Word reauth,
      Word shutdown,
      Map<EndReason, Word> ends,
      String comment) {
    Words {
      ends = Map.copyOf(ends);
    }

    Word end(EndReason reason) {
      return Objects.requireNonNull(ends.get(reason));
    }

    Stream<Placeholder> placeholders() {
      return Stream.concat(
              Stream.of(connected, position, gap, reauth, shutdown), ends.values().stream())
          .flatMap(Word::placeholders);
    }
  }

  /** What is taken from requests, by all that is said on a stream. */
  Stream<Placeholder> taken() {
    Stream<Placeholder> ofEnvelope =
        envelope instanceof Envelope.Filled(Template template)
            ? template.placeholders()
            : Stream.empty();
    return Stream.of(
            ofEnvelope,
            words.placeholders(),
            heartbeat.stream().flatMap(beat -> beat.data().placeholders()),
            batch.stream().flatMap(it -> it.envelope().placeholders()))
        .flatMap(it -> it)
        .filter(Placeholder::isOfRequest);
  }

  /**
   * The frames of the relay's own words, each once.
   *
   * @param values gives the schemas of what templates take
   */
  List<Told> told(Function<Placeholder, JsonNode> values) {
    return Stream.of(
            words.connected().told("system.connected", values),
            words.position().told("system.position", values),
            words.gap().told("system.gap", values),
            words.reauth().told("system.reauth", values),
            words.shutdown().told("system.shutdown", values),
            words.ends().values().stream().flatMap(word -> word.told("system.end", values)),
            heartbeat.stream()
                .map(
                    beat ->
                        new Told(
                            "system.heartbeat",
                            Optional.of(beat.name().orElse(Naming.UNNAMED)),
                            beat.data().schema(values))))
        .flatMap(it -> it)
        .distinct()
        .toList();
  }

  /**
   * The frames of events of some types.
   *
   * @param data the schema of their data
   * @param values gives the schemas of what templates take
   */
  List<Told> told(TypePattern types, JsonNode data, Function<Placeholder, JsonNode> values) {
    JsonNode one = envelope.schema(data, values);
    List<Told> told = new ArrayList<>();
    told.add(new Told("event", naming.heard(types), one));
    batch
        .filter(it -> it.types().stream().anyMatch(types::overlaps))
        .ifPresent(
            it ->
                told.add(
                    new Told(
                        "batch",
                        it.name().isPresent()
                            ? Optional.of(it.name().get().text().orElse(Naming.UNNAMED))
                            : naming.heard(types),
                        it.schema(one, values))));
    return told;
  }

  /** The shorter of the times after which something is heard in silence. */
  Duration heartbeat(Duration comment) {
    return heartbeat.map(Beat::every).filter(every -> every.compareTo(comment) < 0).orElse(comment);
  }

  /** The name of an event's frame; empty if it has none. */
  Optional<String> name(Event event) {
    return naming.of(event.type());
  }

  /** The name of a batch that begins with an event; empty if it has none. */
  Optional<String> nameOfBatch(Event first) {
    Optional<Batch.Name> own = batch.flatMap(Batch::name);
    return own.isPresent() ? own.get().text() : name(first);
  }
}
