package heliograph.tests;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** An application that alone knows who holds its sessions, which are cookies. */
final class TestApplication implements AutoCloseable {
  private final Map<String, TestServer.Behaviour> sessions = new ConcurrentHashMap<>();
  private final TestServer server;

  private TestApplication() throws IOException {
    this.server = TestServer.start(this::answer);
  }

  static TestApplication start() throws IOException {
    return new TestApplication();
  }

  private void answer(TestServer.Question question, HttpExchange exchange) throws IOException {
    String cookie = question.header("Cookie");
    sessions
        .getOrDefault(
            cookie.isEmpty() ? question.header("Authorization") : cookie,
            (_, it) -> TestServer.answer(it, 401, ""))
        .answer(question, exchange);
  }

  /** What a relay is told of it. */
  String yaml(String ttl) {
    return "{ url: \"%s/session?from=relay\", forward: [Cookie, X-Session], ttl: %s }"
        .formatted(server.uri(), ttl);
  }

  TestServer server() {
    return server;
  }

  static String cookie(String name) {
    return "sid=s%3A" + name + ".signature";
  }

  static TestServer.Behaviour claims(String json) {
    return (_, exchange) -> TestServer.answer(exchange, 200, json);
  }

  /** Asked about this cookie, or {@code Bearer} and a token, from now on it does this. */
  void on(String cookie, TestServer.Behaviour behaviour) {
    sessions.put(cookie, behaviour);
  }

  /** Someone logs in, or again. */
  String login(String subject, String tenant, String... roles) {
    String cookie = cookie(subject);
    on(
        cookie,
        claims(Json.write(Map.of("sub", subject, "tenant", tenant, "roles", List.of(roles)))));
    return cookie;
  }

  void logout(String cookie) {
    sessions.remove(cookie);
  }

  /** How often it was asked about a cookie. */
  int asked(String cookie) {
    return server.asked(it -> it.header("Cookie").equals(cookie)).size();
  }

  @Override
  public void close() {
    server.close();
  }
}
