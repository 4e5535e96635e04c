package heliograph.gateway.profile;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.relay.Interest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a query parameter is read that a profile takes something from.
 *
 * @param split the character at which a value becomes several; empty for never
 * @param only the values that count; if empty, every value does
 * @param fallback the value where the parameter is missing; empty if it is required
 */
record QueryRule(Optional<String> split, Set<String> only, Optional<String> fallback) {
  /** The rule of a parameter of which nothing is written. */
  static final QueryRule ORDINARY = new QueryRule(Optional.empty(), Set.of(), Optional.empty());

  QueryRule {
    only = Set.copyOf(only);
  }

  /**
   * Reads the parameter of a request.
   *
   * @param name the variable, such as {@code query.channels}
   * @param given the values of the parameter in the query
   * @throws RelayException INVALID_REQUEST naming the variable
   */
  RequestValues.Value value(String name, List<String> given) {
    if (given.size() > 1) {
      throw new RelayException(ErrorCode.INVALID_REQUEST, name + ": once");
    }
    String text =
        given.stream()
            .findFirst()
            .or(() -> fallback)
            .orElseThrow(() -> new RelayException(ErrorCode.INVALID_REQUEST, name + ": required"));
    List<String> texts = counting(split.isPresent() ? parts(text) : List.of(text));
    if (texts.isEmpty()) {
      throw new RelayException(ErrorCode.INVALID_REQUEST, name + ": no value that is known");
    }
    if (texts.size() > Interest.MAX_PATTERNS) {
      throw new RelayException(
          ErrorCode.INVALID_REQUEST, name + ": at most " + Interest.MAX_PATTERNS + " values");
    }
    texts.forEach(each -> RequestValues.checkSegment(name, each));
    return new RequestValues.Value(texts, split.isPresent());
  }

  /** Cuts at the character, which is no pattern. */
  private List<String> parts(String text) {
    List<String> parts = new ArrayList<>();
    char at = split.orElseThrow().charAt(0);
    int from = 0;
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == at) {
        parts.add(text.substring(from, i));
        from = i + 1;
      }
    }
    parts.add(text.substring(from));
    return parts;
  }

  /** What counts, each once: what is not among the values that count is left out, however it is. */
  private List<String> counting(List<String> texts) {
    return texts.stream().filter(text -> only.isEmpty() || only.contains(text)).distinct().toList();
  }
}
