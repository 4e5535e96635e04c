package heliograph.gateway.profile;

import heliograph.contract.TypePattern;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * How consecutive events of one type become one frame. Any thread.
 *
 * @param types the types of which batches are made
 * @param name the name of a batch's frame; empty for that of its events
 * @param envelope what stands around the events
 * @param most the most events of one batch
 */
record Batch(List<TypePattern> types, Optional<Name> name, Template envelope, int most) {
  /** The most events that may be allowed. */
  static final int MOST = 500;

  /**
   * A name that batches have, whatever their events are called.
   *
   * @param text empty for none
   */
  record Name(Optional<String> text) {}

  Batch {
    types = List.copyOf(types);
  }

  /**
   * What stands in a batch's frame, as a JSON Schema.
   *
   * @param one the schema of what an event alone has in its frame
   * @param others gives the schemas of what else the template takes
   */
  JsonNode schema(JsonNode one, Function<Placeholder, JsonNode> others) {
    ObjectNode items = JsonNodeFactory.instance.objectNode().put("type", "array").set("items", one);
    return envelope.schema(it -> it.name().equals("items") ? items : others.apply(it));
  }

  /** Whether events of a type come in batches. */
  boolean takes(String type) {
    return types.stream().anyMatch(pattern -> pattern.matches(type));
  }
}
