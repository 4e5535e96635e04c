package heliograph.relay;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The state of things at a place of the log: of each {@code partitionkey} the newest event that a
 * subscriber may see. It holds their sequences alone, and they are read again when it is their
 * turn, for a stream takes its own time. The stream's own thread.
 */
final class Snapshot {
  private final long head;
  private final int maxKeys;
  private final Set<String> keys = new HashSet<>();
  // In order; those still to be delivered.
  private final Deque<Long> sequences = new ArrayDeque<>();

  /**
   * @param head the place of the log
   * @param maxKeys the most keys
   */
  Snapshot(long head, int maxKeys) {
    this.head = head;
    this.maxKeys = maxKeys;
  }

  /**
   * Takes an event in, from the newest to the oldest.
   *
   * @return whether there is room for another key
   */
  boolean add(StoredEvent stored) {
    Keep.partitionKey(stored)
        .filter(keys::add)
        .ifPresent(_ -> sequences.addFirst(stored.sequence()));
    return keys.size() < maxKeys;
  }

  boolean isDelivered() {
    return sequences.isEmpty();
  }

  /** The place up to which everything is delivered: the next event's, or where it was taken. */
  long through() {
    return isDelivered() ? head : sequences.getFirst() - 1;
  }

  /** Where the block of the next event begins. */
  long block() {
    return through() / Pages.BLOCK * Pages.BLOCK;
  }

  /** The events of the block that are part of this; all of the block is done with. */
  List<StoredEvent> take(EventLog.Page block) {
    long end = block() + Pages.BLOCK;
    List<StoredEvent> found = new ArrayList<>();
    for (StoredEvent stored : block.events()) {
      passTo(stored.sequence() - 1);
      if (!sequences.isEmpty() && sequences.getFirst() == stored.sequence()) {
        found.add(stored);
      }
    }
    passTo(end);
    return found;
  }

  /** What is still here up to the place was delivered, or retention took it. */
  private void passTo(long place) {
    while (!sequences.isEmpty() && sequences.getFirst() <= place) {
      sequences.removeFirst();
    }
  }
}
