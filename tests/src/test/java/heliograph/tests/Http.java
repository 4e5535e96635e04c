package heliograph.tests;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;

/** Well-formed requests to one listener. */
final class Http implements AutoCloseable {
  private final HttpClient client;
  private final String scheme;
  private final int port;

  Http(int port) {
    this(HttpClient.newBuilder(), "http", port);
  }

  /** Makes requests to a listener with TLS. */
  Http(int port, SSLContext context) {
    this(HttpClient.newBuilder().sslContext(context), "https", port);
  }

  private Http(HttpClient.Builder client, String scheme, int port) {
    this.client = client.version(HttpClient.Version.HTTP_1_1).build();
    this.scheme = scheme;
    this.port = port;
  }

  int port() {
    return port;
  }

  /**
   * @param headers names and values in turn
   */
  Answer get(String target, String... headers) throws IOException, InterruptedException {
    return send("GET", target, new byte[0], headers);
  }

  Answer post(String target, String body, String... headers)
      throws IOException, InterruptedException {
    return send("POST", target, body.getBytes(StandardCharsets.UTF_8), headers);
  }

  Answer send(String method, String target, byte[] body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(scheme + "://127.0.0.1:" + port + target))
            .method(
                method,
                body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return await(client.sendAsync(request.build(), BodyHandlers.ofByteArray()));
  }

  /** The client's own timeout ends with the head of an answer, and a stream has no end. */
  private static Answer await(CompletableFuture<HttpResponse<byte[]>> response)
      throws IOException, InterruptedException {
    try {
      return Answer.of(response.get(Deadline.USUAL.toSeconds(), TimeUnit.SECONDS));
    } catch (TimeoutException _) {
      response.cancel(true);
      throw new AssertionError("no whole answer within " + Deadline.USUAL);
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
