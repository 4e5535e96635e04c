package heliograph.contract;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The attributes of an event that the relay does not address it by, in the order they were sent:
 * {@code time}, {@code subject}, {@code datacontenttype}, {@code dataschema} and extensions. Those
 * that decide about delivery are read once, here.
 */
public final class Attributes {
  /** The most attributes of one event. */
  public static final int MAX_COUNT = 64;

  /** The longest text of an attribute, in characters. */
  public static final int MAX_LENGTH = 4096;

  public static final Attributes NONE = new Attributes(Map.of());

  // CloudEvents 1.0 wants lower-case letters and digits; 20 characters are its SHOULD, this a MUST.
  private static final Pattern NAME = Pattern.compile("[a-z0-9]{1,64}");

  // An attribute of such a name would stand in a structured event a second time, and the last wins.
  private static final Set<String> MEMBERS =
      Set.of("specversion", "id", "source", "type", "tenant", "topic", "roles", "users", "data");

  private final Map<String, Attribute> values;
  private final Instant expires;
  private final boolean ephemeral;

  /**
   * @throws RelayException INVALID_EVENT naming the attribute, if one breaks its rule
   */
  public Attributes(Map<String, Attribute> values) {
    if (values.size() > MAX_COUNT) {
      throw new RelayException(
          ErrorCode.INVALID_EVENT, "over " + MAX_COUNT + " attributes in one event");
    }
    values.forEach(Attributes::check);
    this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    timestamp("time");
    this.expires = timestamp("expirytime").orElse(Instant.MAX);
    this.ephemeral = truth("ephemeral");
  }

  /** All of them, in the order they were sent. */
  public Map<String, Attribute> values() {
    return values;
  }

  public Optional<String> text(String name) {
    return Optional.ofNullable(values.get(name)).map(Attribute::text);
  }

  /** When the event stops being worth delivering; {@link Instant#MAX} for never. */
  public Instant expires() {
    return expires;
  }

  /** Whether the event is for those who are connected now, and is never replayed. */
  public boolean ephemeral() {
    return ephemeral;
  }

  private static void check(String name, Attribute value) {
    if (!NAME.matcher(name).matches()) {
      throw RelayException.invalid(
          name, "an attribute's name is 1 to 64 lower-case letters and digits");
    }
    if (MEMBERS.contains(name)) {
      throw RelayException.invalid(name, name + ": not an attribute but a member of its own");
    }
    if (value.text().length() > MAX_LENGTH) {
      throw RelayException.invalid(name, name + ": over " + MAX_LENGTH + " characters");
    }
    if (Texts.hasControls(value.text())) {
      throw RelayException.invalid(
          name, name + ": has a control character or half a surrogate pair");
    }
  }

  private Optional<Instant> timestamp(String name) {
    try {
      return text(name).map(Timestamp::parse);
    } catch (DateTimeException _) {
      throw RelayException.invalid(name, name + ": not an RFC 3339 time");
    }
  }

  private boolean truth(String name) {
    Optional<String> text = text(name);
    if (text.isEmpty() || text.get().equals("false")) {
      return false;
    }
    if (text.get().equals("true")) {
      return true;
    }
    throw RelayException.invalid(name, name + ": neither true nor false");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Attributes that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
