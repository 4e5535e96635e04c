package heliograph.relay;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which of the events that wait together a subscriber wants to be given. */
public enum Keep {
  /** It wants every event. */
  EVERY,
  /** It wants the newest event of each {@code partitionkey}, and every event without one. */
  LATEST;

  /** Chooses the events to be kept, in order. */
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
