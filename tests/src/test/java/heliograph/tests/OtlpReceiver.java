package heliograph.tests;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;

/**
 * A collector that takes spans by OTLP over HTTP, as OpenTelemetry describes them, and keeps them.
 */
final class OtlpReceiver implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Span> spans = new CopyOnWriteArrayList<>();
  private final List<Map<String, String>> resources = new CopyOnWriteArrayList<>();
  private final List<Map<String, List<String>>> headers = new CopyOnWriteArrayList<>();
  private volatile Behaviour behaviour = () -> 200;

  /** What it does before it takes what came; the answer is the status. */
  interface Behaviour {
    int status() throws InterruptedException;
  }

  private OtlpReceiver(HttpServer server) {
    this.server = server;
  }

  static OtlpReceiver start() throws IOException {
    return start(0);
  }

  static OtlpReceiver start(int port) throws IOException {
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    OtlpReceiver receiver = new OtlpReceiver(http);
    http.setExecutor(receiver.threads);
    http.createContext("/v1/traces", receiver::handle);
    http.start();
    return receiver;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      headers.add(exchange.getRequestHeaders());
      byte[] body = body(exchange);
      int status = behaviour.status();
      if (status == 200) {
        take(ExportTraceServiceRequest.parseFrom(body));
      }
      exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(status, -1);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static byte[] body(HttpExchange exchange) throws IOException {
    boolean gzip = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
    try (InputStream in =
        gzip ? new GZIPInputStream(exchange.getRequestBody()) : exchange.getRequestBody()) {
      return in.readAllBytes();
    }
  }

  private void take(ExportTraceServiceRequest request) {
    for (ResourceSpans of : request.getResourceSpansList()) {
      resources.add(attributes(of.getResource().getAttributesList()));
      of.getScopeSpansList().forEach(scope -> spans.addAll(scope.getSpansList()));
    }
  }

  void behave(Behaviour other) {
    behaviour = other;
  }

  String uri() {
    return "http://127.0.0.1:" + port();
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** All spans that it took so far. */
  List<Span> spans() {
    return List.copyOf(spans);
  }

  /** How many requests came, whatever became of them. */
  int requests() {
    return headers.size();
  }

  /** The heads of the requests that came. */
  List<Map<String, List<String>>> headers() {
    return List.copyOf(headers);
  }

  /** Whose spans came, by attributes. */
  List<Map<String, String>> resources() {
    return List.copyOf(resources);
  }

  /** The spans with a name in a trace, when there are so many. */
  List<Span> await(int count, String name, String traceId) throws Exception {
    return await(count, span -> span.getName().equals(name) && traceId(span).equals(traceId));
  }

  /** The spans that are like this, when there are so many. */
  List<Span> await(int count, Predicate<Span> like) throws Exception {
    Deadline.await(
        count + " spans", Deadline.USUAL.multipliedBy(2), () -> found(like).size() >= count);
    return found(like);
  }

  List<Span> found(Predicate<Span> like) {
    return spans.stream().filter(like).toList();
  }

  static String traceId(Span span) {
    return HexFormat.of().formatHex(span.getTraceId().toByteArray());
  }

  static String id(Span span) {
    return HexFormat.of().formatHex(span.getSpanId().toByteArray());
  }

  static String parentId(Span span) {
    return HexFormat.of().formatHex(span.getParentSpanId().toByteArray());
  }

  /** What a span is linked to: {@code trace-span} each. */
  static List<String> links(Span span) {
    return span.getLinksList().stream()
        .map(
            link ->
                HexFormat.of().formatHex(link.getTraceId().toByteArray())
                    + "-"
                    + HexFormat.of().formatHex(link.getSpanId().toByteArray()))
        .sorted()
        .toList();
  }

  /** How a link to a span is written by {@link #links}. */
  static String linkTo(Span span) {
    return traceId(span) + "-" + id(span);
  }

  static Map<String, String> attributes(Span span) {
    return attributes(span.getAttributesList());
  }

  private static Map<String, String> attributes(List<KeyValue> pairs) {
    Map<String, String> attributes = new TreeMap<>();
    for (KeyValue pair : pairs) {
      var value = pair.getValue();
      attributes.put(
          pair.getKey(),
          switch (value.getValueCase()) {
            case STRING_VALUE -> value.getStringValue();
            case INT_VALUE -> Long.toString(value.getIntValue());
            case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
            default -> value.toString();
          });
    }
    return attributes;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
