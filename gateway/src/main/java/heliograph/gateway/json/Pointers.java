package heliograph.gateway.json;

import heliograph.contract.Payload;
import heliograph.contract.RelayException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonPointer;
import tools.jackson.core.JsonToken;

/**
 * A set of JSON pointers (RFC 6901), looked up in a body in one pass: what none of them leads to is
 * skipped. Any thread.
 */
public final class Pointers {
  private static final Pattern SYNTAX = Pattern.compile("(?:/(?:[^~/]|~[01])*+)++");

  private final Node root = new Node();

  private Pointers() {}

  /** A place that a pointer leads to or through. */
  private static final class Node {
    final Map<String, Node> children = new HashMap<>();
    String pointer = "";
    boolean wanted;
  }

  /**
   * @param array whether it is an array
   * @param text of a text, a number or a boolean; empty for anything else
   * @param from where the value begins in the body, in bytes
   * @param to where it ends
   */
  private record Value(boolean array, Optional<String> text, int from, int to) {}

  /** What a body has at the pointers. */
  public static final class Found {
    /** What is found where nothing is looked for. */
    public static final Found NOTHING = new Found();

    private final Map<String, Value> values = new HashMap<>();

    /** The text, number or boolean at a pointer, as it is written; empty if there is none. */
    public Optional<String> text(String pointer) {
      return Optional.ofNullable(values.get(pointer)).flatMap(Value::text);
    }

    /** The value at a pointer as JSON, whatever it is; empty if there is none. */
    public Optional<Payload> json(byte[] body, String pointer) {
      return Optional.ofNullable(values.get(pointer))
          .map(value -> Payload.json(body, value.from(), value.to()));
    }

    /** The text of the array at a pointer, a copy; empty if there is none. */
    public Optional<byte[]> array(byte[] body, String pointer) {
      return Optional.ofNullable(values.get(pointer))
          .filter(Value::array)
          .map(value -> Arrays.copyOfRange(body, value.from(), value.to()));
    }
  }

  /**
   * Reads pointers, all of which are then found in one pass.
   *
   * @throws IllegalArgumentException if one is no JSON pointer
   */
  public static Pointers of(Collection<String> pointers) {
    Pointers all = new Pointers();
    for (String pointer : pointers) {
      Node node = all.root;
      JsonPointer rest = pointer.isEmpty() ? JsonPointer.empty() : parse(pointer);
      for (; !rest.matches(); rest = rest.tail()) {
        node = node.children.computeIfAbsent(rest.getMatchingProperty(), _ -> new Node());
      }
      node.wanted = true;
      node.pointer = pointer;
    }
    return all;
  }

  /**
   * Parses a pointer below the whole. The library would take a tilde that is no escape for a tilde.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static JsonPointer parse(String pointer) {
    if (!SYNTAX.matcher(pointer).matches()) {
      throw new IllegalArgumentException(
          "must be a JSON pointer, such as /customer/email, in which ~ is ~0 and / is ~1");
    }
    return JsonPointer.compile(pointer);
  }

  public boolean isEmpty() {
    return root.children.isEmpty() && !root.wanted;
  }

  /**
   * Reads a body.
   *
   * @throws RelayException INVALID_JSON
   */
  public Found read(byte[] body) {
    return Json.read(
        body,
        parser -> {
          Found found = new Found();
          visit(parser, root, found);
          return found;
        });
  }

  // As deep as the pointers are long, and no deeper than the parser lets it be.
  private static void visit(JsonParser parser, Node node, Found found) {
    JsonToken token = parser.currentToken();
    int from = (int) parser.currentTokenLocation().getByteOffset();
    Optional<String> text = Optional.empty();
    switch (token) {
      case START_OBJECT -> members(parser, node, found);
      case START_ARRAY -> elements(parser, node, found);
      case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_TRUE, VALUE_FALSE -> {
        if (node.wanted) {
          text = Optional.of(parser.getString());
        }
      }
      default -> {
        // Null is a value, and has no text.
      }
    }
    if (node.wanted) {
      parser.finishToken();
      int to = (int) parser.currentLocation().getByteOffset();
      boolean array = token == JsonToken.START_ARRAY;
      found.values.put(node.pointer, new Value(array, text, from, to));
    }
  }

  private static void members(JsonParser parser, Node node, Found found) {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      Node child = node.children.get(parser.currentName());
      parser.nextToken();
      next(parser, child, found);
    }
  }

  private static void elements(JsonParser parser, Node node, Found found) {
    for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
      next(parser, node.children.isEmpty() ? null : node.children.get(Integer.toString(i)), found);
    }
  }

  private static void next(JsonParser parser, @Nullable Node child, Found found) {
    if (child == null) {
      parser.skipChildren();
    } else {
      visit(parser, child, found);
    }
  }
}
