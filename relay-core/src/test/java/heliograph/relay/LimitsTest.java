package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many streams may be open where there is room for fewer than the operator wants. */
class LimitsTest {
  private static Limits limits(int streams, int ofTenant) {
    return new Limits(
        256, streams, ofTenant, 20, 1000, 10, SlowPolicy.CATCH_UP, OverUserLimit.REFUSE);
  }

  @ParameterizedTest
  @CsvSource({
    // streams, of one tenant, room for, streams then, of one tenant then
    "20000, 5000,  20000, 20000, 5000",
    "20000, 20000, 30000, 20000, 20000",
    "20000, 5000,  19999, 19999, 5000",
    "20000, 5000,  9999,  9999,  4999",
    "20000, 300,   9999,  9999,  300",
    // One tenant may have all, and so it still may.
    "20000, 20000, 9999,  9999,  9999",
    "4000,  5000,  3999,  3999,  3999",
    "20000, 19999, 9999,  9999,  4999",
    "20000, 5000,  1,     1,     1",
  })
  void oneTenantLeavesHalfOfThemToOthersUnlessItMayHaveAll(
      int streams, int ofTenant, int room, int streamsThen, int ofTenantThen) {
    assertEquals(limits(streamsThen, ofTenantThen), limits(streams, ofTenant).withRoomFor(room));
  }
}
