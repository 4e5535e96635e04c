package heliograph.gateway.profile;

import heliograph.contract.RelayException;
import heliograph.gateway.json.Json;
import heliograph.gateway.json.JsonTree;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A JSON text with placeholders, each of which stands where a JSON value may stand. Filled in, it
 * is one line of valid JSON, whatever the values are. Any thread.
 *
 * @param pieces the text between the placeholders, and the placeholders
 */
record Template(List<Piece> pieces) {
  /** The longest text, in characters. */
  static final int MAX_LENGTH = 4096;

  // Outside of a text JSON has a quote, a brace or a space behind an opening brace, so a letter
  // there begins a placeholder and nothing else.
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([A-Za-z][^{}\"\\s]*+)}");
  private static final Pattern LINE_END = Pattern.compile("[\\r\\n]");

  /**
   * A stretch of the text and the placeholder behind it.
   *
   * @param placeholder empty behind the last stretch
   */
  record Piece(String text, Optional<Placeholder> placeholder) {}

  /** What placeholders are filled with: each value is JSON on one line. */
  interface Values {
    /** The value of a placeholder. Its bytes are only read. */
    byte[] json(Placeholder placeholder);
  }

  Template {
    pieces = List.copyOf(pieces);
  }

  /**
   * Reads a template.
   *
   * @param path the variables of the path
   * @throws IllegalArgumentException saying what is wrong with the text
   */
  static Template of(String text, Vocabulary vocabulary, Set<String> path) {
    if (text.length() > MAX_LENGTH) {
      throw new IllegalArgumentException("has over " + MAX_LENGTH + " characters");
    }
    Template template = new Template(pieces(text));
    template.placeholders().forEach(placeholder -> vocabulary.check(placeholder, path));
    template.checkJson();
    return template;
  }

  private static List<Piece> pieces(String text) {
    List<Piece> pieces = new ArrayList<>();
    Matcher matcher = PLACEHOLDER.matcher(text);
    boolean quoted = false;
    int from = 0;
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '{' && matcher.region(at, text.length()).lookingAt()) {
        if (quoted) {
          throw new IllegalArgumentException(
              matcher.group() + " stands in quotes; a placeholder becomes a whole JSON value");
        }
        pieces.add(
            new Piece(
                oneLine(text.substring(from, at)), Optional.of(Placeholder.of(matcher.group(1)))));
        at = matcher.end();
        from = at;
      } else {
        quoted ^= c == '"';
        // In a text, the character behind a backslash is no quote that ends it.
        at += quoted && c == '\\' ? 2 : 1;
      }
    }
    pieces.add(new Piece(oneLine(text.substring(from)), Optional.empty()));
    return pieces;
  }

  /** JSON has line ends between its tokens alone, where they mean nothing. */
  private static String oneLine(String text) {
    return LINE_END.matcher(text).replaceAll(" ");
  }

  /**
   * Fills null in everywhere. Where null can stand any other value can, as JSON does not let two
   * values stand side by side, nor a value be a name.
   */
  private void checkJson() {
    byte[] filled = fill(_ -> JsonValues.NULL);
    try {
      var _ =
          Json.read(
              filled,
              parser -> {
                parser.skipChildren();
                return filled;
              });
    } catch (RelayException rule) {
      throw new IllegalArgumentException(
          "must be JSON once placeholders are filled in, and is not: " + rule.detail());
    }
  }

  /** The placeholders, in their order. */
  Stream<Placeholder> placeholders() {
    return pieces.stream().flatMap(piece -> piece.placeholder().stream());
  }

  /**
   * What it becomes, as a JSON Schema.
   *
   * @param values gives the schema of what a placeholder is filled with
   */
  JsonNode schema(Function<Placeholder, JsonNode> values) {
    String mark = "placeholder";
    while (toString().contains(mark)) {
      mark += "_";
    }
    String name = mark;
    List<Placeholder> places = new ArrayList<>();
    byte[] marked =
        fill(
            placeholder -> {
              places.add(placeholder);
              return "{\"%s\":%d}"
                  .formatted(name, places.size() - 1)
                  .getBytes(StandardCharsets.UTF_8);
            });
    return schema(
        JsonTree.read(marked),
        node ->
            node.size() == 1 && node.has(name)
                ? Optional.of(values.apply(places.get(node.get(name).asInt())))
                : Optional.empty());
  }

  private static JsonNode schema(JsonNode node, Function<JsonNode, Optional<JsonNode>> marked) {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    Optional<JsonNode> filled = marked.apply(node);
    if (filled.isPresent()) {
      return filled.get();
    }
    if (node.isObject()) {
      ObjectNode properties = schema.put("type", "object").putObject("properties");
      ArrayNode required = JsonNodeFactory.instance.arrayNode();
      for (Map.Entry<String, JsonNode> member : node.properties()) {
        if (Json.isPlainName(member.getKey())) {
          properties.set(member.getKey(), schema(member.getValue(), marked));
          required.add(member.getKey());
        }
      }
      return required.isEmpty() ? schema : schema.set("required", required);
    }
    if (node.isArray()) {
      ArrayNode items = schema.put("type", "array").putArray("items");
      node.forEach(item -> items.add(schema(item, marked)));
      return schema.put("minItems", node.size()).put("maxItems", node.size());
    }
    return schema.set("const", node);
  }

  /** Fills in the values. */
  byte[] fill(Values values) {
    List<byte[]> parts = new ArrayList<>(2 * pieces.size());
    int length = 0;
    for (Piece piece : pieces) {
      parts.add(piece.text().getBytes(StandardCharsets.UTF_8));
      length += parts.getLast().length;
      if (piece.placeholder().isPresent()) {
        parts.add(values.json(piece.placeholder().get()));
        length += parts.getLast().length;
      }
    }
    ByteBuffer filled = ByteBuffer.allocate(length);
    parts.forEach(filled::put);
    return filled.array();
  }

  /** The text as it was written, but for its line ends. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Piece piece : pieces) {
      text.append(piece.text());
      piece.placeholder().ifPresent(text::append);
    }
    return text.toString();
  }
}
