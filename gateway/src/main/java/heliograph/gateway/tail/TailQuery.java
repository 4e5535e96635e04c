package heliograph.gateway.tail;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import heliograph.gateway.filter.Filters;
import heliograph.relay.Filter;
import heliograph.relay.Interest;
import io.helidon.common.parameters.Parameters;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Which events an operator asks to be shown as they come.
 *
 * @param topics the topics, at least one
 * @param types the types; empty for all
 * @param filter the condition on events, within what is shown
 * @param data whether their data is shown
 */
record TailQuery(
    Tenant tenant,
    List<TopicPattern> topics,
    List<TypePattern> types,
    Filter filter,
    boolean data) {
  private static final String TENANT = "tenant";
  private static final String TOPIC = "topic";
  private static final String TYPE = "type";
  private static final String FILTER = "filter";
  private static final Set<String> NAMES = Set.of(TENANT, TOPIC, TYPE, FILTER);

  /**
   * Reads a query.
   *
   * @param data whether whoever asks may see the data of events
   * @param forbidden is told of a refusal for want of a role, and returns what is answered
   * @throws RelayException INVALID_REQUEST pointing at the parameter that is wrong; NOT_ALLOWED for
   *     a filter that tells something of data which whoever asks may not see
   */
  static TailQuery read(Parameters query, boolean data, UnaryOperator<RelayException> forbidden) {
    for (String name : query.names()) {
      if (!NAMES.contains(name)) {
        throw bad(name, "the parameters are tenant, topic, type, filter; another one is there");
      }
    }
    List<TopicPattern> topics = all(query, TOPIC, TopicPattern::new);
    return new TailQuery(
        one(query, TENANT, Tenant::new).orElseThrow(() -> bad(TENANT, "tenant: one is required")),
        topics.isEmpty() ? List.of(TopicPattern.ALL) : topics,
        all(query, TYPE, TypePattern::new),
        one(query, FILTER, Filters::compile)
            .map(filter -> within(filter, data, forbidden))
            .orElse(Filter.EVERY),
        data);
  }

  /** With enough questions a filter tells all of the data that it is asked about. */
  private static Filter within(
      Filter filter, boolean data, UnaryOperator<RelayException> forbidden) {
    if (!data && Filters.readsData(filter)) {
      throw forbidden.apply(
          bad(FILTER, "filter: looks at data, which needs the role payload")
              .as(ErrorCode.NOT_ALLOWED));
    }
    return filter;
  }

  private static <T> Optional<T> one(Parameters query, String name, Function<String, T> read) {
    List<T> all = all(query, name, read);
    if (all.size() > 1) {
      throw bad(name, name + ": at most once");
    }
    return all.stream().findFirst();
  }

  private static <T> List<T> all(Parameters query, String name, Function<String, T> read) {
    List<String> texts = query.all(name, List::of);
    if (texts.size() > Interest.MAX_PATTERNS) {
      throw bad(name, name + ": at most " + Interest.MAX_PATTERNS + " of them");
    }
    return texts.stream().map(text -> readAt(name, text, read)).toList();
  }

  private static <T> T readAt(String name, String text, Function<String, T> read) {
    try {
      return read.apply(text);
    } catch (RelayException refusal) {
      throw bad(name, refusal.detail());
    }
  }

  private static RelayException bad(String name, String detail) {
    return RelayException.invalid(name, detail).as(ErrorCode.INVALID_REQUEST);
  }

  Interest interest() {
    return Interest.ofOperator(
        tenant, topics, types, filter, data ? Interest.Sight.DATA : Interest.Sight.ATTRIBUTES);
  }

  /** Describes what is asked for, as the audit has it. */
  @Override
  public String toString() {
    return "tenant "
        + tenant
        + ", topics "
        + topics
        + (types.isEmpty() ? "" : ", types " + types)
        + (filter == Filter.EVERY ? "" : ", filter " + filter);
  }
}
