package heliograph.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.DateTimeException;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What names a moment in the form of RFC 3339, leap seconds among them. */
class TimestampTest {
  @ParameterizedTest
  @CsvSource({
    "2026-01-02T03:04:05Z, 2026-01-02T03:04:05Z",
    "2026-01-02t03:04:05.123456789z, 2026-01-02T03:04:05.123456789Z",
    "2026-01-02T03:04:05-01:30, 2026-01-02T04:34:05Z",
    "2016-12-31T23:59:60Z, 2017-01-01T00:00:00Z",
    "2016-12-31T23:59:60.5Z, 2017-01-01T00:00:00.5Z",
    "1990-12-31T15:59:60-08:00, 1991-01-01T00:00:00Z",
    "2017-01-01T05:29:60+05:30, 2017-01-01T00:00:00Z",
    "2015-06-30T23:59:60Z, 2015-07-01T00:00:00Z",
    "2016-02-29T23:59:60Z, 2016-03-01T00:00:00Z",
  })
  void thisIsAMoment(String text, Instant moment) {
    assertEquals(moment, Timestamp.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2016-12-31T23:58:60Z",
        "2016-12-31T22:59:60Z",
        "2016-12-30T23:59:60Z",
        "2016-02-28T23:59:60Z",
        "2016-12-31T23:59:60-08:00",
        "2016-12-31T15:59:60+08:00",
        "2016-12-31T23:59:61Z",
        "2016-12-31T23:60:00Z",
        "2016-12-31T24:00:00Z",
        "2016-02-30T23:59:60Z",
        "2026-01-02T03:04Z",
        "2026-01-02 03:04:05Z",
        "2026-01-02T03:04:05",
        "2026-01-02T03:04:05.1234567890Z",
      })
  void thisIsNone(String text) {
    assertThrows(DateTimeException.class, () -> Timestamp.parse(text));
  }
}
