package heliograph.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import heliograph.contract.SseReader.Dispatched;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A frame is what was said to its builder, and nothing that is put into it becomes a field. */
class FrameTest {
  @Test
  void aFrameIsMadeAsAChunkThatSaysItsLengthInBytes() {
    Frame frame = Frame.builder().id("k3f9-1").name("order.paid").data("é").build();

    assertEquals("id: k3f9-1\nevent: order.paid\ndata: é\n\n", frame.toString());
    assertEquals("27\r\n" + frame + "\r\n", Bytes.text(frame.chunk()));
    assertArrayEquals(Bytes.utf8(frame.toString()), frame.bytes());
    assertSame(frame.chunk(), frame.chunk());
    assertEquals("c\r\n: keepalive\n\r\n", Bytes.text(Frame.comment(" keepalive").chunk()));
    assertEquals("0\r\n\r\n", Bytes.text(Chunk.last()));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 9, 15, 16, 255, 256, 4095, 4096, 65_535, 65_536, 1_048_576})
  void aChunkIsAroundContentOfAnyLength(int length) {
    byte[] content = new byte[length];
    Arrays.fill(content, (byte) '\n');

    byte[] chunk = Chunk.around(content);

    String size = Integer.toHexString(length) + "\r\n";
    assertEquals(size, Bytes.text(chunk).substring(0, size.length()));
    assertEquals(size.length() + length + 2, chunk.length);
    assertEquals("\r\n", Bytes.text(chunk).substring(chunk.length - 2));
    assertArrayEquals(content, Chunk.content(chunk));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 12, 36, 37, 38, 1000})
  void aFrameIsTheSameHoweverLongItWasExpectedToBe(int bytes) {
    Frame frame = Frame.builder(bytes).id("k3f9-1").data("one\ntwo").name("a").build();

    assertEquals("id: k3f9-1\ndata: one\ndata: two\nevent: a\n\n", frame.toString());
  }

  @Test
  void linesStandInTheOrderInWhichTheyWereSaid() {
    Frame frame =
        Frame.builder()
            .id("k3f9-1")
            .retry(Duration.ofMillis(1_500))
            .name("sync:ping")
            .data("one\rtwo\r\nthree\n\n")
            .data(Bytes.utf8("é"))
            .build();

    assertEquals(
        """
        id: k3f9-1
        retry: 1500
        event: sync:ping
        data: one
        data: two
        data: three
        data:\s
        data:\s
        data: é

        """,
        frame.toString());
    SseReader read = SseReader.read(frame.bytes());
    assertEquals(
        List.of(new Dispatched("k3f9-1", "sync:ping", "one\ntwo\nthree\n\n\né")),
        read.dispatched());
    assertEquals("1500", read.retry());
  }

  @Test
  void itHoldsNoLineThatWasNotSaid() {
    assertEquals("data: {}\n\n", Frame.builder().data("{}").build().toString());
    assertEquals("id: k3f9-7\n\n", Frame.builder().id("k3f9-7").build().toString());
    assertEquals(":keepalive\n", Frame.comment("keepalive").toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\ndata: forged", "a\rdata: forged", "\n", "a\r\n"})
  void aLineBreakIsRefusedWhereItWouldEndTheField(String text) {
    for (Runnable said :
        List.<Runnable>of(
            () -> Frame.builder().id(text),
            () -> Frame.builder().name(text),
            () -> Frame.comment(text))) {
      assertNotNull(assertThrows(IllegalArgumentException.class, said::run));
    }
  }
}
