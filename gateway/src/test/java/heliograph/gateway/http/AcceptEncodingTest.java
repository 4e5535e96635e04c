package heliograph.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Gzip goes to those who say that they read it, and to nobody else. */
class AcceptEncodingTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gzip, deflate, br, zstd          | true",
        "deflate, gzip, br, zstd          | true",
        "GZIP                             | true",
        "x-gzip                           | true",
        "*                                | true",
        "deflate;q=1.0 , gzip ; q=0.001   | true",
        "gzip;Q=1.000                     | true",
        "identity;q=0.5, gzip             | true",
        "identity, gzip                   | true",
        "identity;q=0, *                  | true",
        "br, *;q=0, gzip;q=0.2            | true",
        "identity;q=0.8, gzip;q=0.5       | false",
        "*, gzip;q=0.5                    | false",
        "gzip;q=0                         | false",
        "gzip;q=0.000, *                  | false",
        "*;q=0                            | false",
        "identity                         | false",
        "deflate, br                      | false",
        "gzipped, not-gzip                | false",
        "gzip;q=-1                        | false",
        "gzip;q=2                         | false",
        "gzip;level=9                     | false",
        "gzip br                          | false",
        "''                               | false",
      })
  void gzipIsAnsweredToThoseWhoWantIt(String header, boolean wanted) {
    assertEquals(wanted, AcceptEncoding.gzip(List.of(header)));
  }

  @Test
  void severalHeadersAreOne() {
    assertTrue(AcceptEncoding.gzip(List.of("br", "gzip")));
    assertFalse(AcceptEncoding.gzip(List.of("*", "gzip;q=0")));
  }

  @Test
  void whoSaysNothingGetsNoGzip() {
    assertFalse(AcceptEncoding.gzip(List.of()));
  }
}
