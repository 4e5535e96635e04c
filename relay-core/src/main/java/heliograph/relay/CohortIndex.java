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
 * Finds the cohorts of a tenant that an event may be for: those that ask for its topic or those
 * that have one of its roles, whichever are fewer. So an event for one user does not cost a look at
 * the cohorts of all, whether topics or roles differ from user to user. This only narrows the
 * search; the interest of each cohort that is found decides.
 *
 * <p>Cohorts come and go under the lock of {@link OpenStreams}. The tenant's worker searches
 * without it, and finds every cohort that was there before the search began and is there until it
 * ends.
 */
final class CohortIndex {
  private final TopicIndex topics = new TopicIndex();
  private final Map<String, List<Cohort>> roles = new ConcurrentHashMap<>();

  // Owned by the tenant's worker.
  private long searches;

  /** Finds the cohorts to ask about the event, each once. By the tenant's worker. */
  List<Cohort> find(Event event) {
    return eachOnce(candidates(event));
  }

  /** Finds the same cohorts, some of them several times. Any thread. */
  List<List<Cohort>> candidates(Event event) {
    return switch (event.audience()) {
      case Audience.Everyone() -> topics.find(event.topic());
      // An event for users alone is for nobody without a name, and no cohort has one.
      case Audience.Members(Set<String> names, _) ->
          names.isEmpty() ? List.of() : fewer(withOneOf(names), topics.find(event.topic()));
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

  /** Drops what was found twice, as a cohort is by each of its patterns and roles. */
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
      // The list is copied at each change, like that of a cohort's members.
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

  /** Whether nothing is left of the cohorts that were there. */
  boolean isEmpty() {
    return topics.isEmpty() && roles.isEmpty();
  }
}
