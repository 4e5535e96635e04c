package heliograph.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A stream goes to those who take one, and the narrowest range says who does. */
class AcceptedTypesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text/event-stream                            | true",
        "Text/Event-Stream                            | true",
        "text/*                                       | true",
        "*/*                                          | true",
        "text/html, */*;q=0.1                         | true",
        "*/*;q=0, text/event-stream                   | true",
        "text/*;q=0, text/event-stream;q=0.001        | true",
        "text/event-stream;charset=utf-8              | true",
        "text/event-stream; charset=utf-8 ; q=1.000   | true",
        "text/event-stream;q=0, text/event-stream     | true",
        "''                                           | true",
        "nonsense                                     | true",
        "text/event-stream;q=0, */*                   | false",
        "text/event-stream;q=0.000, text/*            | false",
        "text/event-stream;charset=utf-8;q=0, */*     | false",
        "text/event-stream;Q=0;ext=1, */*             | false",
        "text/*;q=0, */*                              | false",
        "*/*;q=0                                      | false",
        "text/html                                    | false",
        "text/html, application/json;q=0.5            | false",
        "text/html, text/event-stream;q=2             | false",
      })
  void theNarrowestRangeDecides(String header, boolean taken) {
    assertEquals(taken, AcceptedTypes.has(List.of(header), "text/event-stream"));
  }

  @Test
  void severalHeadersAreOne() {
    assertTrue(AcceptedTypes.has(List.of("text/html", "*/*"), "text/event-stream"));
    assertFalse(AcceptedTypes.has(List.of("*/*", "text/event-stream;q=0"), "text/event-stream"));
    assertTrue(AcceptedTypes.has(List.of(), "text/event-stream"));
  }

  @Test
  void aLongHeaderIsReadAtOnce() {
    String header = "text/event-stream" + ";a=b".repeat(4000) + ";q=";
    assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () -> AcceptedTypes.has(List.of(header, header + "!"), "text/event-stream"));
  }
}
