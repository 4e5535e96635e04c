package heliograph.gateway.types;

import heliograph.contract.RelayException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Refuses arrays with many items that hash alike, before a schema with {@code uniqueItems} compares
 * them by their hash. The hash of a number or a text is no secret, and each of thousands of items
 * with one hash would be compared with all others: 1.5 s for an event of 180 KB. Any thread.
 */
final class AlikeItems {
  /**
   * The most different items of an array that may have one hash; a grid of points has over a
   * hundred.
   */
  static final int MAX = 200;

  private AlikeItems() {}

  /**
   * Checks every array in an event's data.
   *
   * @throws RelayException INVALID_EVENT if an array has over {@link #MAX} different items with one
   *     hash
   */
  static void check(JsonNode data) {
    if (data.isArray() && data.size() > MAX) {
      checkItems(data);
    }
    // The recursion is bounded, since the parser bounds the depth.
    for (JsonNode part : data) {
      if (part.isContainer()) {
        check(part);
      }
    }
  }

  private static void checkItems(JsonNode items) {
    Map<Integer, List<JsonNode>> byHash = new HashMap<>();
    for (JsonNode item : items) {
      List<JsonNode> alike = byHash.computeIfAbsent(item.hashCode(), _ -> new ArrayList<>(1));
      if (!alike.contains(item)) {
        alike.add(item);
      }
      if (alike.size() > MAX) {
        throw RelayException.invalid(
            "data", "data: an array has over " + MAX + " items that are made to look alike");
      }
    }
  }
}
