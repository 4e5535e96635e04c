package heliograph.gateway.demo;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.json.Json;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webclient.api.HttpClientResponse;
import io.helidon.webclient.api.WebClient;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;

/**
 * Answers the demo's page why a watcher gets an event or not. The page cannot ask the admin
 * listener, which is another origin; so this hands its question on, and of all that the admin
 * listener can do it reaches nothing else. Any thread.
 */
final class DemoExplain {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  /** The most bytes of a question; a longer one is refused. */
  private static final int MAX_QUESTION = 256 * 1024;

  private volatile int adminPort;

  /** Says where the admin listener is. */
  void start(int port) {
    adminPort = port;
  }

  void register(HttpRouting.Builder routing) {
    routing.post("/demo/explain", this::explain).get("/demo/links", this::links);
  }

  private void links(ServerRequest request, ServerResponse response) {
    String base = "http://127.0.0.1:" + adminPort;
    response
        .header(HeaderNames.CONTENT_TYPE, "application/json")
        .header(HeaderNames.CACHE_CONTROL, "no-store")
        .send(
            Json.object(
                json -> {
                  json.writeStringProperty("metrics", base + "/observe/metrics");
                  json.writeStringProperty("health", base + "/observe/health/ready");
                }));
  }

  private void explain(ServerRequest request, ServerResponse response) {
    byte[] question = question(request);
    WebClient client =
        WebClient.builder()
            .baseUri("http://127.0.0.1:" + adminPort)
            .connectTimeout(TIMEOUT)
            .readTimeout(TIMEOUT)
            .servicesDiscoverServices(false)
            .build();
    try (HttpClientResponse answer =
        client
            .post("/admin/explain")
            .header(HeaderNames.CONTENT_TYPE, "application/json")
            .submit(question)) {
      response
          .status(Status.create(answer.status().code()))
          .header(HeaderNames.CONTENT_TYPE, "application/json")
          .header(HeaderNames.CACHE_CONTROL, "no-store")
          .send(answer.as(byte[].class));
    }
  }

  private static byte[] question(ServerRequest request) {
    try (InputStream body = request.content().inputStream()) {
      byte[] question = body.readNBytes(MAX_QUESTION + 1);
      if (question.length > MAX_QUESTION) {
        throw new RelayException(
            ErrorCode.TOO_LARGE, "a question has at most " + MAX_QUESTION + " bytes");
      }
      return question;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
