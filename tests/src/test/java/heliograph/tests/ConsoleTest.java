package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
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

  @Test
  void allWhoLookAreToldTheSameOnceASecondUpToABound() throws Exception {
    int port = stage.relay().admin().port();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/admin/v1/live")).build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      List<Stream<String>> streams = new ArrayList<>();
      List<Iterator<String>> viewers = new ArrayList<>();
      for (int i = 0; i < MAX_VIEWERS; i++) {
        HttpResponse<Stream<String>> answer =
            client.send(request, HttpResponse.BodyHandlers.ofLines());
        assertEquals(200, answer.statusCode());
        streams.add(answer.body());
        viewers.add(answer.body().iterator());
      }
      for (Iterator<String> viewer : viewers) {
        Map<String, Object> first = next(viewer);
        Map<String, Object> second = next(viewer);
        assertEquals(first.get("started"), second.get("started"));
        assertEquals(true, second.get("ready"));
      }
      get("/admin/v1/live").assertProblem(429, "TOO_MANY_STREAMS");
      streams.forEach(Stream::close);
      client.shutdownNow();
    }
    // Who has left is noticed at the next word to them.
    try (HttpClient client = HttpClient.newHttpClient()) {
      Deadline.await(
          "a place among those who look",
          () -> {
            HttpResponse<Stream<String>> answer =
                client.send(request, HttpResponse.BodyHandlers.ofLines());
            answer.body().close();
            return answer.statusCode() == 200;
          });
      client.shutdownNow();
    }
  }

  private static Map<String, Object> next(Iterator<String> lines) {
    String line = lines.next();
    while (!line.startsWith("data:")) {
      line = lines.next();
    }
    return Json.object(line.substring("data:".length()));
  }
}
