package heliograph.gateway.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Where a room is full, the one that has been in for longest gives way to the one that comes; and
 * of several owners the one that holds most.
 */
class RoomTest {
  private final Room room = new Room(100);
  private final List<String> evicted = new ArrayList<>();

  private Room.Place enter(String name) {
    return room.enter(() -> evicted.add(name));
  }

  private Room.Place of(String owner, String name) {
    return room.enter(owner, () -> evicted.add(name));
  }

  @Test
  void theOldestGiveWayAndNoMoreOfThemThanNeeded() {
    Room.Place first = enter("first");
    Room.Place second = enter("second");
    Room.Place third = enter("third");
    assertTrue(first.hold(40));
    assertTrue(second.hold(40));
    assertTrue(third.hold(20));

    assertTrue(enter("fourth").hold(30));

    assertEquals(List.of("first"), evicted);
    assertEquals(90, room.held());
    assertEquals(40, room.leaving());
    assertFalse(first.hold(1));
    assertTrue(second.hold(1));
  }

  @Test
  void ageCountsFromEnteringAndWhoHoldsNothingIsLeftAlone() {
    Room.Place idle = enter("idle");
    Room.Place early = enter("early");
    Room.Place late = enter("late");
    assertTrue(late.hold(50));
    assertTrue(early.hold(20));

    assertTrue(enter("new").hold(79));

    assertEquals(List.of("early", "late"), evicted);
    assertTrue(idle.hold(1));
  }

  @Test
  void theOldestIsItselfRefusedWhereItWantsMoreThanThereIs() {
    Room.Place oldest = enter("oldest");
    Room.Place younger = enter("younger");
    assertTrue(oldest.hold(60));
    assertTrue(younger.hold(40));

    assertFalse(oldest.hold(1));

    assertEquals(List.of(), evicted);
    assertEquals(40, room.held());
    assertTrue(younger.hold(50));
  }

  @Test
  void whoCanNeverFitPutsNobodyOut() {
    assertTrue(enter("small").hold(10));

    assertFalse(enter("huge").hold(101));

    assertEquals(List.of(), evicted);
    assertEquals(10, room.held());
  }

  @Test
  void whoIsClosedOrKeptIsNotAskedToGiveWay() {
    Room.Place kept = enter("kept");
    Room.Place closed = enter("closed");
    Room.Place open = enter("open");
    assertTrue(kept.hold(20));
    assertTrue(closed.hold(20));
    assertTrue(open.hold(20));
    assertTrue(kept.keep());
    closed.close();

    assertTrue(enter("new").hold(80));

    assertEquals(List.of("open"), evicted);
    assertFalse(open.keep());
    assertFalse(enter("newer").hold(81));
    assertTrue(kept.hold(0));
  }

  @Test
  void whatIsOnItsWayOutHasABoundToo() {
    Room.Place first = enter("first");
    Room.Place second = enter("second");
    assertTrue(first.hold(100));
    assertTrue(second.hold(50));

    assertFalse(second.hold(1), "the first is not out yet");
    first.close();
    assertTrue(enter("third").hold(100));

    assertEquals(List.of("first"), evicted);
  }

  @Test
  void whatIsGivenBackIsFree() {
    Room.Place place = enter("place");
    assertTrue(place.hold(100));
    place.release(40);
    assertTrue(enter("beside").hold(40));
    place.close();
    place.close();

    assertEquals(List.of(), evicted);
    assertEquals(40, room.held());
    assertEquals(0, room.leaving());
  }

  @Test
  void whoHoldsMostGivesWayAndNotWhoHasHeldALittleForLongest() {
    Room.Place small = of("small", "small");
    Room.Place first = of("greedy", "first");
    Room.Place second = of("greedy", "second");
    assertTrue(small.hold(10));
    assertTrue(first.hold(50));
    assertTrue(second.hold(40));

    assertTrue(small.hold(5));
    assertTrue(of("other", "other").hold(20));

    assertEquals(List.of("first"), evicted);
    assertTrue(second.hold(0));
  }

  @Test
  void whoWantsMoreThanAnEqualShareTakesItFromItselfAndThenNot() {
    Room.Place theirs = of("theirs", "theirs");
    Room.Place older = of("mine", "older");
    Room.Place mine = of("mine", "mine");
    assertTrue(theirs.hold(40));
    assertTrue(older.hold(50));

    assertTrue(mine.hold(45));
    older.close();
    assertFalse(mine.hold(20), "it would hold more than they do");

    assertEquals(List.of("older"), evicted);
    assertTrue(theirs.hold(10));
  }

  @Test
  void whatIsOnItsWayOutOfOneOwnerLeavesRoomForOthers() {
    Room.Place slow = of("flood", "slow");
    assertTrue(slow.hold(90));
    Room.Place next = of("flood", "next");

    assertTrue(next.hold(35));
    assertFalse(next.hold(1), "what it had is not out yet");
    assertTrue(of("other", "other").hold(25), "but another is let in");

    assertEquals(List.of("slow"), evicted);
    assertEquals(125, room.leaving());
    slow.close();
    next.close();
    assertTrue(of("flood", "again").hold(75));
  }

  @Test
  void whatAnOwnerKeepsIsAtMostWhatItLeavesToOthers() {
    Room.Place kept = of("busy", "kept");
    assertTrue(kept.hold(40));
    assertTrue(kept.keep());
    assertFalse(of("busy", "all").hold(86), "not even what is arriving");
    Room.Place tooMuch = of("busy", "too much");
    assertTrue(tooMuch.hold(30));

    assertFalse(tooMuch.keep(), "with it 70 were kept of 100");
    tooMuch.close();
    assertFalse(kept.hold(21), "with it 61 were kept of 100, and only 60 were free");
    kept.close();

    Room.Place one = of("busy", "one");
    Room.Place other = of("other", "other");
    assertTrue(one.hold(40) && one.keep());
    assertTrue(other.hold(30) && other.keep(), "as 30 of 60 are left");
    assertEquals(70, room.held());
    assertEquals(List.of(), evicted);
  }

  @Test
  void whoCannotBeGivenEnoughPutsNobodyOutOfAnyOwner() {
    Room.Place kept = of("one", "kept");
    Room.Place small = of("two", "small");
    assertTrue(kept.hold(45) && kept.keep());
    assertTrue(small.hold(30));

    assertFalse(of("three", "large").hold(80));

    assertEquals(List.of(), evicted);
    assertEquals(75, room.held());
    assertTrue(small.hold(10), "it is still in");
  }
}
