package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import heliograph.contract.Cursor;
import heliograph.contract.Dialect;
import heliograph.contract.Frame;
import heliograph.contract.StandardDialect;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The frame of an event is made once for all who are spoken to alike. */
class StoredEventTest {
  private static final Cursor CURSOR = new Cursor("k3f9", 7);

  private final StoredEvent stored = new StoredEvent(AnEvent.ordinary().event(), CURSOR);

  @Test
  void eachDialectHasAFrameOfItsOwnThatIsMadeOnce() {
    Map<Dialect, Frame> made = new LinkedHashMap<>();
    for (Dialect dialect : StandardDialect.values()) {
      made.put(dialect, stored.frame(dialect));
    }

    made.forEach(
        (dialect, frame) -> {
          assertSame(frame, stored.frame(dialect));
          assertArrayEquals(dialect.event(CURSOR, stored.event()).bytes(), frame.bytes());
        });
  }

  @Test
  void theSizeOfAFrameIsToldOnceItIsThereAndNoneIsMadeForThat() {
    Dialect other = new Envelope("kind");
    assertEquals(0, stored.frameBytes(other));
    assertEquals(0, stored.frameBytes(other), "asking has made none");

    int bytes = stored.frame(other).chunk().length;
    var _ = stored.frame(StandardDialect.PLAIN);

    assertEquals(bytes, stored.frameBytes(new Envelope("kind")));
    assertEquals(
        stored.frame(StandardDialect.PLAIN).chunk().length,
        stored.frameBytes(StandardDialect.PLAIN));
    assertEquals(0, stored.frameBytes(StandardDialect.CLOUDEVENTS));
  }

  @Test
  void equalDialectsShareAFrame() {
    Frame made = stored.frame(new Envelope("kind"));
    Frame other = stored.frame(new Envelope("type"));

    assertEquals("id: k3f9-7\ndata: {\"kind\":\"order.paid\"}\n\n", made.toString());
    assertEquals("id: k3f9-7\ndata: {\"type\":\"order.paid\"}\n\n", other.toString());
    assertSame(made, stored.frame(new Envelope("kind")));
    assertSame(other, stored.frame(new Envelope("type")));
  }

  @Test
  void whatIsMadeAheadIsKeptAsFarAsFramesAre() {
    for (int i = 0; i <= StoredEvent.MAX_FRAMES; i++) {
      stored.prepare(new Envelope("kind" + i));
    }

    Frame last = stored.frame(new Envelope("kind" + (StoredEvent.MAX_FRAMES - 1)));
    assertSame(last, stored.frame(new Envelope("kind" + (StoredEvent.MAX_FRAMES - 1))));
    assertSame(stored.frame(new Envelope("kind0")), stored.frame(new Envelope("kind0")));
    Dialect further = new Envelope("kind" + StoredEvent.MAX_FRAMES);
    assertNotSame(stored.frame(further), stored.frame(further));
  }

  @Test
  void dialectsBeyondThoseWhoseFramesAreKeptHaveTheirsMadeAnew() {
    List<Dialect> dialects =
        IntStream.range(0, StoredEvent.MAX_FRAMES)
            .<Dialect>mapToObj(i -> new Envelope("kind" + i))
            .toList();
    List<Frame> made = dialects.stream().map(stored::frame).toList();
    Dialect further = new Envelope("further");

    Frame once = stored.frame(further);
    Frame again = stored.frame(further);

    assertNotSame(once, again);
    assertEquals("id: k3f9-7\ndata: {\"further\":\"order.paid\"}\n\n", once.toString());
    assertArrayEquals(once.bytes(), again.bytes());
    for (int i = 0; i < made.size(); i++) {
      assertSame(made.get(i), stored.frame(dialects.get(i)));
    }
  }
}
