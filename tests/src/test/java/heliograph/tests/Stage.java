package heliograph.tests;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What most tests play on: an identity provider, a relay that trusts it, and a backend that
 * publishes by a static key. It is there for all tests of a class, and at their end the relay has
 * to be well.
 */
final class Stage implements BeforeAllCallback, AfterAllCallback {
  /** The key of the backend. */
  static final String KEY = "backend-key-0123456789";

  private static final String USUAL =
      """
      identity: { issuers: [%s] }
      publishers: [ { name: backend, scheme: token, secrets: [%s], tenants: %s } ]
      """;

  private final String yaml;
  private final Object[] more;
  private TestIssuer issuer;
  private RelayProcess relay;
  private Publisher backend;

  private Stage(String yaml, Object... more) {
    this.yaml = yaml;
    this.more = more;
  }

  /**
   * With a backend that may publish for every tenant.
   *
   * @param more what the relay's configuration has besides
   */
  static Stage with(String more) {
    return usual("[\"*\"]", more);
  }

  /**
   * With a backend that may publish for the tenant acme alone, and need not name it.
   *
   * @param more what the relay's configuration has besides
   */
  static Stage ofAcme(String more) {
    return usual("[acme]", more);
  }

  private static Stage usual(String tenants, String more) {
    return new Stage(USUAL + more.replace("%", "%%"), tenants);
  }

  /**
   * With a configuration of its own.
   *
   * @param yaml all that stands under {@code relay}, with {@code %1$s} in the place of the issuer's
   *     entry and {@code %2$s} in that of the key of a publisher called {@code backend}
   * @param more what stands in the places from {@code %3$s} on
   */
  static Stage of(String yaml, Object... more) {
    return new Stage(yaml, more);
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    issuer = TestIssuer.start();
    Stream<Object> values = Stream.concat(Stream.of(issuer.yaml(), KEY), Stream.of(more));
    relay = RelayProcess.start(yaml.formatted(values.toArray()));
    backend = Publisher.withKey(relay, "backend", KEY);
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    try {
      relay.stopWell();
    } finally {
      issuer.close();
    }
  }

  TestIssuer issuer() {
    return issuer;
  }

  RelayProcess relay() {
    return relay;
  }

  /** The relay's public listener. */
  Http http() {
    return relay.http();
  }

  /** A figure of its metrics. */
  double metric(String name, String... labels) throws IOException, InterruptedException {
    return relay.metric(name, labels);
  }

  /** A token in which everything is right, to be changed and signed. */
  Token token(String subject) {
    return issuer.token(subject);
  }

  /** A signed token of a subscriber. */
  String token(String subject, String tenant, String... roles) {
    return issuer.token(subject, tenant, roles);
  }

  /** A stream whose first event was taken. */
  SseClient join(String token, String query) throws Exception {
    return SseClient.join(relay, token, query);
  }

  /**
   * A stream of which nothing was taken yet.
   *
   * @param headers whole lines
   */
  SseClient open(String target, String... headers) throws IOException {
    return SseClient.open(relay, target, headers);
  }

  /** A connection to the public listener. */
  RawHttp connect() throws IOException {
    return RawHttp.connect(relay.port());
  }

  /** Lets the backend publish an event of {@code application/json}; its cursor. */
  String publish(String event) throws IOException, InterruptedException {
    return backend.publish(event);
  }

  /** Lets it publish data under a topic of a tenant; its cursor. */
  String publish(String tenant, String topic, String data)
      throws IOException, InterruptedException {
    return backend.publish(tenant, topic, data);
  }

  /** Lets it post a body. */
  Answer post(String contentType, String body, String... headers)
      throws IOException, InterruptedException {
    return backend.post(contentType, body, headers);
  }

  Answer post(String contentType, byte[] body, String... headers)
      throws IOException, InterruptedException {
    return backend.post(contentType, body, headers);
  }
}
