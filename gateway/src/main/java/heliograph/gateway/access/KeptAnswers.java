package heliograph.gateway.access;

import heliograph.contract.Tenant;
import heliograph.gateway.access.Party.Known;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Keeps values by key and by the caller that owns them. No caller pushes out another's values by
 * having too many: it loses its own that was used longest ago. When all is full, the tenant that
 * has most loses one, of its caller that was away longest; of tenants that have as many, the one
 * that was away longest. One thread at a time.
 */
final class KeptAnswers<V> {
  private final int most;
  private final int mostOfOne;
  private final Map<String, Entry<V>> entries = new HashMap<>();
  private final Map<Tenant, Group> groups = new HashMap<>();
  // The one that has to lose a value when all is full comes last. A group is taken out before it
  // changes, and put in again after that.
  private final TreeSet<Group> bySize =
      new TreeSet<>(
          Comparator.<Group>comparingInt(group -> group.size)
              .thenComparing(group -> group.used, Comparator.reverseOrder()));
  private long uses;

  record Entry<V>(Known owner, V value) {}

  /** The values of one tenant. */
  private static final class Group {
    // The owner that was away longest comes first.
    final Map<Known, Set<String>> owners = new LinkedHashMap<>();
    int size;
    // This is the number of its last use, which no other group has.
    long used;
  }

  KeptAnswers(int most, int mostOfOne) {
    this.most = most;
    this.mostOfOne = mostOfOne;
  }

  /** The entry under a key; it counts as used, and so do its owner and its tenant. */
  Optional<Entry<V>> find(String key) {
    Entry<V> entry = entries.get(key);
    if (entry != null) {
      use(entry.owner(), key);
    }
    return Optional.ofNullable(entry);
  }

  /** Puts a key last among those of its owner, and returns these. */
  private Set<String> use(Known owner, String key) {
    Group group = groups.computeIfAbsent(owner.tenant(), _ -> new Group());
    bySize.remove(group);
    Set<String> before = group.owners.remove(owner);
    Set<String> keys = before == null ? new LinkedHashSet<>() : before;
    group.owners.put(owner, keys);
    if (!keys.remove(key)) {
      group.size++;
    }
    keys.add(key);
    group.used = ++uses;
    bySize.add(group);
    return keys;
  }

  void put(Known owner, String key, V value) {
    remove(key);
    entries.put(key, new Entry<>(owner, value));
    Set<String> own = use(owner, key);
    if (own.size() > mostOfOne) {
      remove(own.iterator().next());
    }
    if (entries.size() > most) {
      remove(bySize.last().owners.values().iterator().next().iterator().next());
    }
  }

  void remove(String key) {
    @Nullable Entry<V> gone = entries.remove(key);
    if (gone == null) {
      return;
    }
    Known owner = gone.owner();
    Group group = groups.get(owner.tenant());
    Set<String> keys = group == null ? null : group.owners.get(owner);
    if (group == null || keys == null) {
      throw new IllegalStateException("a value without its owner");
    }
    bySize.remove(group);
    keys.remove(key);
    group.size--;
    if (keys.isEmpty()) {
      group.owners.remove(owner);
    }
    if (group.size == 0) {
      groups.remove(owner.tenant());
    } else {
      bySize.add(group);
    }
  }

  int size() {
    return entries.size();
  }
}
