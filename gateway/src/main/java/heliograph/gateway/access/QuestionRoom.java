package heliograph.gateway.access;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;

/**
 * Lets so many questions through at once, and shares the room out: a group, which is a tenant or
 * all strangers together, may take as many places as are still free, and one caller of a tenant as
 * many as its tenant might still take. So who is alone has half of the room, and whoever comes
 * beside somebody whose questions never end finds a place all the same. Any thread.
 */
final class QuestionRoom {
  private static final String STRANGERS = "";

  private final int places;
  private final int maxWaiting;

  // Guarded by this. Those that wait are in the order of arrival, by group and caller.
  private final Map<String, Group> groups = new LinkedHashMap<>();
  private int taken;
  private int waiting;

  /**
   * @param maxWaiting of one group; for more there is no place to wait in
   */
  QuestionRoom(int places, int maxWaiting) {
    this.places = places;
    this.maxWaiting = maxWaiting;
  }

  private static final class Group {
    final Map<String, Integer> callers = new HashMap<>();
    final Map<String, Queue<Place>> queues = new LinkedHashMap<>();
    int taken;
    int waiting;

    boolean isEmpty() {
      return taken == 0 && waiting == 0;
    }
  }

  /** A place that was taken, or is waited for; closing it gives it up. */
  final class Place implements AutoCloseable {
    private final String group;
    private final String caller;
    private final CountDownLatch here = new CountDownLatch(1);
    // Guarded by the room.
    private boolean taken;

    private Place(Party party) {
      switch (party) {
        case Party.Known known -> {
          group = known.tenant().name();
          caller = known.name();
        }
        case Party.Stranger _ -> {
          group = STRANGERS;
          caller = STRANGERS;
        }
      }
    }

    /** Waits until it is free. */
    void await() throws InterruptedException {
      here.await();
    }

    /** Whether it is taken. */
    boolean isHere() {
      return here.getCount() == 0;
    }

    @Override
    public void close() {
      leave(this);
    }
  }

  /** There are too many who wait. */
  static final class Full extends Exception {
    private static final long serialVersionUID = 1L;

    private Full() {
      super("too many wait", null, false, false);
    }
  }

  /**
   * Asks for a place.
   *
   * @throws Full if there is none to be waited for
   */
  Place place(Party party) throws Full {
    Place place = new Place(party);
    synchronized (this) {
      Group group = groups.computeIfAbsent(place.group, _ -> new Group());
      if (group.waiting >= maxWaiting) {
        throw new Full();
      }
      group.queues.computeIfAbsent(place.caller, _ -> new ArrayDeque<>()).add(place);
      group.waiting++;
      waiting++;
      letIn();
    }
    return place;
  }

  private synchronized void leave(Place place) {
    Group group = groups.get(place.group);
    if (group == null) {
      return;
    }
    if (place.taken) {
      group.taken--;
      taken--;
      group.callers.computeIfPresent(place.caller, (_, n) -> n == 1 ? null : n - 1);
    } else {
      Queue<Place> queue = group.queues.get(place.caller);
      if (queue != null && queue.remove(place)) {
        group.waiting--;
        waiting--;
        if (queue.isEmpty()) {
          group.queues.remove(place.caller);
        }
      }
    }
    if (group.isEmpty()) {
      groups.remove(place.group);
    }
    letIn();
  }

  /** Groups take turns, and the callers of each. */
  private void letIn() {
    boolean somebody = true;
    while (somebody && waiting > 0) {
      somebody = false;
      for (Group group : groups.values()) {
        somebody |= group.waiting > 0 && group.taken < places - taken && letIn(group);
      }
    }
  }

  private boolean letIn(Group group) {
    Iterator<Map.Entry<String, Queue<Place>>> queues = group.queues.entrySet().iterator();
    while (queues.hasNext()) {
      Map.Entry<String, Queue<Place>> entry = queues.next();
      Queue<Place> queue = entry.getValue();
      Place first = queue.element();
      if (!hasShare(first, group)) {
        continue;
      }
      queue.remove();
      queues.remove();
      if (!queue.isEmpty()) {
        // Behind the others.
        group.queues.put(first.caller, queue);
      }
      group.waiting--;
      waiting--;
      group.taken++;
      taken++;
      group.callers.merge(first.caller, 1, Integer::sum);
      first.taken = true;
      first.here.countDown();
      return true;
    }
    return false;
  }

  private boolean hasShare(Place place, Group group) {
    return place.group.equals(STRANGERS)
        || group.callers.getOrDefault(place.caller, 0) < places - taken - group.taken;
  }

  /** How many wait. */
  synchronized int waiting() {
    return waiting;
  }
}
