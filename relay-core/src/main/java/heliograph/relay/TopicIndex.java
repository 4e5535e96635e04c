package heliograph.relay;

import heliograph.contract.Topic;
import heliograph.contract.TopicPattern;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Finds the cohorts that ask for a topic, in a tree of the segments of their patterns. A walk
 * follows the topic's own segments and the wildcards beside them. It does not touch patterns that
 * do not match, however many there are.
 *
 * <p>Cohorts come and go under the lock of {@link OpenStreams}. The tenant's worker walks without
 * it, and finds every cohort that was there before the walk began and is there until it ends: a
 * node on the way to a cohort is never empty, so no such node is taken out of the tree or put there
 * anew.
 */
final class TopicIndex {
  // No segment of a topic can look like these, so they stand in one map with the exact segments.
  private static final String ANY = "*";
  private static final String REST = ">";

  /**
   * The most segments of a pattern that the tree has nodes for. This bounds what one subscriber can
   * add to the tree, and a walk to 2^8 ways. A longer pattern is found by its first segments, and
   * its cohort is asked like any other.
   */
  static final int MAX_DEPTH = 8;

  private final Node root = new Node();

  /** Finds the cohorts of each pattern that matches. Any thread. */
  List<List<Cohort>> find(Topic topic) {
    List<List<Cohort>> found = new ArrayList<>();
    walk(root, segments(topic.value()), 0, found);
    return found;
  }

  private static void walk(Node node, String[] topic, int at, List<List<Cohort>> found) {
    if (at == topic.length) {
      found.add(node.cohorts);
      return;
    }
    Map<String, Node> next = node.next;
    @Nullable Node rest = next.get(REST);
    if (rest != null) {
      found.add(rest.cohorts);
    }
    @Nullable Node any = next.get(ANY);
    if (any != null) {
      walk(any, topic, at + 1, found);
    }
    @Nullable Node exact = next.get(topic[at]);
    if (exact != null) {
      walk(exact, topic, at + 1, found);
    }
  }

  void add(Cohort cohort) {
    for (TopicPattern pattern : cohort.topics()) {
      Node node = root;
      for (String segment : way(pattern)) {
        node = node.enter(segment);
      }
      node.add(cohort);
    }
  }

  void remove(Cohort cohort) {
    for (TopicPattern pattern : cohort.topics()) {
      remove(root, way(pattern), 0, cohort);
    }
  }

  private static void remove(Node node, String[] way, int at, Cohort cohort) {
    if (at == way.length) {
      node.cohorts.remove(cohort);
      return;
    }
    // The node is there, because the cohort is.
    Node child = node.enter(way[at]);
    remove(child, way, at + 1, cohort);
    if (child.isEmpty()) {
      node.prune(way[at]);
    }
  }

  /** Whether no cohort is left, and so no node but the root. */
  boolean isEmpty() {
    return root.isEmpty();
  }

  private static String[] way(TopicPattern pattern) {
    String[] way = segments(pattern.value());
    if (way.length > MAX_DEPTH) {
      way[MAX_DEPTH] = REST;
    }
    return way;
  }

  /** The segments of a path; whatever follows the greatest depth is one segment more. */
  private static String[] segments(String path) {
    return path.split("\\.", MAX_DEPTH + 1);
  }

  /** A place at which patterns part. It is small, because there may be one for each stream. */
  private static final class Node {
    // Immutable while there is at most one node, which is the usual case; otherwise concurrent.
    private volatile Map<String, Node> next = Map.of();

    // The cohorts of the patterns that end here. Copied at each change, like a cohort's members.
    private volatile List<Cohort> cohorts = List.of();

    Node enter(String segment) {
      @Nullable Node known = next.get(segment);
      if (known != null) {
        return known;
      }
      Node added = new Node();
      if (next.isEmpty()) {
        next = Map.of(segment, added);
      } else {
        if (next.size() == 1) {
          next = new ConcurrentHashMap<>(next);
        }
        next.put(segment, added);
      }
      return added;
    }

    void prune(String segment) {
      if (next.size() > 2) {
        next.remove(segment);
      } else {
        Map<String, Node> left = new HashMap<>(next);
        left.remove(segment);
        next = Map.copyOf(left);
      }
    }

    void add(Cohort cohort) {
      if (cohorts.isEmpty()) {
        cohorts = new CopyOnWriteArrayList<>(List.of(cohort));
      } else {
        cohorts.add(cohort);
      }
    }

    boolean isEmpty() {
      return next.isEmpty() && cohorts.isEmpty();
    }
  }
}
