package heliograph.gateway.access;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;

/**
 * Lets a bounded number of questions through at once, and shares the places out. A group, which is
 * a tenant or all strangers together, may take as many places as are still free; a caller of a
 * tenant may take as many as its tenant might still take. So a group that is alone gets half of the
 * places, and a newcomer finds a place beside a group whose questions never end. Any thread.
 */
final class QuestionRoom {
  private static final String STRANGERS = "";

  private final int places;
  private final int maxWaiting;

  // These are guarded by this. The questions that wait are in the order of arrival, by group and
  // caller.
  private final Map<String, Group> groups = new LinkedHashMap<>();
  private int taken;
  private int waiting;

  /**
   * Makes a room in which all places are free.
   *
   * @param places the most questions that are asked at once
   * @param maxWaiting the most questions of one group that wait; further ones are refused
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
    // This is guarded by the room.
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

    /** Waits until the place is free and taken. */
    void await() throws InterruptedException {
      here.await();
    }

    /** Whether the place is taken. */
    boolean isHere() {
      return here.getCount() == 0;
    }

    @Override
    public void close() {
      leave(this);
    }
  }

  /** Thrown if too many questions of a group wait already. */
  static final class Full extends Exception {
    private static final long serialVersionUID = 1L;

    private Full() {
      super("too many wait", null, false, false);
    }
  }

  /**
   * Asks for a place.
   *
   * @throws Full if too many of the party's group wait already
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

  /** Lets in as many as may be let in. Groups take turns, and so do the callers of a group. */
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
        // The caller takes its next turn after the other callers.
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

  /** How many questions wait. */
  synchronized int waiting() {
    return waiting;
  }
}
