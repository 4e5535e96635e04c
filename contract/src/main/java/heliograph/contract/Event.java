package heliograph.contract;

import java.net.URI;
import java.net.URISyntaxException;

/**
 * An event of CloudEvents 1.0 with what the relay addresses it by. It checks itself: an instance is
 * fit to be stored.
 *
 * @param id with {@code source}, tenant and who sent it what duplicates are known by
 * @param source where it comes from, a URI reference
 * @param type what happened; names the SSE event
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

  /** The longest {@code id} and {@code type}, in characters. */
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
      // A subscriber takes these for words of the relay itself, so no publisher may say them.
      throw RelayException.invalid("type", "type: names starting with system. are the relay's own");
    }
  }

  /**
   * What the event takes, in bytes: its data and the text of all its attributes in UTF-8. This is
   * what {@code limits.event-bytes} and the log's retention count.
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

  /** The same event with other data. */
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
    } catch (URISyntaxException _) {
      throw RelayException.invalid("source", "source: not a URI reference");
    }
  }
}
