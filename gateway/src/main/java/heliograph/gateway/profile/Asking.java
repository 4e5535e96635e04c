package heliograph.gateway.profile;

import heliograph.contract.RelayException;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import io.helidon.common.parameters.Parameters;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a profile asks for, whoever opens it.
 *
 * @param query how each of its query parameters is read, by its name
 * @param numbers the values that some template takes as numbers, such as {@code path.id}
 * @param topics the topics, at least one
 * @param types the types; empty for all
 * @param filter the condition on events, as it was written
 * @param start where a stream begins without a position of its client
 */
record Asking(
    Map<String, QueryRule> query,
    Set<String> numbers,
    List<TopicTemplate> topics,
    List<TypePattern> types,
    Optional<String> filter,
    Beginning start) {
  Asking {
    query = Map.copyOf(query);
    numbers = Set.copyOf(numbers);
    topics = List.copyOf(topics);
    types = List.copyOf(types);
  }

  /**
   * What a request fills in. Parameters that the profile does not take are not looked at.
   *
   * @throws RelayException INVALID_REQUEST naming the variable that is not as it should be
   */
  RequestValues values(Map<String, String> path, Parameters parameters) {
    Map<String, RequestValues.Value> values = new TreeMap<>();
    path.forEach(
        (name, value) -> values.put(RequestValues.PATH + name, RequestValues.Value.one(value)));
    query.forEach(
        (name, rule) -> {
          String full = RequestValues.QUERY + name;
          values.put(full, rule.value(full, parameters.all(name, List::of)));
        });
    RequestValues all = values.isEmpty() ? RequestValues.NONE : new RequestValues(values);
    numbers.forEach(all::checkedNumber);
    return all;
  }

  /**
   * The topics that a request asks for, each once.
   *
   * @throws RelayException INVALID_REQUEST naming the variables that make too many topics, or one
   *     that is too long
   */
  List<TopicPattern> topics(RequestValues values) {
    Set<TopicPattern> all = new LinkedHashSet<>();
    for (TopicTemplate topic : topics) {
      all.addAll(topic.fill(values));
      topic.checkCount(all.size());
    }
    return List.copyOf(all);
  }
}
