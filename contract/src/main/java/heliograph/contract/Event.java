package heliograph.contract;

import java.net.URI;
import java.net.URISyntaxException;

/**
 * An event of CloudEvents 1.0, with the members by which the relay addresses it. It checks itself,
 * so every instance is fit to be stored.
 *
 * @param id the publisher's name for the event; duplicates have the same publisher, tenant, {@code
 *     source} and {@code id}
 * @param source where the event comes from, as a URI reference
 * @param type what happened; the SSE event is named by it
 */
public record Event(
    String id,
    String source,
    String type,
    Tenant tenant,
    Topic topic,
    Audience audience,
    Attributes attributes,
    Payload payload) {

  /** The longest {@code id} and the longest {@code type}, in characters. */
  public static final int MAX_NAME = 256;

  /** The longest {@code source}, in characters. */
  public static final int MAX_SOURCE = 1024;

  private static final String OWN_TYPES = "system.";

  public Event {
    checkText("id", id, MAX_NAME);
    checkText("type", type, MAX_NAME);
    checkText("source", source, MAX_SOURCE);
    checkReference(source);
    if (type.startsWith(OWN_TYPES)) {
      // Subscribers take these for the relay's own events, so no publisher may use them.
      throw RelayException.invalid("type", "type: names starting with system. are the relay's own");
    }
  }

  /**
   * The bytes of the event: those of its data, and of the text of all its attributes in UTF-8.
   * {@code limits.event-bytes} and the log's retention count these.
   */
  public long size() {
    long size = payload.length() + Texts.utf8(id) + Texts.utf8(source) + Texts.utf8(type);
    size += Texts.utf8(tenant.name()) + Texts.utf8(topic.value());
    if (audience instanceof Audience.Members members) {
      size += members.roles().stream().mapToLong(Texts::utf8).sum();
      size += members.users().stream().mapToLong(Texts::utf8).sum();
    }
    for (var entry : attributes.values().entrySet()) {
      size += Texts.utf8(entry.getKey()) + Texts.utf8(entry.getValue().text());
    }
    return size;
  }

  /** A copy of this event that has other data. */
  public Event with(Payload other) {
    return new Event(id, source, type, tenant, topic, audience, attributes, other);
  }

  private static void checkText(String member, String text, int max) {
    if (text.isEmpty() || text.length() > max) {
      throw RelayException.invalid(member, member + ": 1 to " + max + " characters");
    }
    if (Texts.hasControls(text)) {
      throw RelayException.invalid(
          member, member + ": has a control character or half a surrogate pair");
    }
  }

  private static void checkReference(String source) {
    try {
      new URI(source);
    } catch (URISyntaxException e) {
      throw RelayException.invalid("source", "source: not a URI reference");
    }
  }
}
