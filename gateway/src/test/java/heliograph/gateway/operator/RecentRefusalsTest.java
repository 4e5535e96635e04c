package heliograph.gateway.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RecentRefusalsTest {
  private long now = Long.MAX_VALUE - 5;
  private final RecentRefusals refused = new RecentRefusals(() -> now);

  private void fail(String address) {
    for (int i = 0; i < RecentRefusals.MAX; i++) {
      assertFalse(refused.tooMany(address));
      refused.count(address);
    }
  }

  @Test
  void afterSomeTheAddressWaitsUntilAMinuteAfterTheFirst() {
    fail("192.0.2.7");
    assertTrue(refused.tooMany("192.0.2.7"));
    assertFalse(refused.tooMany("192.0.2.8"));

    now += RecentRefusals.WINDOW.toNanos() - 1;
    assertTrue(refused.tooMany("192.0.2.7"));
    now++;
    assertFalse(refused.tooMany("192.0.2.7"));
    refused.count("192.0.2.7");
    assertFalse(refused.tooMany("192.0.2.7"), "it counts anew");
  }

  @Test
  void aNetworkOfIpv6IsOneAddress() {
    fail("2001:db8:0:1:0:0:0:1");

    assertTrue(refused.tooMany("2001:db8:0:1:ffff:ffff:ffff:ffff"));
    assertFalse(refused.tooMany("2001:db8:0:2:0:0:0:1"));
  }

  @Test
  void noMoreAddressesAreCountedThanThereIsRoomFor() {
    fail("192.0.2.7");
    for (int i = 1; i < RecentRefusals.MAX_COUNTED; i++) {
      refused.count("10.0.%d.%d".formatted(i / 250, i % 250));
    }
    assertTrue(refused.tooMany("192.0.2.7"));

    refused.count("10.1.0.0");

    assertFalse(refused.tooMany("192.0.2.7"), "the one that began first is forgotten");
    assertEquals(10, RecentRefusals.MAX);
  }
}
