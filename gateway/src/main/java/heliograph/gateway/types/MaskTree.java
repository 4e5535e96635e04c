package heliograph.gateway.types;

import heliograph.gateway.json.Pointers;
import heliograph.gateway.types.Mask.With;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;

/**
 * The fields of a type's masks, segment by segment: a place in the data is a set of nodes of this
 * tree.
 *
 * <p>Data need not have the form that the masks were written for, and a publisher must not reveal a
 * field by wrapping it. So an array stands for each of its items wherever a mask names a member,
 * and what stands where {@code *} looks for an array counts as its only item. Names are compared by
 * code points, after JSON's escapes are undone: neither case nor Unicode normalization makes two
 * names one.
 *
 * <p>Immutable once built; any thread.
 */
final class MaskTree {
  private static final String ANY = "*";

  private final Map<String, MaskTree> members = new HashMap<>();
  private @Nullable MaskTree any;
  private final List<Ending> endings = new ArrayList<>();
  // Of the masks that end here or below.
  private long bits;

  /** A mask that hides what is here. */
  private record Ending(long bit, With with) {}

  private MaskTree() {}

  /** The bit of a mask is its place in the list. */
  static MaskTree of(List<Mask> masks) {
    MaskTree root = new MaskTree();
    for (int i = 0; i < masks.size(); i++) {
      Mask mask = masks.get(i);
      long bit = 1L << i;
      for (String field : mask.fields()) {
        root.grow(segments(field), new Ending(bit, mask.with()));
      }
    }
    return root;
  }

  private void grow(List<String> segments, Ending ending) {
    MaskTree node = this;
    node.bits |= ending.bit;
    for (String segment : segments) {
      node = segment.equals(ANY) ? node.growAny() : node.growMember(segment);
      node.bits |= ending.bit;
    }
    node.endings.add(ending);
  }

  private MaskTree growAny() {
    MaskTree there = any;
    if (there == null) {
      there = new MaskTree();
      any = there;
    }
    return there;
  }

  private MaskTree growMember(String name) {
    return members.computeIfAbsent(name, _ -> new MaskTree());
  }

  /**
   * The segments of a field, their escapes undone.
   *
   * @throws IllegalArgumentException if it is not a JSON pointer below the whole, or has too many
   */
  static List<String> segments(String field) {
    List<String> segments =
        Stream.iterate(Pointers.parse(field), rest -> !rest.matches(), JsonPointer::tail)
            .map(JsonPointer::getMatchingProperty)
            .toList();
    if (segments.size() > Mask.MAX_SEGMENTS) {
      throw new IllegalArgumentException("must have at most " + Mask.MAX_SEGMENTS + " segments");
    }
    return segments;
  }

  /**
   * The nodes of a value, given those that lead to it.
   *
   * @param array whether it is one, which {@code *} goes into
   */
  static Set<MaskTree> at(Set<MaskTree> leading, boolean array, long hiding) {
    if (array || leading.stream().allMatch(node -> node.any == null)) {
      return leading;
    }
    Set<MaskTree> nodes = new LinkedHashSet<>(leading);
    for (MaskTree node : leading) {
      for (MaskTree only = node.any; only != null; only = only.any) {
        only.addTo(nodes, hiding);
      }
    }
    return nodes;
  }

  /** The nodes that lead to a member of an object. */
  static Set<MaskTree> member(Set<MaskTree> object, String name, long hiding) {
    Set<MaskTree> next = Set.of();
    for (MaskTree node : object) {
      next = with(next, node.members.get(name), hiding);
      next = with(next, node.any, hiding);
    }
    return next;
  }

  /** The nodes that lead to an item of an array. */
  static Set<MaskTree> item(Set<MaskTree> array, int index, long hiding) {
    Set<MaskTree> next = new LinkedHashSet<>();
    for (MaskTree node : array) {
      node.addTo(next, hiding);
      Stream.of(Optional.ofNullable(node.any), node.member(index))
          .flatMap(Optional::stream)
          .forEach(below -> below.addTo(next, hiding));
    }
    return next;
  }

  private Optional<MaskTree> member(int index) {
    return members.isEmpty()
        ? Optional.empty()
        : Optional.ofNullable(members.get(Integer.toString(index)));
  }

  // Most members of most objects are not masked, and of those that are, most by one mask.
  private static Set<MaskTree> with(Set<MaskTree> nodes, @Nullable MaskTree more, long hiding) {
    if (more == null || (more.bits & hiding) == 0) {
      return nodes;
    }
    if (nodes.isEmpty()) {
      return Set.of(more);
    }
    Set<MaskTree> both = new LinkedHashSet<>(nodes);
    both.add(more);
    return both;
  }

  private void addTo(Collection<MaskTree> nodes, long hiding) {
    if ((bits & hiding) != 0) {
      nodes.add(this);
    }
  }

  /** What stands in the place of a value at these nodes; empty if it is shown. */
  static Optional<With> hidden(Set<MaskTree> nodes, long hiding) {
    return nodes.stream()
        .flatMap(node -> node.endings.stream())
        .filter(ending -> (ending.bit & hiding) != 0)
        .map(Ending::with)
        .min(With::compareTo);
  }
}
