package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Cursor;
import org.junit.jupiter.api.Test;

/** An inbox keeps the order, finds one worker at a time, and stays within its bounds. */
class InboxTest {
  private static final long LIMIT = 10_000_000;

  private final WaitingBytes waiting =
      new WaitingBytes(new Limits.Memory(LIMIT, LIMIT, LIMIT, LIMIT));
  private final Inbox inbox = new Inbox(waiting.share());

  @Test
  void onlyTheFirstHasToFindAWorkerUntilItIsEmpty() {
    assertTrue(inbox.offer(event(1)));
    assertFalse(inbox.offer(event(2)));
    assertFalse(inbox.change(() -> {}));

    assertInstanceOf(Inbox.Change.class, inbox.next());
    assertEquals(1, sequence(inbox.next()));
    assertEquals(2, sequence(inbox.next()));
    assertFalse(inbox.offer(event(3)), "the worker is not told yet that there is nothing");
    assertEquals(3, sequence(inbox.next()));
    assertNull(inbox.next());
    assertTrue(inbox.offer(event(4)));
  }

  @Test
  void atItsBoundAllIsLeftToTheLog() {
    for (int i = 1; i <= Inbox.MAX_EVENTS; i++) {
      inbox.offer(event(i, 0));
    }

    inbox.offer(event(Inbox.MAX_EVENTS + 1));
    inbox.offer(event(Inbox.MAX_EVENTS + 2));

    assertEquals(new Inbox.ReadLog(cursor(Inbox.MAX_EVENTS + 1), false, true), inbox.next());
    assertEquals(Inbox.MAX_EVENTS + 2, sequence(inbox.next()));
    assertNull(inbox.next());
  }

  @Test
  void whereMemoryEndsAllIsLeftToTheLogAndCountsNoMore() {
    inbox.offer(event(1, (int) LIMIT));
    inbox.offer(event(2, (int) LIMIT));

    inbox.offer(event(3));

    assertEquals(new Inbox.ReadLog(cursor(3), false, true), inbox.next());
    assertEquals(0, waiting.held());
  }

  @Test
  void whatIsEphemeralAndDroppedIsRemembered() {
    inbox.offer(stored(1, AnEvent.ordinary().ephemeral()));

    inbox.readLog(cursor(2), false);
    inbox.readLog(cursor(3), false);

    assertEquals(new Inbox.ReadLog(cursor(3), true, false), inbox.next());
  }

  private static StoredEvent event(long sequence) {
    return event(sequence, 10);
  }

  private static StoredEvent event(long sequence, int bytes) {
    return stored(sequence, AnEvent.ordinary().data(bytes));
  }

  private static StoredEvent stored(long sequence, AnEvent event) {
    return new StoredEvent(event.published(), cursor(sequence));
  }

  private static Cursor cursor(long sequence) {
    return new Cursor("test", sequence);
  }

  private static long sequence(Inbox.Item item) {
    return assertInstanceOf(Inbox.Offer.class, item).event().sequence();
  }
}
