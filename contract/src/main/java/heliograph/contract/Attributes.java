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
 * The attributes of an event by which the relay does not address it, in the order in which they
 * were sent: {@code time}, {@code subject}, {@code datacontenttype}, {@code dataschema} and
 * extensions. The attributes that decide about delivery are read once, here.
 */
public final class Attributes {
  /** The most attributes that one event may have. */
  public static final int MAX_COUNT = 64;

  /** The longest text of an attribute, in characters. */
  public static final int MAX_LENGTH = 4096;

  /** The attributes of an event that has none. */
  public static final Attributes NONE = new Attributes(Map.of());

  // CloudEvents 1.0 allows lower-case letters and digits. Names SHOULD have at most 20 characters
  // there, and must have at most 64 here.
  private static final Pattern NAME = Pattern.compile("[a-z0-9]{1,64}");

  // A structured event would have two members of such a name, of which a reader takes the last one.
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

  /** All attributes, in the order in which they were sent. */
  public Map<String, Attribute> values() {
    return values;
  }

  /** The text of an attribute, if the event has it. */
  public Optional<String> text(String name) {
    return Optional.ofNullable(values.get(name)).map(Attribute::text);
  }

  /** When the event stops being worth delivering; {@link Instant#MAX} stands for never. */
  public Instant expires() {
    return expires;
  }

  /** Whether the event is only for those who are connected now, and is never replayed. */
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
    } catch (DateTimeException e) {
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
