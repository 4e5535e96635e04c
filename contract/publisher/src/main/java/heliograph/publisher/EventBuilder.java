package heliograph.publisher;

import heliograph.contract.Attribute;
import heliograph.contract.Attributes;
import heliograph.contract.Audience;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Makes an event of CloudEvents 1.0 as the relay takes it. What breaks a rule of the contract is
 * told where it is given, or by {@link #build()}, as a {@link RelayException} with {@code
 * INVALID_EVENT} and a pointer to the member. One thread at a time.
 */
public final class EventBuilder {
  private final String source;
  private final String type;
  private final Tenant tenant;
  private final Topic topic;
  private final Set<String> roles = new LinkedHashSet<>();
  private final Set<String> users = new LinkedHashSet<>();
  private final Map<String, Attribute> attributes = new LinkedHashMap<>();
  private String id = UUID.randomUUID().toString();
  private boolean audience;
  private Payload payload = Payload.ABSENT;

  private EventBuilder(String source, String type, Tenant tenant, Topic topic) {
    this.source = source;
    this.type = type;
    this.tenant = tenant;
    this.topic = topic;
  }

  /**
   * Begins an event with what every event has.
   *
   * @param source where it comes from: a URI reference of 1 to 1024 characters, such as {@code
   *     /shop}
   * @param type what happened: 1 to 256 characters, not beginning with {@code system.}
   * @param tenant whose event it is: 1 to 64 of {@code A-Z a-z 0-9 . _ -}
   * @param topic the name it is filed under: segments of {@code A-Z a-z 0-9 _ -} joined by single
   *     dots, at most 200 characters
   */
  public static EventBuilder event(String source, String type, String tenant, String topic) {
    return new EventBuilder(source, type, new Tenant(tenant), new Topic(topic));
  }

  /**
   * Names the event. With tenant and source the id tells a retry from another event, so an event
   * that is kept somewhere, as in an outbox, has the id that is kept with it. Without it, it is a
   * random UUID.
   *
   * @param value 1 to 256 characters
   */
  public EventBuilder id(String value) {
    this.id = value;
    return this;
  }

  /**
   * Adds roles: only subscribers with one of them, or who are one of the users, get the event.
   *
   * @param names at most 100 in all, each of 1 to 128 characters. With no name at all, here and in
   *     {@link #users}, the event is refused: it could be for nobody as well as for everybody
   */
  public EventBuilder roles(Collection<String> names) {
    roles.addAll(names);
    audience = true;
    return this;
  }

  /**
   * Adds users by their subjects: only they, or subscribers with one of the roles, get the event.
   *
   * @param subjects at most 100 in all, each of 1 to 128 characters
   */
  public EventBuilder users(Collection<String> subjects) {
    users.addAll(subjects);
    audience = true;
    return this;
  }

  /**
   * Sets the data to JSON text, which reaches subscribers as it is written here, but for line
   * breaks between its tokens. Whether it is JSON is checked by {@link Publisher#publish}.
   */
  public EventBuilder json(String text) {
    return json(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Sets the data to JSON text in UTF-8, as a JSON library writes it. */
  public EventBuilder json(byte[] text) {
    attributes.remove("datacontenttype");
    payload = Payload.json(text, 0, text.length);
    return this;
  }

  /** Sets the data to a text that is not JSON, of the type {@code text/plain}. */
  public EventBuilder text(String text) {
    payload = Payload.text(text);
    return attribute("datacontenttype", "text/plain");
  }

  /**
   * Sets the data to bytes.
   *
   * @param mediaType what they are, such as {@code image/png} (RFC 9110, section 8.3.1); of a JSON
   *     or text type they have to be that
   */
  public EventBuilder binary(byte[] bytes, String mediaType) {
    payload = Payload.binary(bytes);
    return attribute("datacontenttype", mediaType);
  }

  /** Says when it happened. Without it, the event has the time at which the relay read it. */
  public EventBuilder time(Instant when) {
    return attribute("time", when.toString());
  }

  /** Says from when on the event is not delivered any more. */
  public EventBuilder expires(Instant when) {
    return attribute("expirytime", when.toString());
  }

  /** Makes it an event for those who are connected now, which is never replayed. */
  public EventBuilder ephemeral() {
    attributes.put("ephemeral", new Attribute.Truth(true));
    return this;
  }

  /** Says what the event is about, for subscribers that want the latest of each. */
  public EventBuilder partitionKey(String key) {
    return attribute("partitionkey", key);
  }

  /**
   * Sets any other attribute, such as {@code subject}, {@code traceparent} or one of your own.
   *
   * @param name 1 to 64 lower-case letters and digits; at most 64 attributes in all
   * @param value at most 4096 characters, without control characters
   */
  public EventBuilder attribute(String name, String value) {
    attributes.put(name, new Attribute.Text(value));
    return this;
  }

  /**
   * Makes the event.
   *
   * @throws RelayException with {@code INVALID_EVENT} if a member breaks its rule
   */
  public Event build() {
    Audience whom = audience ? new Audience.Members(roles, users) : new Audience.Everyone();
    return new Event(id, source, type, tenant, topic, whom, new Attributes(attributes), payload);
  }
}
