package heliograph.gateway.types;

import java.util.List;
import java.util.Set;

/**
 * Fields of an event's data that are for some roles alone.
 *
 * @param fields JSON pointers (RFC 6901), in which a segment {@code *} stands for every item of an
 *     array and every member of an object
 * @param roles who is shown them: whoever has one of these
 * @param with what the others are shown in their place
 */
public record Mask(List<String> fields, Set<String> roles, With with) {
  /** The most masks of one type, as each is a bit of a class of audience. */
  static final int MAX_MASKS = 32;

  /** The most fields of one mask. */
  static final int MAX_FIELDS = 64;

  /** The most segments of a field. */
  static final int MAX_SEGMENTS = 32;

  /**
   * What stands in the place of a value that is hidden; where two masks meet, the first of these.
   */
  public enum With {
    /** Nothing: neither the member nor the item is there. */
    REMOVE,
    /** The value null. */
    NULL,
    /** The text {@code ***}, whatever the value was. */
    REDACT,
    /**
     * An HMAC of the value, in hex. Equal values of a tenant have equal ones, so they can be
     * counted and joined; without the key nobody can look up which value it was.
     */
    HASH
  }

  public Mask {
    fields = List.copyOf(fields);
    roles = Set.copyOf(roles);
    fields.forEach(MaskTree::segments);
  }

  /** Whether somebody with these roles is shown the fields. */
  boolean isLiftedBy(Set<String> held) {
    return roles.stream().anyMatch(held::contains);
  }
}
