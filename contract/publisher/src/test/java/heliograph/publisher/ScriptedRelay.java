package heliograph.publisher;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A server over sockets that answers as its script says, one step for each request, and as a relay
 * should when the script is over. It stores events once by their ids, in the order of their coming.
 */
final class ScriptedRelay implements AutoCloseable {
  private static final int BACKLOG = 50;
  private static final int FORCED = 0;
  private static final long TEST_LIMIT_SECONDS = 30;

  /** How one request is answered. */
  interface Step {
    void answer(Call call) throws IOException;
  }

  /** A request as it came. */
  static final class Call {
    private final HttpExchange exchange;
    private final byte[] body;
    private final ScriptedRelay relay;

    Call(HttpExchange exchange, byte[] body, ScriptedRelay relay) {
      this.exchange = exchange;
      this.body = body;
      this.relay = relay;
    }

    HttpExchange exchange() {
      return exchange;
    }

    byte[] body() {
      return body;
    }

    ScriptedRelay relay() {
      return relay;
    }

    String header(String name) {
      return exchange.getRequestHeaders().getFirst(name);
    }

    List<String> ids() {
      return relay.parsed(body).stream().map(event -> (String) event.get("id")).toList();
    }

    void send(int status, String type, String text) throws IOException {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
      exchange.close();
    }
  }

  private final HttpServer server;
  private final BlockingQueue<Step> script = new LinkedBlockingQueue<>();
  private final List<Call> calls = new ArrayList<>();
  private final Map<String, Integer> log = new LinkedHashMap<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private final BlockingQueue<Call> seen = new LinkedBlockingQueue<>();
  private Step usual = store();

  private ScriptedRelay(HttpServer server) {
    this.server = server;
  }

  static ScriptedRelay start(Step... steps) throws IOException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    ScriptedRelay relay = new ScriptedRelay(HttpServer.create(any, BACKLOG));
    relay.script.addAll(List.of(steps));
    relay.server.createContext("/", relay::handle);
    relay.server.setExecutor(task -> Thread.ofVirtual().start(task));
    relay.server.start();
    return relay;
  }

  /** What answers when the script is over. */
  ScriptedRelay usually(Step step) {
    usual = step;
    return this;
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1/hooks/shop");
  }

  private void handle(HttpExchange exchange) throws IOException {
    Call call = new Call(exchange, exchange.getRequestBody().readAllBytes(), this);
    synchronized (this) {
      calls.add(call);
    }
    seen.add(call);
    Step next = script.poll();
    (next == null ? usual : next).answer(call);
  }

  /** The requests that came so far. */
  synchronized List<Call> calls() {
    return List.copyOf(calls);
  }

  /** The next request that came, waited for. */
  Call nextCall() throws InterruptedException {
    Call call = seen.poll(TEST_LIMIT_SECONDS, TimeUnit.SECONDS);
    if (call == null) {
      throw new AssertionError("no request");
    }
    return call;
  }

  /** The ids of what is stored, in order. */
  synchronized List<String> stored() {
    return List.copyOf(log.keySet());
  }

  /** The place of an event in the log, from 1; 0 if it is not there. */
  synchronized int place(String id) {
    return log.getOrDefault(id, 0);
  }

  private synchronized String store(byte[] body, Predicate<String> takes) {
    List<String> results = new ArrayList<>();
    int index = 0;
    for (Map<?, ?> event : parsed(body)) {
      String id = (String) event.get("id");
      boolean known = log.containsKey(id);
      if (takes.test(id)) {
        int place = log.computeIfAbsent(id, ignored -> log.size() + 1);
        results.add(
            "{\"id\":\"%s\",\"cursor\":\"e-%d\",\"duplicate\":%b}".formatted(id, place, known));
      } else {
        results.add(
            """
            {"type":"urn:heliograph:problem:not-allowed","title":"Not allowed","status":403,
             "code":"NOT_ALLOWED","detail":"topic: not yours","pointer":"/%d/topic"}\
            """
                .formatted(index));
      }
      index++;
    }
    return "{\"results\":[" + String.join(",", results) + "]}";
  }

  private List<Map<?, ?>> parsed(byte[] body) {
    try {
      List<Map<?, ?>> events = new ArrayList<>();
      for (Object event : (List<?>) JsonText.parse(body)) {
        events.add((Map<?, ?>) event);
      }
      return events;
    } catch (JsonText.MalformedJson e) {
      throw new UncheckedIOException(new IOException(e));
    }
  }

  static Step store() {
    return storeOnly(id -> true);
  }

  /** Refuses some events of a request and stores the others. */
  static Step storeOnly(Predicate<String> takes) {
    return call -> call.send(202, "application/json", call.relay().store(call.body(), takes));
  }

  /** Stores, and is cut off before it has said so. */
  static Step storeAndCut() {
    return call -> {
      call.relay().store(call.body(), id -> true);
      call.exchange().close();
    };
  }

  /** Stores, and is cut off within its answer. */
  static Step storeAndCutWithin() {
    return call -> {
      byte[] answer = call.relay().store(call.body(), id -> true).getBytes(StandardCharsets.UTF_8);
      call.exchange().sendResponseHeaders(202, answer.length);
      call.exchange().getResponseBody().write(answer, 0, answer.length / 2);
      call.exchange().getResponseBody().flush();
      call.exchange().close();
    };
  }

  /** Is cut off, and stores nothing. */
  static Step cut() {
    return call -> call.exchange().close();
  }

  /** Stores, and something in front of the relay answers in its place. */
  static Step storeAndSay(int status, String type, String text) {
    return call -> {
      call.relay().store(call.body(), id -> true);
      call.send(status, type, text);
    };
  }

  /** Answers with a problem as the relay does. */
  static Step problem(int status, String code, String... headers) {
    return call -> {
      for (int i = 0; i < headers.length; i += 2) {
        call.exchange().getResponseHeaders().set(headers[i], headers[i + 1]);
      }
      call.send(status, "application/problem+json", problem(status, code));
    };
  }

  private static String problem(int status, String code) {
    return "{\"type\":\"x\",\"title\":\"x\",\"status\":%d,\"code\":\"%s\",\"detail\":\"because\"}"
        .formatted(status, code);
  }

  /** Refuses a request whole, with a problem, if it has one of these events, and stores others. */
  static Step refuseWith(Predicate<String> bad, int status, String code) {
    return call -> {
      if (call.ids().stream().anyMatch(bad)) {
        call.send(status, "application/problem+json", problem(status, code));
      } else {
        store().answer(call);
      }
    };
  }

  /** Says nothing until the test is over. */
  static Step silence() {
    return call -> {
      try {
        call.relay().over.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      call.exchange().close();
    };
  }

  @Override
  public void close() {
    over.countDown();
    server.stop(FORCED);
  }
}
