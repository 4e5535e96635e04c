package heliograph.relay;

import heliograph.contract.Cursor;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * What was shown of one tenant's log and is not delivered yet. The log puts in and does not wait;
 * one worker at a time takes out. At its bounds all that is in it is dropped, as the log has it,
 * and the tenant's streams are sent there. Any thread; its monitor guards everything.
 */
final class Inbox {
  /** The most events of a tenant that wait to be delivered to its streams. */
  static final int MAX_EVENTS = 4096;

  private final WaitingBytes.Share share;
  private final Queue<Item> items = new ArrayDeque<>();
  // Bounded by the streams: one change for each whose claims are being changed.
  private final Queue<Runnable> changes = new ArrayDeque<>();
  private boolean taken;

  Inbox(WaitingBytes.Share share) {
    this.share = share;
  }

  /** Something to be done for the streams of the tenant. */
  sealed interface Item {}

  /** Offers an event to them. */
  record Offer(StoredEvent event) implements Item {}

  /**
   * Has all of them go on from the log, which has what lies up to the place or tells that it has
   * not.
   *
   * @param ephemeral whether there were ephemeral events, which nobody can read there
   * @param late whether that is because the tenant's events were too many or too large
   */
  record ReadLog(Cursor through, boolean ephemeral, boolean late) implements Item {}

  /** Changes what one of them may see. */
  record Change(Runnable run) implements Item {}

  /**
   * Puts an event in.
   *
   * @return whether nobody works for the tenant now, and the caller has to find somebody
   */
  synchronized boolean offer(StoredEvent event) {
    if (items.size() >= MAX_EVENTS
        || (share.room() == WaitingBytes.Room.NONE && !items.isEmpty())) {
      return readLog(event.cursor(), LiveQueue.ephemeral(event), true);
    }
    event.begin(share);
    items.add(new Offer(event));
    return take();
  }

  /** Drops everything, and has all streams go on from the log. Returns what {@link #offer} does. */
  synchronized boolean readLog(Cursor through, boolean ephemeral) {
    return readLog(through, ephemeral, false);
  }

  private boolean readLog(Cursor through, boolean ephemeral, boolean late) {
    boolean lost = ephemeral;
    for (Item item : items) {
      lost |= drop(item);
    }
    items.clear();
    items.add(new ReadLog(through, lost, late));
    return take();
  }

  /** Puts a change in, to be made between two events. Returns what {@link #offer} does. */
  synchronized boolean change(Runnable change) {
    changes.add(change);
    return take();
  }

  private boolean take() {
    boolean free = !taken;
    taken = true;
    return free;
  }

  /** Takes what is next; null says that there is nothing, and that the worker may go. */
  synchronized @Nullable Item next() {
    Runnable change = changes.poll();
    if (change != null) {
      return new Change(change);
    }
    Item item = items.poll();
    taken = item != null;
    return item;
  }

  /** Drops an item; tells whether something ephemeral is lost with it. */
  private static boolean drop(Item item) {
    return switch (item) {
      case Offer(StoredEvent event) -> {
        event.drop();
        yield LiveQueue.ephemeral(event);
      }
      case ReadLog(_, boolean ephemeral, _) -> ephemeral;
      case Change _ -> false;
    };
  }
}
