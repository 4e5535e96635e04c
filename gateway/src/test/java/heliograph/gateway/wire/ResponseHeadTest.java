package heliograph.gateway.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.http.WritableHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A head that Helidon does not write has what it would have had. */
class ResponseHeadTest {
  private static List<String> lines(ResponseHead head) {
    String text = new String(head.bytes(), StandardCharsets.US_ASCII);
    assertTrue(text.endsWith("\r\n\r\n"), text);
    List<String> lines = Arrays.asList(text.strip().split("\r\n"));
    lines.subList(1, lines.size()).sort(null);
    return lines;
  }

  @Test
  void itTakesOverWhatTheResponseHas() {
    WritableHeaders<?> response = WritableHeaders.create();
    response.add(HeaderNames.VARY, "Origin");
    response.set(HeaderNames.create("X-Trace"), "7");
    response.set(HeaderNames.create("Server-Timing"), "a", "b");
    response.set(HeaderNames.CACHE_CONTROL, "no-store");

    ResponseHead head =
        ResponseHead.of(Status.OK_200, response)
            .set(HeaderNames.CACHE_CONTROL, "no-cache")
            .add(HeaderNames.VARY, "Accept-Encoding");

    assertEquals(
        List.of(
            "HTTP/1.1 200 OK",
            "Cache-Control: no-cache",
            "Server-Timing: a",
            "Server-Timing: b",
            "Vary: Accept-Encoding",
            "Vary: Origin",
            "X-Trace: 7"),
        lines(head));
    assertEquals(List.of("Origin"), response.get(HeaderNames.VARY).allValues());
  }

  @Test
  void howTheAnswerIsWrittenIsNotForFiltersToSay() {
    WritableHeaders<?> response = WritableHeaders.create();
    response.set(HeaderNames.CONTENT_LENGTH, "5");
    response.set(HeaderNames.CONTENT_ENCODING, "br");
    response.set(HeaderNames.TRANSFER_ENCODING, "chunked");
    response.set(HeaderNames.TRAILER, "X-Sum");
    response.set(HeaderNames.CONNECTION, "keep-alive");

    assertEquals(List.of("HTTP/1.1 200 OK"), lines(ResponseHead.of(Status.OK_200, response)));
  }

  @Test
  void aValueStaysWithinItsLine() {
    ResponseHead head =
        ResponseHead.of(Status.OK_200).set(HeaderNames.create("X-Trace"), "7\r\nSet-Cookie: a=b");

    assertThrows(IllegalArgumentException.class, head::bytes);
  }

  @Test
  void whatIsWrittenToAConnectionThatIsCutIsAWholeAnswer() {
    RelayException refusal =
        RelayException.retryAfter(ErrorCode.OVERLOADED, "it is full", Duration.ofSeconds(3));
    String answer = new String(CutAnswer.of(refusal), StandardCharsets.UTF_8);
    int end = answer.indexOf("\r\n\r\n");
    String body = answer.substring(end + 4);

    assertTrue(answer.startsWith("HTTP/1.1 503 Service Unavailable\r\n"), answer);
    for (String line :
        List.of(
            "Content-Type: application/problem+json",
            "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length,
            "Retry-After: 3",
            "Connection: close")) {
      assertTrue(answer.substring(0, end + 2).contains("\r\n" + line + "\r\n"), answer);
    }
    assertTrue(body.contains("\"code\":\"OVERLOADED\""), body);
  }
}
