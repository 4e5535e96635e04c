package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the admin listener serves of the console: its files, and its stream of figures. */
class ConsoleTest {
  private static final int MAX_VIEWERS = 20;

  @RegisterExtension static final Stage stage = Stage.ofAcme("");

  private static Answer get(String path, String... headers) throws Exception {
    return stage.relay().admin().get(path, headers);
  }

  @ParameterizedTest
  @CsvSource({
    "/console/, text/html; charset=utf-8",
    "/console/index.html, text/html; charset=utf-8",
    "/console/console.js, text/javascript; charset=utf-8",
    "/console/console.css, text/css; charset=utf-8",
    "/console/mark.svg, image/svg+xml",
  })
  void itsFilesAreAskedForAnewAndRunNothingElse(String path, String type) throws Exception {
    Answer file = get(path);
    assertEquals(200, file.status());
    assertEquals(type, file.header("Content-Type").orElse(""));
    assertEquals("no-cache", file.header("Cache-Control").orElse(""));
    assertEquals("nosniff", file.header("X-Content-Type-Options").orElse(""));
    String policy = file.header("Content-Security-Policy").orElse("");
    assertTrue(policy.contains("default-src 'none'"), policy);
    assertFalse(policy.contains("unsafe"), policy);
    String tag = file.header("ETag").orElseThrow();
    assertEquals(304, get(path, "If-None-Match", tag).status());
  }

  @Test
  void withoutItsSlashItLeadsToTheFolder() throws Exception {
    Answer moved = get("/console");
    assertEquals(308, moved.status());
    assertEquals("/console/", moved.header("Location").orElse(""));
  }

  @Test
  void whatIsNoneOfItsFilesIsNotFound() throws Exception {
    get("/console/secrets.js").assertProblem(404, "NOT_FOUND");
    get("/console/../META-INF/MANIFEST.MF").assertProblem(404, "NOT_FOUND");
    get("/console/%2e%2e/MANIFEST.MF").assertProblem(404, "NOT_FOUND");
    stage
        .relay()
        .admin()
        .send("POST", "/console/console.js", new byte[0])
        .assertProblem(405, "METHOD_NOT_ALLOWED");
  }

  @Test
  void nothingOfItIsOnThePublicListener() throws Exception {
    stage.relay().http().get("/console/").assertProblem(404, "NOT_FOUND");
    stage.relay().http().get("/admin/v1/live").assertProblem(404, "NOT_FOUND");
  }

  /** One who looks; closing it is looking away. */
  private record Viewer(Socket socket, BufferedReader lines, String status)
      implements AutoCloseable {
    static Viewer look() throws IOException {
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), stage.relay().admin().port());
      socket.setSoTimeout((int) Deadline.USUAL.toMillis());
      socket
          .getOutputStream()
          .write(
              "GET /admin/v1/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      return new Viewer(socket, lines, lines.readLine());
    }

    boolean isLetIn() {
      return status.equals("HTTP/1.1 200 OK");
    }

    Map<String, Object> next() throws IOException {
      String line = lines.readLine();
      while (!line.startsWith("data:")) {
        line = lines.readLine();
      }
      return Json.object(line.substring("data:".length()));
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void allWhoLookAreToldTheSameOnceASecondUpToABound() throws Exception {
    List<Viewer> viewers = new ArrayList<>();
    try {
      for (int i = 0; i < MAX_VIEWERS; i++) {
        viewers.add(Viewer.look());
      }
      for (Viewer viewer : viewers) {
        assertTrue(viewer.isLetIn(), viewer.status());
        Map<String, Object> first = viewer.next();
        Map<String, Object> second = viewer.next();
        assertEquals(first.get("started"), second.get("started"));
        assertEquals(true, second.get("ready"));
      }
      get("/admin/v1/live").assertProblem(429, "TOO_MANY_STREAMS");
    } finally {
      for (Viewer viewer : viewers) {
        viewer.close();
      }
    }
    // Who has left is noticed at the next word to them.
    Deadline.await(
        "a place among those who look",
        () -> {
          try (Viewer viewer = Viewer.look()) {
            return viewer.isLetIn();
          }
        });
  }
}
