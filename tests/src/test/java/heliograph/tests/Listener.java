package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Somebody of the tenant acme who hears whole events through each test. Whatever a test does not
 * take must not have come, and at its end what is right still comes.
 */
final class Listener implements BeforeEachCallback, AfterEachCallback {
  private final Stage stage;
  private final String[] roles;
  private SseClient stream;

  Listener(Stage stage, String... roles) {
    this.stage = stage;
    this.roles = roles;
  }

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    stream = stage.join(stage.token("alice", "acme", roles), "?format=cloudevents");
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    String cursor = stage.publish("acme", "still.here", "1");
    assertEquals(cursor, next("test.happened").id());
    stream.assertExhausted();
    stream.close();
  }

  /** The next event; waits for it. */
  SseParser.Event next() throws InterruptedException {
    return stream.next();
  }

  /** The next event, which is of this type. */
  SseParser.Event next(String type) throws InterruptedException {
    return stream.next(type);
  }

  /** The next event, which is of this type, as JSON. */
  Map<String, Object> nextData(String type) throws InterruptedException {
    return stream.nextData(type);
  }
}
