package heliograph.gateway.reload;

import java.util.List;

/**
 * What came of reading the configuration again, or what would come of it.
 *
 * @param changes what is written otherwise than what is in force
 * @param ended how many open streams were told to come back, as what let them in is gone or changed
 */
public record Reloaded(List<Change> changes, int ended) {
  /** Copies the changes. */
  public Reloaded {
    changes = List.copyOf(changes);
  }

  /** The keys that hold only from the next start on, and are left as they were. */
  public List<String> restart() {
    return changes.stream().filter(Change::restart).map(Change::toString).toList();
  }
}
