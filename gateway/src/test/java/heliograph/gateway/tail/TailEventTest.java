package heliograph.gateway.tail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Attributes;
import heliograph.contract.Audience;
import heliograph.contract.Cursor;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import heliograph.relay.StoredEvent;
import heliograph.relay.Tail;
import org.junit.jupiter.api.Test;

/** How an event is written for an operator who looks on. */
class TailEventTest {
  private static final String SMILE = "\ud83d\ude42";

  private static String json(Payload payload, boolean data) {
    Event event =
        new Event(
            "e1",
            "/shop",
            "order.paid",
            new Tenant("acme"),
            new Topic("orders.1"),
            new Audience.Everyone(),
            Attributes.NONE,
            payload);
    return TailEvent.json(
        new Tail.Seen(new StoredEvent(event, new Cursor("abcdefgh", 1)), payload.length()), data);
  }

  @Test
  void dataIsLeftOutWhereItIsNotToBeShown() {
    String json = json(Payload.text("secret"), false);
    assertTrue(json.contains("\"dataBytes\":6"), json);
    assertFalse(json.contains("secret"), json);
  }

  @Test
  void anEventWithoutDataHasNoForm() {
    String json = json(Payload.ABSENT, true);
    assertTrue(json.endsWith("\"dataBytes\":0}"), json);
  }

  @Test
  void bytesAreWrittenInBase64() {
    String json = json(Payload.binary(new byte[] {0, -1}), true);
    assertTrue(json.endsWith("\"form\":\"binary\",\"data\":\"AP8=\"}"), json);
  }

  @Test
  void whatIsTooLongIsCutButNotWithinACharacter() {
    int most = TailEvent.MAX_DATA;
    String fits = json(Payload.text("z".repeat(most - 2) + SMILE), true);
    assertTrue(fits.endsWith("\\ud83d\\ude42\"}"), "it fits");
    String cut = json(Payload.text("z".repeat(most - 1) + SMILE), true);
    assertTrue(cut.endsWith("zz\",\"cut\":true}"), "half of a character is left out");
    assertEquals(most - 1, cut.chars().filter(it -> it == 'z').count());
  }
}
