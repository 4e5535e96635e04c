package heliograph.gateway.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Room for all streams and for others, as far as descriptors and heap go. */
class ConnectionLimitTest {
  @ParameterizedTest
  @CsvSource({
    // streams, descriptors, what the heap has room for, connections
    "20000,    1048576,             99999,      24096",
    "7,        1048576,             99999,      4103",
    "20000,    20000,               99999,      19232",
    "20000,    1024,                99999,      512",
    "20000,    9223372036854775807, 99999,      24096",
    "20000,    1048576,             8192,       8192",
    "10000000, 1048576,             131072,     131072",
    "10000000, 9223372036854775807, 2147483647, 10004096",
    "2147483647, 9223372036854775807, 2147483647, 2147483647",
  })
  void thereIsRoomForAllStreamsAndForOthers(int streams, long descriptors, int heap, int limit) {
    int fits = ConnectionLimit.fits(descriptors, heap);

    assertEquals(limit, ConnectionLimit.taken(ConnectionLimit.wanted(streams), fits));
  }

  @ParameterizedTest
  @CsvSource({"6, 100, 6", "200, 100, 100", "-1, 100, 100", "0, 100, 100"})
  void whatTheOperatorAsksForIsTakenAsFarAsItFits(int asked, int fits, int taken) {
    assertEquals(taken, ConnectionLimit.taken(asked, fits));
  }

  @ParameterizedTest
  @CsvSource({
    // connections, those that streams may have
    "1, 1",
    "2, 1",
    "10, 9",
    "11, 9",
    "64, 57",
    "12502, 11251",
    "40960, 36864",
    "40961, 36865",
    "2147483647, 2147479551",
  })
  void streamsLeaveSomeConnectionsToOthers(int connections, int streams) {
    assertEquals(streams, ConnectionLimit.forStreams(connections));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 20_000, 100_000, 10_000_000})
  void whereThereAreAllConnectionsThatAreWantedThereIsRoomForAllStreams(int streams) {
    assertTrue(ConnectionLimit.forStreams(ConnectionLimit.wanted(streams)) >= streams);
  }
}
