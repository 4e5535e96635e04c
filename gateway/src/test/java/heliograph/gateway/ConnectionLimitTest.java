package heliograph.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Room for all streams and for others, as far as descriptors and heap go. */
class ConnectionLimitTest {
  @ParameterizedTest
  @CsvSource({
    // streams, descriptors, MiB of heap, connections
    "20000,    1048576,             4096, 24096",
    "7,        1048576,             4096, 4103",
    "20000,    20000,               4096, 19232",
    "20000,    1024,                4096, 512",
    "20000,    9223372036854775807, 4096, 24096",
    "20000,    1048576,             256,  8192",
    "10000000, 1048576,             4096, 131072",
    "10000000, 9223372036854775807, 9999999, 10004096",
  })
  void thereIsRoomForAllStreamsAndForOthers(int streams, long descriptors, long mib, int limit) {
    assertEquals(limit, ConnectionLimit.of(streams, descriptors, mib << 20));
  }
}
