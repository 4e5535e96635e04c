package heliograph.gateway.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.RequestException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bounds of a chunked body's lines and pieces, however the bytes come. */
class RequestBytesTest {
  private static final int MAX_CHUNK = 10;

  private final AtomicInteger taken = new AtomicInteger();
  private final AtomicInteger fields = new AtomicInteger();

  private RequestBytes of(String... pieces) {
    Deque<byte[]> left = new ArrayDeque<>();
    Arrays.stream(pieces).map(it -> it.getBytes(StandardCharsets.US_ASCII)).forEach(left::add);
    return new RequestBytes(
        left::poll,
        MAX_CHUNK,
        new RequestBytes.Reading() {
          @Override
          public void field() {
            fields.incrementAndGet();
          }

          @Override
          public void taken() {
            taken.incrementAndGet();
          }
        });
  }

  @Test
  void aHeadOfTooManyFieldsIsRefusedBeforeItsEnd() {
    String most = "a:1\r\n".repeat(RequestBytes.MAX_FIELDS);
    RequestBytes bytes = of(most + "\r\n" + most + "a");
    for (int head = 0; head < 2; head++) {
      for (int i = 0; i < RequestBytes.MAX_FIELDS; i++) {
        assertEquals(false, bytes.startsWithNewLine());
        bytes.skip(5);
      }
      if (head == 0) {
        assertEquals(true, bytes.startsWithNewLine());
        bytes.skip(2);
      }
    }
    assertRefused(400, bytes::startsWithNewLine);
    assertEquals(2 * RequestBytes.MAX_FIELDS + 1, fields.get());
  }

  private static void assertRefused(int status, Executable read) {
    RequestException refused = assertThrows(RequestException.class, read);
    assertEquals(status, refused.status().code());
    assertEquals(false, refused.keepAlive());
  }

  @Test
  void aChunkIsHandedOnWholeAndToldSo() {
    RequestBytes bytes = of("a", ";x\r", "\n01234", "56789", "\r\n0\r\n");
    assertEquals("a", bytes.readLine());
    BufferData chunk = bytes.readBuffer(10);
    assertArrayEquals("0123456789".getBytes(StandardCharsets.US_ASCII), chunk.readBytes());
    assertEquals(1, taken.get());
    bytes.skip(2);
    assertEquals("0", bytes.readLine());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a;x", "A ; x=\"1;2\"", "a;", "a\t;y", "000a"})
  void aChunksSizeIsReadWithoutItsExtensions(String line) {
    assertEquals(10, Integer.parseInt(of(line + "\r\n").readLine(), 16));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "a ", " a", "-1", "+a", "0x1", "1 0", ";x", "g", "1\u00001", "12345678"})
  void aLineWithoutASizeIsRefused(String line) {
    assertRefused(400, () -> of(line + "\r\n").readLine());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\n", "a\r", "a;\rx\r\n", "a;\nx\r\n", "a;x\u0000\r\n"})
  void aLineBetweenChunksEndsWithBothOfItsCharacters(String line) {
    assertRefused(400, () -> of(line + "0123456789").readLine());
  }

  @Test
  void aChunkOfMoreBytesThanItsSizeSaysIsRefused() {
    RequestBytes bytes = of("2\r\nabc\r\n");
    assertEquals("2", bytes.readLine());
    bytes.readBuffer(2);
    assertRefused(400, () -> bytes.skip(2));
  }

  @Test
  void aChunkThatIsTooLargeIsRefusedBeforeItsFirstByte() {
    assertRefused(413, () -> of("b\r\n").readLine());
  }

  @Test
  void aLineWithoutEndIsRefused() {
    String longest = "1;" + "x".repeat(RequestBytes.MAX_CHUNK_LINE - 3);
    assertEquals("1", of(longest + "\r\n").readLine());
    assertRefused(400, () -> of(longest + "x", "x\r\n").readLine());
  }

  @Test
  void theExtensionsOfABodyHaveABoundTogether() {
    String chunk = "1;" + "x".repeat(1023) + "\r\n.\r\n";
    int most = RequestBytes.MAX_EXTENSIONS / 1024;
    RequestBytes bytes = of(chunk.repeat(most + 1));
    for (int i = 0; i < most; i++) {
      assertEquals("1", bytes.readLine());
      bytes.readBuffer(1);
      bytes.skip(2);
    }
    assertRefused(400, bytes::readLine);
  }

  @Test
  void aTrailerIsSkipped() {
    RequestBytes bytes = of("0\r\na: b\r\nContent-Length: 5\r", "\n\r\nGET");
    assertEquals("0", bytes.readLine());
    assertEquals("", bytes.readLine());
    assertEquals('G', bytes.read());
  }

  @ParameterizedTest
  @ValueSource(strings = {"no field", ": nameless", "a : b", " folded: x", "a: b\n", "a: \u0000"})
  void aTrailerOfOtherThanFieldsIsRefused(String line) {
    RequestBytes bytes = of("0\r\n" + line + "\r\n\r\n");
    assertEquals("0", bytes.readLine());
    assertRefused(400, bytes::readLine);
  }

  @Test
  void aTrailerHasABound() {
    String field = "a: " + "x".repeat(1019) + "\r\n";
    RequestBytes most = of("0\r\n" + field.repeat(15) + "\r\n");
    assertEquals("0", most.readLine());
    assertEquals("", most.readLine());
    for (String trailer : List.of(field.repeat(17), "a:\r\n".repeat(201), "x".repeat(99_999))) {
      RequestBytes bytes = of("0\r\n" + trailer + "\r\n");
      assertEquals("0", bytes.readLine());
      assertRefused(400, bytes::readLine);
    }
  }

  @Test
  void emptyLinesBeforeARequestAreSkippedUpToABound() {
    String most = "\r\n".repeat(RequestBytes.MAX_EMPTY_LINES);
    RequestBytes bytes = of(most + "GET / HTTP/1.1\r\n");
    assertEquals(14, bytes.findNewLine(100));
    assertRefused(400, () -> of(most + "\r\nGET / HTTP/1.1\r\n").findNewLine(100));
  }

  @Test
  void nothingThatCameIsWrittenIntoMessages() {
    assertEquals("", of("secret").debugDataHex());
  }
}
