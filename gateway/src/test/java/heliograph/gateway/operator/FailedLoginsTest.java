package heliograph.gateway.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FailedLoginsTest {
  private long now = Long.MAX_VALUE - 5;
  private final FailedLogins failed = new FailedLogins(() -> now);

  private void fail(String address) {
    for (int i = 0; i < FailedLogins.MAX; i++) {
      assertFalse(failed.tooMany(address));
      failed.failed(address);
    }
  }

  @Test
  void afterSomeTheAddressWaitsUntilAMinuteAfterTheFirst() {
    fail("192.0.2.7");
    assertTrue(failed.tooMany("192.0.2.7"));
    assertFalse(failed.tooMany("192.0.2.8"));

    now += FailedLogins.WINDOW.toNanos() - 1;
    assertTrue(failed.tooMany("192.0.2.7"));
    now++;
    assertFalse(failed.tooMany("192.0.2.7"));
    failed.failed("192.0.2.7");
    assertFalse(failed.tooMany("192.0.2.7"), "it counts anew");
  }

  @Test
  void aNetworkOfIpv6IsOneAddress() {
    fail("2001:db8:0:1:0:0:0:1");

    assertTrue(failed.tooMany("2001:db8:0:1:ffff:ffff:ffff:ffff"));
    assertFalse(failed.tooMany("2001:db8:0:2:0:0:0:1"));
  }

  @Test
  void noMoreAddressesAreCountedThanThereIsRoomFor() {
    fail("192.0.2.7");
    for (int i = 1; i < FailedLogins.MAX_ADDRESSES; i++) {
      failed.failed("10.0.%d.%d".formatted(i / 250, i % 250));
    }
    assertTrue(failed.tooMany("192.0.2.7"));

    failed.failed("10.1.0.0");

    assertFalse(failed.tooMany("192.0.2.7"), "the one that began first is forgotten");
    assertEquals(10, FailedLogins.MAX);
  }
}
