package heliograph.gateway.profile;

import heliograph.contract.StandardDialect;
import heliograph.contract.TypePattern;
import java.util.List;
import java.util.Optional;

/**
 * How the frames of events are named. Any thread.
 *
 * @param rules the names of some types, of which the first that matches counts
 * @param byType whether all others are named by their types
 * @param otherwise the name of all others, if not by their types; empty for none
 */
record Naming(List<Rule> rules, boolean byType, Optional<String> otherwise) {
  /** The most rules. */
  static final int MAX_RULES = 200;

  /** The name by which scripts listen for frames without one (WHATWG HTML, section 9.2.6). */
  static final String UNNAMED = "message";

  /**
   * The name of some types.
   *
   * @param name empty for none
   */
  record Rule(TypePattern type, Optional<String> name) {}

  Naming {
    rules = List.copyOf(rules);
  }

  /**
   * The name by which scripts listen for all events of some types: {@code message} if they have
   * none; the pattern itself where they are named by their types, and it has an open end.
   *
   * @return empty if they have several names
   */
  Optional<String> heard(TypePattern types) {
    for (Rule rule : rules) {
      if (rule.type().covers(types)) {
        return Optional.of(rule.name().orElse(UNNAMED));
      }
      if (rule.type().overlaps(types)) {
        return Optional.empty();
      }
    }
    return Optional.of(byType ? StandardDialect.name(types.value()) : otherwise.orElse(UNNAMED));
  }

  /** The name of an event of a type; empty if it has none. */
  Optional<String> of(String type) {
    for (Rule rule : rules) {
      if (rule.type().matches(type)) {
        return rule.name();
      }
    }
    return byType ? Optional.of(StandardDialect.name(type)) : otherwise;
  }
}
