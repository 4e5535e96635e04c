package heliograph.relay;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which of the events that wait together a subscriber wants to have. */
public enum Keep {
  EVERY,
  /** Of those with one {@code partitionkey} the newest; those without a key all the same. */
  LATEST;

  /** Those to be kept, in order. */
  List<StoredEvent> among(List<StoredEvent> waiting) {
    if (this == EVERY || waiting.size() < 2) {
      return waiting;
    }
    Set<String> newer = new HashSet<>();
    List<StoredEvent> kept = new ArrayList<>(waiting.size());
    for (StoredEvent stored : waiting.reversed()) {
      Optional<String> key = partitionKey(stored);
      if (key.isEmpty() || newer.add(key.get())) {
        kept.add(stored);
      }
    }
    return kept.reversed();
  }

  static Optional<String> partitionKey(StoredEvent stored) {
    return stored.event().attributes().text("partitionkey");
  }
}
