package heliograph.gateway.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.helidon.http.RequestException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestLineTest {
  private static RequestLine of(String line) {
    return RequestLine.of(line.getBytes(StandardCharsets.ISO_8859_1));
  }

  @ParameterizedTest
  @CsvSource({
    "GET /a?b=>%20 HTTP/1.1, GET /a?b=>%20 HTTP/1.1, '', false",
    "GET /a HTTP/1.0, GET /a HTTP/1.1, '', true",
    "GET /a HTTP/1.7, GET /a HTTP/1.1, '', false",
    "POST http://Relay:80/a?b=c HTTP/1.1, POST /a?b=c HTTP/1.1, Relay:80, false",
    "GET HTTPS://relay HTTP/1.1, GET / HTTP/1.1, relay, false",
    "GET http://relay?topic=a HTTP/1.1, GET /?topic=a HTTP/1.1, relay, false",
    "OPTIONS * HTTP/1.1, OPTIONS * HTTP/1.1, '', false",
    "GET /a?b=http://c/d HTTP/1.1, GET /a?b=http://c/d HTTP/1.1, '', false",
  })
  void aLineIsPutIntoTheOneForm(String line, String text, String authority, boolean old) {
    assertEquals(new RequestLine(text, authority, old), of(line));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "GET",
        "GET /",
        "GET  / HTTP/1.1",
        " GET / HTTP/1.1",
        "GET / HTTP/1.1 ",
        "GET\t/\tHTTP/1.1",
        "GET / http/1.1",
        "GET / HTTP/1",
        "GET / HTTP/1.10",
        "GET / HTTP/2.0",
        "GET / HTTP/0.9",
        "GET / RTSP/1.0",
        "G@T / HTTP/1.1",
        "/ / HTTP/1.1",
        "GET /\u00e9 HTTP/1.1",
        "GET /\u0000 HTTP/1.1",
        "GET /\u007f HTTP/1.1",
      })
  void whatIsNoRequestLineIsRefused(String line) {
    assertThrows(RequestException.class, () -> of(line));
  }

  @Test
  void whatCameIsNotRepeated() {
    RequestException refused = assertThrows(RequestException.class, () -> of("GET /secret x y"));
    assertEquals(false, refused.getMessage().contains("secret"));
  }
}
