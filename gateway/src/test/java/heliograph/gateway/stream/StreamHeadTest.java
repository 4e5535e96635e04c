package heliograph.gateway.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.EndReason;
import heliograph.contract.Frame;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A stream's head has what filters before the stream have put into the response. */
class StreamHeadTest {
  private static final Frame END = Frame.end(EndReason.EXPIRED, Duration.ofSeconds(3));

  private static void stream(ServerRequest request, ServerResponse response) {
    try (Connection connection = response.sink(Connection.TYPE)) {
      connection.openAndEnd(END);
    }
    throw new CloseConnectionException("the stream is over");
  }

  private static String answerOf(WebServer server) throws Exception {
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      client
          .getOutputStream()
          .write("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      return new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void aHeaderThatAFilterSetIsInIt() throws Exception {
    WebServer server =
        WebServer.builder()
            .host("localhost")
            .routing(
                routing ->
                    routing
                        .addFilter(
                            (chain, _, response) -> {
                              response.headers().add(HeaderNames.VARY, "Origin");
                              response.header(HeaderNames.create("X-Trace"), "7");
                              response.header(HeaderNames.CONTENT_LENGTH, "5");
                              response.header(HeaderNames.CACHE_CONTROL, "public");
                              chain.proceed();
                            })
                        .get("/stream", StreamHeadTest::stream))
            .build()
            .start();
    try {
      String answer = answerOf(server);
      String head = answer.substring(0, answer.indexOf("\r\n\r\n") + 2);

      assertTrue(head.startsWith("HTTP/1.1 200 OK\r\n"), head);
      for (String line :
          new String[] {
            "X-Trace: 7",
            "Vary: Origin",
            "Vary: Accept-Encoding",
            "Content-Type: text/event-stream",
            "Cache-Control: no-cache, no-transform",
            "X-Accel-Buffering: no",
            "X-Content-Type-Options: nosniff",
            "Transfer-Encoding: chunked",
            "Connection: close"
          }) {
        assertTrue(head.contains("\r\n" + line + "\r\n"), head);
      }
      assertTrue(head.contains("\r\nDate: "), head);
      assertEquals(-1, head.indexOf("Content-Length"), head);
      assertEquals(-1, head.indexOf("public"), head);
      assertTrue(
          answer.endsWith("\r\n" + new String(END.chunk(), StandardCharsets.UTF_8) + "0\r\n\r\n"));
    } finally {
      server.stop();
    }
  }
}
