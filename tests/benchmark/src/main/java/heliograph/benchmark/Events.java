package heliograph.benchmark;

import heliograph.contract.Attribute;
import heliograph.contract.Attributes;
import heliograph.contract.Audience;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Random;

/**
 * The events of the benchmark: 300 bytes, most of them random letters that do not compress well.
 */
final class Events {
  static final int BYTES = 300;
  static final int TENANTS = 4;
  static final String TYPE = "bench.paid";

  private static final String TOPIC = "orders.42";
  private static final String LETTERS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  private final Random random = new Random(42);

  static String tenant(int index) {
    return "tenant" + index % TENANTS;
  }

  /** What a publisher sends: a body of 300 bytes. */
  String body(String tenant, String id) {
    String head =
        "{\"id\":\"%s\",\"tenant\":\"%s\",\"topic\":\"%s\",\"type\":\"%s\",\"data\":{\"note\":\""
            .formatted(id, tenant, TOPIC, TYPE);
    String tail = "\"}}";
    return head + letters(BYTES - head.length() - tail.length()) + tail;
  }

  /** What the relay would make of such a body, 300 bytes as the log counts them. */
  Event event(String tenant, String id, Instant time) {
    Attributes attributes = new Attributes(Map.of("time", new Attribute.Text(time.toString())));
    Event bare = event(tenant, id, attributes, Payload.ABSENT);
    String data = "{\"note\":\"" + letters((int) (BYTES - bare.size()) - 11) + "\"}";
    byte[] json = data.getBytes(StandardCharsets.US_ASCII);
    return event(tenant, id, attributes, Payload.json(json, 0, json.length));
  }

  private static Event event(String tenant, String id, Attributes attributes, Payload payload) {
    return new Event(
        id,
        "/publishers/bench",
        TYPE,
        new Tenant(tenant),
        new Topic(TOPIC),
        new Audience.Everyone(),
        attributes,
        payload);
  }

  private String letters(int length) {
    StringBuilder text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return text.toString();
  }
}
