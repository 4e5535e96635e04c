package heliograph.gateway;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.RequestException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

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
    RequestException refused = assertThrows(RequestException.class, bytes::startsWithNewLine);
    assertEquals(400, refused.status().code());
    assertEquals(2 * RequestBytes.MAX_FIELDS + 1, fields.get());
  }

  @Test
  void aChunkIsHandedOnWholeAndToldSo() {
    RequestBytes bytes = of("a", ";x\r", "\n01234", "56789", "\r\n0\r\n");
    assertEquals("a;x", bytes.readLine());
    BufferData chunk = bytes.readBuffer(10);
    assertArrayEquals("0123456789".getBytes(StandardCharsets.US_ASCII), chunk.readBytes());
    assertEquals(1, taken.get());
    bytes.skip(2);
    assertEquals("0", bytes.readLine());
  }

  @Test
  void aChunkThatIsTooLargeIsRefusedBeforeItsFirstByte() {
    RequestException refused =
        assertThrows(RequestException.class, () -> of().readBuffer(MAX_CHUNK + 1));
    assertEquals(413, refused.status().code());
    assertEquals(false, refused.keepAlive());
  }

  @Test
  void aLineWithoutEndIsRefused() {
    String longest = "1;" + "x".repeat(RequestBytes.MAX_CHUNK_LINE - 3);
    assertEquals(longest, of(longest + "\r\n").readLine());
    RequestException refused =
        assertThrows(RequestException.class, () -> of(longest + "x", "x\r\n").readLine());
    assertEquals(400, refused.status().code());
  }

  @Test
  void nothingThatCameIsWrittenIntoMessages() {
    assertEquals("", of("secret").debugDataHex());
  }
}
