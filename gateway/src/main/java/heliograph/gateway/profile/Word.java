package heliograph.gateway.profile;

import heliograph.contract.Frame;
import heliograph.gateway.profile.ProfileConfig.Told;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * How one of the relay's own words looks: as some frames in their order, or not at all. Any thread.
 *
 * @param lines the frames; none if the word is not said
 */
record Word(List<Line> lines) {
  /** The most frames of one word. */
  static final int MAX_LINES = 20;

  /** A word that is not said. */
  static final Word OFF = new Word(List.of());

  /**
   * One frame of a word.
   *
   * @param name empty if it has none
   */
  record Line(Optional<String> name, Template data) {}

  /**
   * What a frame tells besides, which no profile changes.
   *
   * @param place the position of the client; empty leaves the one it has
   * @param retry how long it waits before it reconnects; empty leaves what it knows
   */
  record Fields(Optional<String> place, Optional<Duration> retry) {
    /** Those of a word that tells neither. */
    static final Fields NONE = new Fields(Optional.empty(), Optional.empty());

    static Fields at(String place) {
      return new Fields(Optional.of(place), Optional.empty());
    }

    boolean isEmpty() {
      return place.isEmpty() && retry.isEmpty();
    }
  }

  Word {
    lines = List.copyOf(lines);
  }

  /**
   * The frames as they are told of.
   *
   * @param word the contract's name of the word
   * @param values gives the schemas of what templates take
   */
  Stream<Told> told(String word, Function<Placeholder, JsonNode> values) {
    return lines.stream()
        .map(
            line ->
                new Told(
                    word,
                    Optional.of(line.name().orElse(Naming.UNNAMED)),
                    line.data().schema(values)));
  }

  Stream<Placeholder> placeholders() {
    return lines.stream().flatMap(line -> line.data().placeholders());
  }

  /**
   * Makes the frames. The position stands in the last one: a client that was cut off in between is
   * told again. Where the word is not said, a frame without data has the fields alone, of which no
   * script learns.
   */
  List<Frame> frames(Fields fields, Template.Values values) {
    if (lines.isEmpty()) {
      return fields.isEmpty() ? List.of() : List.of(begun(fields).build());
    }
    List<Frame> frames = new ArrayList<>(lines.size());
    for (int i = 0; i < lines.size(); i++) {
      Line line = lines.get(i);
      Frame.Builder frame =
          begun(
              new Fields(
                  i == lines.size() - 1 ? fields.place() : Optional.empty(),
                  i == 0 ? fields.retry() : Optional.empty()));
      line.name().ifPresent(frame::name);
      frames.add(frame.data(line.data().fill(values)).build());
    }
    return frames;
  }

  private static Frame.Builder begun(Fields fields) {
    Frame.Builder frame = Frame.builder();
    fields.place().ifPresent(frame::id);
    fields.retry().ifPresent(frame::retry);
    return frame;
  }
}
