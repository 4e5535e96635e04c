package heliograph.gateway.types;

import heliograph.contract.RelayException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Whether the items of an array have to be different is looked up by their hash. That of a number
 * or a text is no secret, and whoever sends thousands with the same has each compared to all: 1.5 s
 * for an event of 180 KB. So data is looked over before a schema that asks for this. Any thread.
 */
final class AlikeItems {
  /**
   * The most different items of an array that have one hash; a grid of points has over a hundred.
   */
  static final int MAX = 200;

  private AlikeItems() {}

  /**
   * @throws RelayException INVALID_EVENT
   */
  static void check(JsonNode data) {
    if (data.isArray() && data.size() > MAX) {
      checkItems(data);
    }
    // As deep as the parser lets it be.
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
