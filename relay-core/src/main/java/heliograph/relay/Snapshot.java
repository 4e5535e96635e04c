package heliograph.relay;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The state of things at a place of the log: the newest event of each {@code partitionkey} that a
 * subscriber may see. This holds the sequences of these events and not the events, which are read
 * again when it is their turn, because a stream may take long to be written. Owned by the stream's
 * own thread.
 */
final class Snapshot {
  private final long head;
  private final int maxKeys;
  private final Set<String> keys = new HashSet<>();
  // The events that are still to be delivered, in order.
  private final Deque<Long> sequences = new ArrayDeque<>();

  /**
   * @param head the place of the log at which the snapshot is taken
   * @param maxKeys the most keys that it holds
   */
  Snapshot(long head, int maxKeys) {
    this.head = head;
    this.maxKeys = maxKeys;
  }

  /**
   * Takes an event in, if it is the first with its key. Events come from the newest to the oldest.
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

  /**
   * The place up to which everything is delivered: before the next event, or where it was taken.
   */
  long through() {
    return isDelivered() ? head : sequences.getFirst() - 1;
  }

  /** The place at which the block of the next event begins. */
  long block() {
    return through() / Pages.BLOCK * Pages.BLOCK;
  }

  /** Takes the events of the block that are part of this snapshot, and moves on past the block. */
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

  /** Drops what lies up to the place: it was delivered, or retention took it. */
  private void passTo(long place) {
    while (!sequences.isEmpty() && sequences.getFirst() <= place) {
      sequences.removeFirst();
    }
  }
}
