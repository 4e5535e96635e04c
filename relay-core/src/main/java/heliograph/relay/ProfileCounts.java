package heliograph.relay;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many streams there are, by profile. They come and go under the lock of {@link OpenStreams};
 * any thread may ask.
 */
final class ProfileCounts {
  // Streams without a profile count under the empty one.
  private final Map<Optional<String>, Integer> counts = new ConcurrentHashMap<>();

  void add(Optional<String> profile) {
    counts.merge(profile, 1, Integer::sum);
  }

  void remove(Optional<String> profile) {
    counts.computeIfPresent(profile, (_, count) -> count == 1 ? null : count - 1);
  }

  int of(Optional<String> profile) {
    return counts.getOrDefault(profile, 0);
  }

  /** How many there are in all. */
  int all() {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }
}
