package heliograph.gateway.demo;

import heliograph.gateway.scheme.StandardWebhooks;
import io.helidon.http.HeaderNames;
import io.helidon.webclient.api.HttpClientResponse;
import io.helidon.webclient.api.WebClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The demo's backend, which signs an event every now and then and sends it to the relay as a
 * webhook.
 */
final class DemoPublisher implements AutoCloseable {
  private static final System.Logger LOGGER = System.getLogger("heliograph");
  private static final Duration PAUSE = Duration.ofMillis(1200);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  // Each has tenant, topic, type, roles and data; %1$d is a number that grows.
  private static final List<String> EVENTS =
      List.of(
          event("acme", "orders.%1$d", "order.created", "", "{\"order\":%1$d,\"total\":99.50}"),
          event("globex", "orders.%1$d", "order.created", "", "{\"order\":%1$d,\"total\":12.00}"),
          event(
              "acme",
              "alerts.stock",
              "stock.low",
              "operator",
              "{\"item\":\"lens %1$d\",\"left\":2}"),
          event(
              "acme",
              "audit.payments",
              "payment.flagged",
              "operator\",\"auditor",
              "{\"payment\":%1$d,\"card\":\"4929-0000-%1$d\"}"),
          event(
              "globex",
              "alerts.stock",
              "stock.low",
              "operator",
              "{\"item\":\"mirror %1$d\",\"left\":1}"),
          event("acme", "orders.%1$d", "order.paid", "operator\",\"auditor", "{\"order\":%1$d}"));

  private final StandardWebhooks scheme;
  private final InstantSource clock;
  private final String path;
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * Makes the publisher, which sends nothing yet.
   *
   * @param scheme signs what is sent
   * @param name the publisher's name in the path of its webhooks
   */
  DemoPublisher(StandardWebhooks scheme, String name, InstantSource clock) {
    this.scheme = scheme;
    this.clock = clock;
    this.path = "/v1/hooks/" + name;
  }

  private static String event(String tenant, String topic, String type, String roles, String data) {
    String audience = roles.isEmpty() ? "" : "\"roles\":[\"" + roles + "\"],";
    return "{\"tenant\":\"%s\",\"topic\":\"%s\",\"type\":\"%s\",%s\"data\":%s}"
        .formatted(tenant, topic, type, audience, data);
  }

  void start(String base) {
    WebClient client =
        WebClient.builder()
            .baseUri(base)
            .connectTimeout(TIMEOUT)
            .readTimeout(TIMEOUT)
            .servicesDiscoverServices(false)
            .build();
    Thread.ofPlatform().name("heliograph-demo").daemon(true).start(() -> run(client));
  }

  private void run(WebClient client) {
    try {
      for (int i = 0; !closed.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS); i++) {
        publish(client, EVENTS.get(i % EVENTS.size()).formatted(i + 1));
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void publish(WebClient client, String event) {
    byte[] body = event.getBytes(StandardCharsets.UTF_8);
    var request = client.post(path).header(HeaderNames.CONTENT_TYPE, "application/json");
    scheme.headers("msg_" + UUID.randomUUID(), clock.instant(), body).forEach(request::header);
    try (HttpClientResponse response = request.submit(body)) {
      if (response.status().code() != 202) {
        LOGGER.log(
            System.Logger.Level.WARNING,
            "demo-publish-refused status={0}",
            response.status().code());
      }
    } catch (java.io.UncheckedIOException e) {
      LOGGER.log(System.Logger.Level.WARNING, "demo-publish-failed cause={0}", e.getMessage());
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
