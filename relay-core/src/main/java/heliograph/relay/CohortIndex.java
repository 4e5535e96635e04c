package heliograph.relay;

import heliograph.contract.Audience;
import heliograph.contract.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Finds the cohorts of a tenant that an event may be for: those that ask for its topic, or those
 * that have one of its roles, whichever are fewer. So neither topics nor roles that differ from
 * user to user make the event of one of them a matter of all. Whether it is for a cohort is not
 * decided here; the cohort's interest is asked in any case.
 *
 * <p>Cohorts come and go under the lock of {@link OpenStreams}. The log thread finds without it
 * every cohort that was there before it began to look and is there until it ends.
 */
final class CohortIndex {
  private final TopicIndex topics = new TopicIndex();
  private final Map<String, List<Cohort>> roles = new ConcurrentHashMap<>();

  // The log thread alone.
  private long searches;

  /** The cohorts to ask about the event, each once. On the log thread. */
  List<Cohort> find(Event event) {
    return switch (event.audience()) {
      case Audience.Everyone() -> eachOnce(topics.find(event.topic()));
      // Without a role it is for nobody who has no name, and no cohort has one.
      case Audience.Members(Set<String> names, _) ->
          names.isEmpty()
              ? List.of()
              : eachOnce(fewer(withOneOf(names), topics.find(event.topic())));
    };
  }

  private List<List<Cohort>> withOneOf(Set<String> names) {
    return names.stream().map(name -> roles.getOrDefault(name, List.of())).toList();
  }

  private static List<List<Cohort>> fewer(List<List<Cohort>> one, List<List<Cohort>> other) {
    return count(one) < count(other) ? one : other;
  }

  private static int count(List<List<Cohort>> found) {
    return found.stream().mapToInt(List::size).sum();
  }

  /** A cohort is found by each of its patterns and roles. */
  private List<Cohort> eachOnce(List<List<Cohort>> found) {
    searches++;
    List<Cohort> once = new ArrayList<>(count(found));
    for (List<Cohort> cohorts : found) {
      for (Cohort cohort : cohorts) {
        if (cohort.isNewTo(searches)) {
          once.add(cohort);
        }
      }
    }
    return once;
  }

  void add(Cohort cohort) {
    topics.add(cohort);
    for (String role : cohort.roles()) {
      // Copied at each change, like the members of a cohort.
      roles.computeIfAbsent(role, _ -> new CopyOnWriteArrayList<>()).add(cohort);
    }
  }

  void remove(Cohort cohort) {
    topics.remove(cohort);
    for (String role : cohort.roles()) {
      roles.computeIfPresent(
          role,
          (_, cohorts) -> {
            cohorts.remove(cohort);
            return cohorts.isEmpty() ? null : cohorts;
          });
    }
  }

  /** Whether nothing is left of those that were there. */
  boolean isEmpty() {
    return topics.isEmpty() && roles.isEmpty();
  }
}
