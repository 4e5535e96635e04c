package heliograph.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import heliograph.contract.SseReader.Dispatched;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The reader that judges our frames reads the examples of WHATWG HTML section 9.2.6 as they say.
 */
class SseReaderTest {
  @Test
  void linesOfDataAreJoined() {
    assertEquals(
        List.of(new Dispatched("", "message", "YHOO\n+2\n10")),
        SseReader.read(Bytes.utf8("data: YHOO\ndata: +2\ndata: 10\n\n")).dispatched());
  }

  @Test
  void commentsAreSkippedAndAnEmptyIdResetsThePosition() {
    SseReader reader =
        SseReader.read(
            Bytes.utf8(
                """
                : test stream

                data: first event
                id: 1

                data:second event
                id

                data:  third event

                """));

    assertEquals(
        List.of(
            new Dispatched("1", "message", "first event"),
            new Dispatched("", "message", "second event"),
            new Dispatched("", "message", " third event")),
        reader.dispatched());
  }

  @Test
  void emptyDataLinesCountAndAnUnfinishedEventDoesNot() {
    assertEquals(
        List.of(new Dispatched("", "message", ""), new Dispatched("", "message", "\n")),
        SseReader.read(Bytes.utf8("data\n\ndata\ndata\n\ndata:")).dispatched());
  }

  @Test
  void everyKindOfLineEndIsRead() {
    SseReader reader =
        SseReader.read(Bytes.utf8("\uFEFFid: 7\revent: a\r\ndata: x\n\r\nretry: 10\rretry: 1x\r"));

    assertEquals(List.of(new Dispatched("7", "a", "x")), reader.dispatched());
    assertEquals("10", reader.retry());
  }
}
