package heliograph.relay;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
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

  /** How many events lie between what is delivered and the end of the next event's block. */
  int untilBlockEnds() {
    return Pages.BLOCK - (int) (through() % Pages.BLOCK);
  }

  /** Those of the events that are part of this snapshot; they are in order. */
  List<StoredEvent> among(List<StoredEvent> events) {
    List<StoredEvent> found = new ArrayList<>();
    Iterator<Long> wanted = sequences.iterator();
    long next = 0;
    for (StoredEvent stored : events) {
      while (next < stored.sequence() && wanted.hasNext()) {
        next = wanted.next();
      }
      if (next == stored.sequence()) {
        found.add(stored);
      }
    }
    return found;
  }

  /** Drops what lies up to the place: it was delivered, or retention took it. */
  void passTo(long place) {
    while (!sequences.isEmpty() && sequences.getFirst() <= place) {
      sequences.removeFirst();
    }
  }
}
