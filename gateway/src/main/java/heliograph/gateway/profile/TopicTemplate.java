package heliograph.gateway.profile;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Topic;
import heliograph.contract.TopicPattern;
import heliograph.gateway.settings.Places;
import heliograph.relay.Interest;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A topic pattern with places for what the request has, such as {@code event.{path.id}}. A value is
 * one segment of a topic or a part of one, so no request can make the pattern wider. Any thread.
 *
 * @param stretches the text between the places, and the places
 */
record TopicTemplate(List<Places.Stretch> stretches) {
  // It stands for any value when a template is checked.
  private static final String SOME = "x";

  TopicTemplate {
    stretches = List.copyOf(stretches);
  }

  /**
   * Reads a template.
   *
   * @param path the variables of the path
   * @throws IllegalArgumentException saying what is wrong with the text
   * @throws RelayException INVALID_REQUEST saying why it makes no topic pattern
   */
  static TopicTemplate of(String text, Set<String> path) {
    TopicTemplate template = new TopicTemplate(Places.of(text));
    StringBuilder example = new StringBuilder();
    for (Places.Stretch stretch : template.stretches) {
      example.append(stretch.fixed());
      if (stretch.place().isPresent()) {
        checkPlace(stretch.place().get(), path);
        example.append(SOME);
      }
    }
    var _ = new TopicPattern(example.toString());
    return template;
  }

  private static void checkPlace(String name, Set<String> path) {
    Placeholder placeholder = new Placeholder(name, Placeholder.Form.PLAIN);
    if (!placeholder.isOfRequest()) {
      throw new IllegalArgumentException(
          placeholder + " is unknown here; a topic takes {path.*} and {query.*}");
    }
    Vocabulary.BATCH.check(placeholder, path);
  }

  /** The names of the values that it takes. */
  Set<String> takes() {
    Set<String> names = new LinkedHashSet<>();
    stretches.forEach(stretch -> stretch.place().ifPresent(names::add));
    return names;
  }

  /**
   * Fills in the values. A parameter that was split makes one pattern of each of its values.
   *
   * @throws RelayException INVALID_REQUEST naming the variables, if that makes too many patterns,
   *     or one that is too long
   */
  List<TopicPattern> fill(RequestValues values) {
    List<String> texts = List.of("");
    for (Places.Stretch stretch : stretches) {
      List<String> ends = stretch.place().map(name -> values.of(name).texts()).orElse(List.of(""));
      List<String> longer = new ArrayList<>();
      for (String text : texts) {
        for (String end : ends) {
          longer.add(text + stretch.fixed() + end);
        }
      }
      texts = longer;
      checkCount(texts.size());
    }
    if (texts.stream().anyMatch(text -> text.length() > Topic.MAX_LENGTH)) {
      throw refused("makes a topic of over " + Topic.MAX_LENGTH + " characters");
    }
    return texts.stream().map(TopicPattern::new).toList();
  }

  /**
   * Checks how many topics there are, with those of this template as the last.
   *
   * @throws RelayException INVALID_REQUEST naming the variables
   */
  void checkCount(int topics) {
    if (topics > Interest.MAX_PATTERNS) {
      throw refused("at most " + Interest.MAX_PATTERNS + " topics");
    }
  }

  private RelayException refused(String why) {
    return new RelayException(ErrorCode.INVALID_REQUEST, String.join(", ", takes()) + ": " + why);
  }

  /** The template as it was written. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Places.Stretch stretch : stretches) {
      text.append(stretch.fixed());
      Optional<String> place = stretch.place();
      place.ifPresent(name -> text.append('{').append(name).append('}'));
    }
    return text.toString();
  }
}
