package heliograph.contract;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** An event in the making: a test says what matters to it, the rest is ordinary. */
final class AnEvent {
  private String id = "1";
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

  static AnEvent of(String id, String type, String topic) {
    return new AnEvent().id(id).type(type).topic(topic);
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

  AnEvent tenant(String tenant) {
    this.tenant = new Tenant(tenant);
    return this;
  }

  AnEvent topic(String topic) {
    this.topic = new Topic(topic);
    return this;
  }

  AnEvent forMembers(Set<String> roles, Set<String> users) {
    this.audience = new Audience.Members(roles, users);
    return this;
  }

  AnEvent with(String name, String value) {
    attributes.put(name, new Attribute.Text(value));
    return this;
  }

  AnEvent with(String name, int value) {
    attributes.put(name, new Attribute.Whole(value));
    return this;
  }

  AnEvent with(String name, boolean value) {
    attributes.put(name, new Attribute.Truth(value));
    return this;
  }

  AnEvent json(String text) {
    byte[] bytes = Bytes.utf8(text);
    return payload(Payload.json(bytes, 0, bytes.length));
  }

  AnEvent text(String text) {
    return payload(Payload.text(text));
  }

  AnEvent binary(byte... bytes) {
    return payload(Payload.binary(bytes));
  }

  AnEvent payload(Payload payload) {
    this.payload = payload;
    return this;
  }

  Event event() {
    return new Event(
        id, source, type, tenant, topic, audience, new Attributes(attributes), payload);
  }
}
