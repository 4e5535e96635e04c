package heliograph.gateway.types;

import java.util.List;
import java.util.Set;

/**
 * Fields of an event's data that only some roles are shown.
 *
 * @param fields JSON pointers (RFC 6901), in which a segment {@code *} stands for every item of an
 *     array and every member of an object
 * @param roles the roles of which each is enough to be shown the fields
 * @param with what the others are shown in their place
 */
public record Mask(List<String> fields, Set<String> roles, With with) {
  /** The most masks of one type: each is a bit of an audience's class. */
  static final int MAX_MASKS = 32;

  /** The most fields of one mask. */
  static final int MAX_FIELDS = 64;

  /** The most segments of a field's pointer. */
  static final int MAX_SEGMENTS = 32;

  /**
   * What is shown in place of a hidden value. If two masks hide one value, the earlier of these
   * constants holds.
   */
  public enum With {
    /** Nothing is shown: the member or the item is left out. */
    REMOVE,
    /** The value null is shown. */
    NULL,
    /** The text {@code ***} is shown, whatever the value was. */
    REDACT,
    /**
     * An HMAC of the value is shown, in hex. Equal values of a tenant have equal hashes, so they
     * can be counted and joined; nobody without the key can look up which value it was.
     */
    HASH
  }

  /**
   * Copies the collections and checks the pointers.
   *
   * @throws IllegalArgumentException if a pointer is none
   */
  public Mask {
    fields = List.copyOf(fields);
    roles = Set.copyOf(roles);
    fields.forEach(MaskTree::segments);
  }

  /** The segments of each field's pointer, with their escapes undone. */
  public List<List<String>> paths() {
    return fields.stream().map(MaskTree::segments).toList();
  }

  /** Whether a subscriber with these roles is shown the fields. */
  boolean isLiftedBy(Set<String> held) {
    return roles.stream().anyMatch(held::contains);
  }
}
