package heliograph.gateway.client;

import heliograph.gateway.types.Mask;
import heliograph.gateway.types.Mask.With;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Widens the schema of what is published to what subscribers are shown: a member that a mask
 * removes is optional, and where a mask leaves something else, that fits as well. What was said
 * about the whole of a masked value, such as how many members it has, is not said any more. A
 * schema that several places refer to is widened for all of them. One thread.
 */
final class MaskedSchema {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String ANY = "*";

  // What a masked value need not fulfil any more. Conditions are here because a mask may change
  // which way they go.
  private static final List<String> OF_THE_WHOLE =
      List.of(
          "const",
          "enum",
          "not",
          "if",
          "contains",
          "minItems",
          "minProperties",
          "uniqueItems",
          "dependencies");

  private static final List<String> IN_PLACE = List.of("allOf", "anyOf", "oneOf", "then", "else");

  private final ObjectNode root;
  private final String place;
  private final IdentityHashMap<ObjectNode, Set<String>> visited = new IdentityHashMap<>();
  // Of those that were visited, the ones that a mask looks into.
  private final IdentityHashMap<ObjectNode, Boolean> entered = new IdentityHashMap<>();
  private final IdentityHashMap<ObjectNode, Set<String>> optional = new IdentityHashMap<>();
  private final IdentityHashMap<ObjectNode, Set<With>> replaced = new IdentityHashMap<>();

  private MaskedSchema(ObjectNode root, String place) {
    this.root = root;
    this.place = place;
  }

  /**
   * Widens a schema in place.
   *
   * @param schema in draft-07
   * @param place the beginning of its references
   */
  static void widen(ObjectNode schema, String place, List<Mask> masks) {
    MaskedSchema widened = new MaskedSchema(schema, place);
    for (Mask mask : masks) {
      mask.paths().forEach(path -> widened.start(path, mask.with()));
    }
    widened.entered.keySet().forEach(MaskedSchema::sayNothingOfTheWhole);
    widened.optional.forEach(MaskedSchema::makeOptional);
    widened.replaced.forEach(MaskedSchema::letThrough);
  }

  private void start(List<String> path, With with) {
    visit(root, path, with);
    if (with == With.REMOVE && path.stream().allMatch(ANY::equals) && !isAlways(root, "array")) {
      // The whole data may be removed, for which null is left.
      replaced.computeIfAbsent(root, _ -> EnumSet.noneOf(With.class)).add(With.NULL);
    }
  }

  /** Follows a mask from a schema of the value at which it is to go on. */
  private void visit(JsonNode node, List<String> path, With with) {
    if (!(node instanceof ObjectNode schema)) {
      return;
    }
    if (path.isEmpty()) {
      replaced.computeIfAbsent(schema, _ -> EnumSet.noneOf(With.class)).add(with);
      return;
    }
    if (!visited.computeIfAbsent(schema, _ -> new HashSet<>()).add(with + " " + path)) {
      return;
    }
    inPlace(schema, path, with);
    if (mayBe(schema, "object")) {
      entered.put(schema, true);
      members(schema, path, with);
    }
    if (mayBe(schema, "array")) {
      entered.put(schema, true);
      items(schema, path, with);
    }
    if (path.getFirst().equals(ANY) && !isAlways(schema, "array")) {
      // What stands where items are looked for, and is no array, counts as the only one.
      step(schema, rest(path), with);
    }
  }

  private void inPlace(ObjectNode schema, List<String> path, With with) {
    if (schema.path("$ref").isString()) {
      visit(referred(schema.get("$ref").stringValue()), path, with);
    }
    for (String keyword : IN_PLACE) {
      JsonNode value = schema.path(keyword);
      if (value.isArray()) {
        value.forEach(it -> visit(it, path, with));
      } else {
        visit(value, path, with);
      }
    }
  }

  private JsonNode referred(String reference) {
    String pointer = Draft07.decoded(reference.substring(place.length()));
    return root.at(JsonPointer.compile(pointer));
  }

  private void members(ObjectNode schema, List<String> path, With with) {
    String name = path.getFirst();
    List<String> rest = rest(path);
    JsonNode properties = schema.path("properties");
    if (with == With.REMOVE && rest.stream().allMatch(ANY::equals)) {
      boolean items = !rest.isEmpty() && isAlways(properties.path(name), "array");
      if (!items) {
        optional.computeIfAbsent(schema, _ -> new TreeSet<>()).add(name);
      }
    }
    if (name.equals(ANY)) {
      properties.forEach(it -> step(it, rest, with));
    } else {
      step(properties.path(name), rest, with);
    }
    schema.path("patternProperties").forEach(it -> step(it, rest, with));
    step(schema.path("additionalProperties"), rest, with);
  }

  private void items(ObjectNode schema, List<String> path, With with) {
    for (String keyword : List.of("items", "additionalItems")) {
      JsonNode items = schema.path(keyword);
      for (JsonNode item : items.isArray() ? items : List.of(items)) {
        // An array stands for each of its items where a member is named.
        visit(item, path, with);
        if (path.getFirst().equals(ANY) || path.getFirst().matches("[0-9]+")) {
          step(item, rest(path), with);
        }
      }
    }
  }

  /** Goes on below; what is removed needs no other value in its place. */
  private void step(JsonNode schema, List<String> rest, With with) {
    if (!rest.isEmpty() || with != With.REMOVE) {
      visit(schema, rest, with);
    }
  }

  private static List<String> rest(List<String> path) {
    return path.subList(1, path.size());
  }

  private static boolean mayBe(JsonNode schema, String type) {
    JsonNode types = schema.path("type");
    if (types.isMissingNode()) {
      // Of the values that are listed, none need be one in which a mask could look.
      JsonNode values = schema.path("enum");
      return values.isEmpty() || values.valueStream().anyMatch(JsonNode::isContainer);
    }
    return types.asString("").equals(type)
        || types.valueStream().anyMatch(it -> it.asString("").equals(type));
  }

  private static boolean isAlways(JsonNode schema, String type) {
    return schema.path("type").asString("").equals(type);
  }

  private static void sayNothingOfTheWhole(ObjectNode schema) {
    schema.remove(OF_THE_WHOLE);
    if (schema.get("oneOf") instanceof ArrayNode choices) {
      // Without what was hidden, two of them may fit.
      schema.remove("oneOf");
      JsonNode others = schema.get("anyOf");
      if (others == null) {
        schema.set("anyOf", choices);
      }
    }
    if (schema.get("items") instanceof ArrayNode) {
      // An item that is removed makes the next one move up.
      schema.remove(List.of("items", "additionalItems"));
    }
  }

  private static void makeOptional(ObjectNode schema, Set<String> names) {
    if (schema.get("required") instanceof ArrayNode required) {
      ArrayNode left = JSON.arrayNode();
      required.forEach(
          it -> {
            if (!names.contains(ANY) && !names.contains(it.asString())) {
              left.add(it);
            }
          });
      schema.set("required", left);
    }
    if (schema.get("properties") instanceof ObjectNode properties) {
      properties
          .propertyStream()
          .filter(it -> names.contains(ANY) || names.contains(it.getKey()))
          .toList()
          .forEach(
              it ->
                  properties.set(
                      it.getKey(), told(it.getValue(), "Left out for some subscribers.")));
    }
  }

  private static void letThrough(ObjectNode schema, Set<With> others) {
    ObjectNode published = JSON.objectNode();
    published.setAll(schema);
    // Others refer to these by their place, so they stay where they are.
    schema.removeAll();
    for (String keyword : List.of("$defs", "definitions")) {
      JsonNode definitions = published.remove(keyword);
      if (definitions != null) {
        schema.set(keyword, definitions);
      }
    }
    ArrayNode any = schema.putArray("anyOf").add(published);
    others.stream().map(MaskedSchema::shown).distinct().forEach(any::add);
    String instead =
        others.stream().map(MaskedSchema::words).distinct().collect(Collectors.joining(", or "));
    schema.put("description", "Some subscribers get " + instead + " in its place.");
  }

  private static ObjectNode shown(With with) {
    ObjectNode schema = JSON.objectNode();
    return switch (with) {
      case REMOVE, NULL -> schema.put("type", "null");
      case REDACT -> schema.put("type", "string").put("const", "***");
      case HASH -> schema.put("type", "string").put("pattern", "^[0-9a-f]{64}$");
    };
  }

  private static String words(With with) {
    return switch (with) {
      case REMOVE, NULL -> "null";
      case REDACT -> "\"***\"";
      case HASH -> "a hash";
    };
  }

  /** A schema with a sentence before its own description; false stays as it is. */
  private static JsonNode told(JsonNode node, String sentence) {
    if (node.isBoolean() && !node.booleanValue()) {
      return node;
    }
    ObjectNode schema = JSON.objectNode();
    if (node instanceof ObjectNode there && !there.has("$ref")) {
      schema = there;
    } else if (node.has("$ref")) {
      schema.putArray("allOf").add(node);
    }
    String own = schema.path("description").asString("");
    return schema.put("description", own.isEmpty() ? sentence : sentence + " " + own);
  }
}
