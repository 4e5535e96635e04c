package heliograph.relay;

import heliograph.contract.Attribute;
import heliograph.contract.Attributes;
import heliograph.contract.Audience;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** An event in the making: a test says what matters to it, the rest is ordinary and new. */
final class AnEvent {
  private static final AtomicLong IDS = new AtomicLong();

  private String publisher = "shop";
  private String id = "own-" + IDS.incrementAndGet();
  private String source = "/shop";
  private String type = "order.paid";
  private Tenant tenant = new Tenant("acme");
  private Topic topic = new Topic("orders.42");
  private Audience audience = new Audience.Everyone();
  private Payload payload = Payload.ABSENT;
  private final Map<String, Attribute> attributes = new LinkedHashMap<>();

  private AnEvent() {}

  static AnEvent ordinary() {
    return new AnEvent();
  }

  AnEvent by(String publisher) {
    this.publisher = publisher;
    return this;
  }

  AnEvent id(String id) {
    this.id = id;
    return this;
  }

  AnEvent source(String source) {
    this.source = source;
    return this;
  }

  AnEvent type(String type) {
    this.type = type;
    return this;
  }

  AnEvent of(Tenant tenant) {
    this.tenant = tenant;
    return this;
  }

  AnEvent topic(String topic) {
    this.topic = new Topic(topic);
    return this;
  }

  AnEvent forRole(String role) {
    return forAudience(new Audience.Members(Set.of(role), Set.of()));
  }

  AnEvent forUser(String user) {
    return forAudience(new Audience.Members(Set.of(), Set.of(user)));
  }

  AnEvent forAudience(Audience audience) {
    this.audience = audience;
    return this;
  }

  AnEvent ephemeral() {
    attributes.put("ephemeral", new Attribute.Truth(true));
    return this;
  }

  AnEvent expires(Instant at) {
    attributes.put("expirytime", new Attribute.Text(at.toString()));
    return this;
  }

  AnEvent about(String partitionKey) {
    attributes.put("partitionkey", new Attribute.Text(partitionKey));
    return this;
  }

  AnEvent data(String text) {
    this.payload = Payload.text(text);
    return this;
  }

  AnEvent data(int bytes) {
    this.payload = Payload.binary(new byte[bytes]);
    return this;
  }

  Published published() {
    return new Published(publisher, event());
  }

  Event event() {
    return new Event(
        id, source, type, tenant, topic, audience, new Attributes(attributes), payload);
  }
}
