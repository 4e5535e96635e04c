package heliograph.gateway.client;

import heliograph.gateway.json.Json;
import heliograph.gateway.json.JsonTree;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes a JSON Schema of draft 2020-12 anew as AsyncAPI 3.0 has schemas (Schema Object): in
 * draft-07, with references that begin at the root of the document. What draft-07 cannot say is
 * left out, so data that fits the one fits the other. One thread.
 */
final class Draft07 {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** Where the value of a keyword has schemas. */
  private enum Below {
    /** The value is a schema. */
    ONE,
    /** Each member of the value is one. */
    MEMBERS,
    /** Each item of the value is one. */
    ITEMS
  }

  private static final Map<String, Below> BELOW =
      Map.ofEntries(
          Map.entry("additionalProperties", Below.ONE),
          Map.entry("propertyNames", Below.ONE),
          Map.entry("contains", Below.ONE),
          Map.entry("items", Below.ONE),
          Map.entry("not", Below.ONE),
          Map.entry("if", Below.ONE),
          Map.entry("then", Below.ONE),
          Map.entry("else", Below.ONE),
          Map.entry("properties", Below.MEMBERS),
          Map.entry("patternProperties", Below.MEMBERS),
          Map.entry("dependentSchemas", Below.MEMBERS),
          Map.entry("$defs", Below.MEMBERS),
          Map.entry("definitions", Below.MEMBERS),
          Map.entry("prefixItems", Below.ITEMS),
          Map.entry("allOf", Below.ITEMS),
          Map.entry("anyOf", Below.ITEMS),
          Map.entry("oneOf", Below.ITEMS));

  // A comment is for those who maintain a schema and must not be shown (JSON Schema Core 2020-12,
  // section 8.3). The others say nothing in draft-07, or something else.
  private static final Set<String> LEFT_OUT =
      Set.of(
          "$ref",
          "$dynamicRef",
          "$comment",
          "$schema",
          "$id",
          "$anchor",
          "$dynamicAnchor",
          "$vocabulary",
          "additionalItems",
          "dependencies",
          "dependentRequired",
          "minContains",
          "maxContains",
          "contentSchema",
          "unevaluatedItems",
          "unevaluatedProperties");

  // These mean something in RE2, in which the relay reads patterns, and something else or nothing
  // in ECMA-262, in which draft-07 has them.
  private static final Pattern OF_RE2 =
      Pattern.compile("\\(\\?(?!:)|\\[\\[:|\\[\\^?\\]|\\\\(?:[AzQEpPCa]|x\\{|[0-9])");

  private final JsonNode original;
  private final String place;
  // Pointers into the original, by the names that a reference can have for them.
  private final Map<String, String> named = new HashMap<>();

  private Draft07(JsonNode original, String place) {
    this.original = original;
    this.place = place;
  }

  /**
   * Writes a schema anew.
   *
   * @param place where it is going to stand, as a reference from anywhere in the document
   */
  static ObjectNode of(JsonNode schema, String place) {
    Draft07 written = new Draft07(schema, place);
    written.gather(schema, "", "");
    ObjectNode root = JSON.objectNode();
    root.setAll((ObjectNode) written.schema(schema, ""));
    return root;
  }

  /** Notes the identifiers and anchors of a schema and of those below it. */
  private void gather(JsonNode node, String at, String id) {
    String within = id;
    for (Map.Entry<String, JsonNode> member : node.properties()) {
      String keyword = member.getKey();
      if (keyword.equals("$id") && member.getValue().isString()) {
        within = member.getValue().stringValue();
        named.put(within, at);
      }
    }
    for (String keyword : List.of("$anchor", "$dynamicAnchor")) {
      JsonNode anchor = node.get(keyword);
      if (anchor != null && anchor.isString()) {
        named.put(within + "#" + anchor.stringValue(), at);
        named.put("#" + anchor.stringValue(), at);
      }
    }
    String inside = within;
    node.properties()
        .forEach(
            member ->
                below(member.getKey(), member.getValue())
                    .forEach(
                        (step, child) ->
                            gather(child, at + "/" + escaped(member.getKey()) + step, inside)));
  }

  /** The schemas in the value of a keyword, by the rest of the pointer to them. */
  private static Map<String, JsonNode> below(String keyword, JsonNode value) {
    Map<String, JsonNode> schemas = new HashMap<>();
    switch (BELOW.get(keyword)) {
      case ONE -> schemas.put("", value);
      case MEMBERS ->
          value.properties().forEach(it -> schemas.put("/" + escaped(it.getKey()), it.getValue()));
      case ITEMS -> {
        for (int i = 0; i < value.size(); i++) {
          schemas.put("/" + i, value.get(i));
        }
      }
      case null -> {
        // It has no schemas.
      }
    }
    return schemas;
  }

  private static String escaped(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }

  /**
   * Writes one schema.
   *
   * @param base where the schema is whose identifier holds for references
   */
  private JsonNode schema(JsonNode node, String base) {
    if (!node.isObject()) {
      return node;
    }
    String within = node.has("$id") ? named.getOrDefault(node.get("$id").asString(""), base) : base;
    ObjectNode written = JSON.objectNode();
    boolean tuple = node.has("prefixItems");
    for (Map.Entry<String, JsonNode> member : node.properties()) {
      String keyword = member.getKey();
      JsonNode value = member.getValue();
      if (!LEFT_OUT.contains(keyword) && isKept(keyword, value)) {
        written.set(renamed(keyword, tuple), value(keyword, value, within));
      }
    }
    dependencies(node, written);
    leaveOutWhatDependsOnMore(node, written);
    return referring(node, within, written);
  }

  /**
   * Whether a keyword stays. Tools resolve what looks like a reference wherever it stands, also in
   * a value that is an example or a constant, and would fetch what it names; and there as well they
   * stumble over other names.
   */
  private static boolean isKept(String keyword, JsonNode value) {
    return keyword.equals("pattern")
        ? isPortable(value.asString(""))
        : BELOW.containsKey(keyword)
            || (Json.isPlainName(keyword) && JsonTree.hasPlainNames(value));
  }

  /** Whether a member stays among those of a keyword. */
  private static boolean isTold(String keyword, String name) {
    return Json.isPlainName(name) && (!keyword.equals("patternProperties") || isPortable(name));
  }

  private static boolean isPortable(String pattern) {
    return !OF_RE2.matcher(pattern).find();
  }

  private static String renamed(String keyword, boolean tuple) {
    return switch (keyword) {
      case "prefixItems" -> "items";
      case "items" -> tuple ? "additionalItems" : "items";
      case "dependentSchemas" -> "dependencies";
      default -> keyword;
    };
  }

  private JsonNode value(String keyword, JsonNode value, String base) {
    return switch (BELOW.get(keyword)) {
      case ONE -> schema(value, base);
      case MEMBERS -> {
        ObjectNode members = JSON.objectNode();
        value.properties().stream()
            .filter(it -> isTold(keyword, it.getKey()))
            .forEach(it -> members.set(it.getKey(), schema(it.getValue(), base)));
        yield members;
      }
      case ITEMS -> {
        ArrayNode items = JSON.arrayNode();
        value.forEach(it -> items.add(schema(it, base)));
        yield items;
      }
      case null -> value;
    };
  }

  /** What one member demands of others; where it demands a schema as well, that alone. */
  private static void dependencies(JsonNode node, ObjectNode written) {
    JsonNode required = node.get("dependentRequired");
    if (required != null) {
      ObjectNode all =
          written.get("dependencies") instanceof ObjectNode there ? there : JSON.objectNode();
      required.properties().stream()
          .filter(it -> Json.isPlainName(it.getKey()))
          .forEach(it -> all.putIfAbsent(it.getKey(), it.getValue()));
      written.set("dependencies", all);
    }
  }

  private static void leaveOutWhatDependsOnMore(JsonNode node, ObjectNode written) {
    if (node.has("minContains") || node.has("maxContains")) {
      written.remove("contains");
    }
    boolean all =
        Stream.of("properties", "patternProperties")
            .allMatch(
                keyword ->
                    node.path(keyword)
                        .propertyStream()
                        .allMatch(it -> isTold(keyword, it.getKey())));
    if (!all) {
      written.remove("additionalProperties");
    }
  }

  /** With the reference, beside which draft-07 reads nothing. */
  private ObjectNode referring(JsonNode node, String base, ObjectNode written) {
    for (String keyword : List.of("$ref", "$dynamicRef")) {
      JsonNode reference = node.get(keyword);
      Optional<String> target =
          reference == null ? Optional.empty() : target(reference.asString(""), base);
      if (target.isPresent()) {
        ObjectNode alone = JSON.objectNode().put("$ref", target.get());
        if (written.isEmpty()) {
          return alone;
        }
        ArrayNode all = written.get("allOf") instanceof ArrayNode there ? there : JSON.arrayNode();
        written.set("allOf", all.add(alone));
      }
    }
    return written;
  }

  /** The reference to what another refers to; empty for what is not in this schema. */
  private Optional<String> target(String reference, String base) {
    int hash = reference.indexOf('#');
    String id = hash < 0 ? reference : reference.substring(0, hash);
    String fragment = hash < 0 ? "" : reference.substring(hash + 1);
    Optional<String> from = id.isEmpty() ? Optional.of(base) : Optional.ofNullable(named.get(id));
    if (fragment.isEmpty() || fragment.startsWith("/")) {
      return from.flatMap(it -> moved(it + decoded(fragment)));
    }
    return Optional.ofNullable(named.get(reference)).flatMap(this::moved);
  }

  /** A fragment without its percent-encoding, which is a pointer. */
  static String decoded(String fragment) {
    try {
      return URLDecoder.decode(fragment.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      return fragment;
    }
  }

  /** Where what was at a pointer stands now; empty if it was left out, or is no schema. */
  private Optional<String> moved(String pointer) {
    StringBuilder path = new StringBuilder(place);
    JsonNode node = original;
    String[] steps = pointer.isEmpty() ? new String[0] : pointer.substring(1).split("/", -1);
    for (int i = 0; i < steps.length; i++) {
      String keyword = steps[i];
      Below below = BELOW.get(keyword);
      if (below == null || !node.has(keyword)) {
        return Optional.empty();
      }
      path.append('/').append(renamed(keyword, node.has("prefixItems")));
      node = node.get(keyword);
      if (below != Below.ONE) {
        i++;
        if (i == steps.length || !node.isContainer()) {
          return Optional.empty();
        }
        path.append('/').append(encoded(steps[i]));
        String name = steps[i].replace("~1", "/").replace("~0", "~");
        JsonNode child = below == Below.ITEMS ? item(node, name) : node.get(name);
        if (child == null) {
          return Optional.empty();
        }
        node = child;
      }
    }
    return Optional.of(path.toString());
  }

  private static JsonNode item(JsonNode items, String index) {
    return index.matches("[0-9]{1,6}") ? items.get(Integer.parseInt(index)) : items.get(-1);
  }

  /** A step of a pointer as it stands in a reference (RFC 6901, section 6). */
  private static String encoded(String step) {
    return URLEncoder.encode(step, StandardCharsets.UTF_8).replace("+", "%20").replace("%7E", "~");
  }

  /**
   * Takes out the references that lead to no schema: to what is not there, as it has been left out,
   * or round in a circle.
   *
   * @param place where the schema stands, as it was written for
   */
  static void prune(ObjectNode schema, String place) {
    prune(schema, schema, place);
  }

  private static void prune(JsonNode node, ObjectNode root, String place) {
    if (node instanceof ObjectNode schema && schema.path("$ref").isString()) {
      if (!leadsToOne(schema, root, place)) {
        schema.remove("$ref");
      }
    }
    node.forEach(child -> prune(child, root, place));
  }

  private static boolean leadsToOne(JsonNode schema, ObjectNode root, String place) {
    JsonNode at = schema;
    Set<String> passed = new HashSet<>();
    while (at.path("$ref").isString()) {
      String reference = at.get("$ref").stringValue();
      if (!passed.add(reference)) {
        return false;
      }
      at = root.at(decoded(reference.substring(place.length())));
    }
    return !at.isMissingNode();
  }
}
