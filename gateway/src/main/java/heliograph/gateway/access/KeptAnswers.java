package heliograph.gateway.access;

import heliograph.gateway.access.Party.Known;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of each caller, by key. Nobody pushes out what is another's: of a caller that has
 * too much its own goes, and when all is full that of the caller who was longest away. One thread
 * at a time.
 */
final class KeptAnswers<V> {
  private final int most;
  private final int mostOfOne;
  private final Map<String, Entry<V>> entries = new HashMap<>();
  // By use: those used longest ago come first.
  private final Map<Known, Set<String>> owners = new LinkedHashMap<>(16, 0.75f, true);

  record Entry<V>(Known owner, V value) {}

  KeptAnswers(int most, int mostOfOne) {
    this.most = most;
    this.mostOfOne = mostOfOne;
  }

  /** Uses what is kept. */
  Optional<Entry<V>> find(String key) {
    Entry<V> entry = entries.get(key);
    if (entry != null) {
      use(entry.owner(), key);
    }
    return Optional.ofNullable(entry);
  }

  private void use(Known owner, String key) {
    Set<String> keys = owners.computeIfAbsent(owner, _ -> new LinkedHashSet<>());
    keys.remove(key);
    keys.add(key);
  }

  void put(Known owner, String key, V value) {
    remove(key);
    entries.put(key, new Entry<>(owner, value));
    use(owner, key);
    Set<String> own = owners.get(owner);
    if (own != null && own.size() > mostOfOne) {
      remove(own.iterator().next());
    }
    if (entries.size() > most) {
      remove(owners.values().iterator().next().iterator().next());
    }
  }

  void remove(String key) {
    @Nullable Entry<V> gone = entries.remove(key);
    if (gone != null) {
      Set<String> keys = owners.get(gone.owner());
      if (keys != null) {
        keys.remove(key);
        if (keys.isEmpty()) {
          owners.remove(gone.owner());
        }
      }
    }
  }

  int size() {
    return entries.size();
  }
}
