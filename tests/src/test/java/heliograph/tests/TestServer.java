package heliograph.tests;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/** A server that the relay asks about its callers, and what it was asked. */
final class TestServer implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Question> questions = new CopyOnWriteArrayList<>();
  private volatile Behaviour behaviour;

  /**
   * @param target the path and query, as they came
   */
  record Question(String target, Headers headers) {
    String header(String name) {
      return headers.getOrDefault(name, List.of("")).getFirst();
    }
  }

  /** What it does when it is asked. */
  interface Behaviour {
    void answer(Question question, HttpExchange exchange) throws IOException;
  }

  private TestServer(HttpServer server, Behaviour behaviour) {
    this.server = server;
    this.behaviour = behaviour;
  }

  static TestServer start(Behaviour behaviour) throws IOException {
    return start(0, behaviour);
  }

  static TestServer start(int port, Behaviour behaviour) throws IOException {
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    TestServer server = new TestServer(http, behaviour);
    http.setExecutor(server.threads);
    http.createContext("/", server::handle);
    http.start();
    return server;
  }

  private void handle(HttpExchange exchange) throws IOException {
    Question question =
        new Question(exchange.getRequestURI().toString(), exchange.getRequestHeaders());
    questions.add(question);
    try (exchange) {
      behaviour.answer(question, exchange);
    }
  }

  void behave(Behaviour other) {
    behaviour = other;
  }

  /** Answers a status and a text. */
  static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    if (bytes.length > 0) {
      exchange.getResponseBody().write(bytes);
    }
  }

  String uri() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** What it was asked that is like this. */
  List<Question> asked(Predicate<Question> like) {
    return questions.stream().filter(like).toList();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
