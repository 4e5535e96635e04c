package heliograph.gateway.access;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import heliograph.gateway.identity.IdentityConfig;
import heliograph.gateway.settings.Settings;
import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;

/**
 * A server that is asked about callers over HTTP, says what it is told to, and remembers who asked.
 */
final class TestingUpstream implements AutoCloseable {
  private static final Said YES = new Said(200, "");

  private final HttpServer server;
  private final Map<String, Said> said = new ConcurrentHashMap<>();
  private final Queue<Asked> asked = new ConcurrentLinkedQueue<>();

  private record Said(int status, String body) {}

  /**
   * A question that came.
   *
   * @param target its path and query
   * @param authorization the header of that name; empty without one
   * @param cookie the header of that name; empty without one
   */
  record Asked(String target, String authorization, String cookie) {}

  TestingUpstream() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String target = exchange.getRequestURI().toString();
      asked.add(new Asked(target, header(exchange, "Authorization"), header(exchange, "Cookie")));
      Said now = said.getOrDefault(target, YES);
      byte[] body = now.body().getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(now.status(), body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private static String header(HttpExchange exchange, String name) {
    String value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? "" : value;
  }

  String uri() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** From now on it answers so; what nothing was said of, it answers with 200. */
  void says(String target, int status, String body) {
    said.put(target, new Said(status, body));
  }

  /** What it was asked, in order. */
  List<Asked> asked() {
    return List.copyOf(asked);
  }

  /** How often it was asked for a target. */
  long asked(String target) {
    return asked.stream().filter(it -> it.target().equals(target)).count();
  }

  /** Reads what an operator wrote under {@code relay}. */
  static SubscribersConfig config(Map<String, String> settings) {
    Settings relay = relay(settings);
    return SubscribersConfig.read(relay, people(settings));
  }

  /** Reads what an operator wrote about issuers. */
  static IdentityConfig people(Map<String, String> settings) {
    return IdentityConfig.read(relay(settings).section("identity"));
  }

  private static Settings relay(Map<String, String> settings) {
    return Settings.of(
        Config.builder(ConfigSources.create(settings))
            .disableEnvironmentVariablesSource()
            .disableSystemPropertiesSource()
            .build());
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
