package heliograph.gateway.types;

import heliograph.gateway.json.Json;
import heliograph.gateway.types.Mask.With;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Copies a JSON text without what masks hide. What is shown is copied byte by byte, so numbers, the
 * order of members and escapes stay as they were sent. One use; one thread.
 */
final class MaskedCopy {
  /** The most values of one event that are hashed: each takes some 1 µs of the worker. */
  static final int MAX_HASHES = 500;

  private static final byte[] NULL = ascii("null");
  private static final byte[] REDACTED = ascii("\"***\"");

  private final byte[] text;
  private final long hiding;
  private final Function<byte[], String> hash;
  private final ByteArrayOutputStream out;
  private int hashes;

  /** Thrown if there are more values to hash than there may be. */
  static final class TooManyHashes extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private TooManyHashes() {
      super("over " + MAX_HASHES + " values to hash", null, false, false);
    }
  }

  private MaskedCopy(byte[] text, long hiding, Function<byte[], String> hash) {
    this.text = text;
    this.hiding = hiding;
    this.hash = hash;
    this.out = new ByteArrayOutputStream(text.length + 64);
  }

  /**
   * Makes a copy without what is hidden.
   *
   * @param hiding the bits of the masks that hide
   * @param hash makes the text that is shown for a hashed value, in characters that JSON need not
   *     escape
   * @throws heliograph.contract.RelayException if the text is not JSON
   * @throws TooManyHashes if more than {@link #MAX_HASHES} values are to be hashed
   */
  static byte[] of(byte[] text, MaskTree masks, long hiding, Function<byte[], String> hash) {
    return Json.read(
        text,
        parser -> {
          MaskedCopy copy = new MaskedCopy(text, hiding, hash);
          Set<MaskTree> root = copy.at(parser, Set.of(masks));
          // A mask of every item may meet data that is no array, so the whole of it is hidden.
          Optional<With> hidden = MaskTree.hidden(root, hiding).map(MaskedCopy::present);
          copy.value(parser, root, hidden);
          return copy.out.toByteArray();
        });
  }

  // The data as a whole cannot be left out, so it becomes null.
  private static With present(With with) {
    return with == With.REMOVE ? With.NULL : with;
  }

  private Set<MaskTree> at(JsonParser parser, Set<MaskTree> leading) {
    return MaskTree.at(leading, parser.currentToken() == JsonToken.START_ARRAY, hiding);
  }

  private void value(JsonParser parser, Set<MaskTree> nodes, Optional<With> hidden) {
    if (hidden.isPresent()) {
      replace(parser, hidden.get());
    } else if (nodes.isEmpty()) {
      int from = start(parser);
      skip(parser);
      out.write(text, from, end(parser) - from);
    } else {
      switch (parser.currentToken()) {
        case START_OBJECT -> object(parser, nodes);
        case START_ARRAY -> array(parser, nodes);
        default -> value(parser, Set.of(), Optional.empty());
      }
    }
  }

  private void object(JsonParser parser, Set<MaskTree> nodes) {
    char before = '{';
    int from = end(parser);
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      while (text[from] != '"') {
        from++;
      }
      Set<MaskTree> leading = MaskTree.member(nodes, parser.currentName(), hiding);
      parser.nextToken();
      Set<MaskTree> below = at(parser, leading);
      Optional<With> hidden = MaskTree.hidden(below, hiding);
      if (hidden.equals(Optional.of(With.REMOVE))) {
        skip(parser);
      } else {
        out.write(before);
        before = ',';
        out.write(text, from, start(parser) - from);
        value(parser, below, hidden);
      }
      from = end(parser);
    }
    finish(before, '{', '}');
  }

  private void array(JsonParser parser, Set<MaskTree> nodes) {
    char before = '[';
    int index = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      Set<MaskTree> below = at(parser, MaskTree.item(nodes, index++, hiding));
      Optional<With> hidden = MaskTree.hidden(below, hiding);
      if (hidden.equals(Optional.of(With.REMOVE))) {
        skip(parser);
      } else {
        out.write(before);
        before = ',';
        value(parser, below, hidden);
      }
    }
    finish(before, '[', ']');
  }

  private void finish(char before, char open, char close) {
    if (before == open) {
      out.write(open);
    }
    out.write(close);
  }

  private void replace(JsonParser parser, With with) {
    switch (with) {
      case REMOVE -> skip(parser);
      case NULL -> {
        skip(parser);
        out.writeBytes(NULL);
      }
      case REDACT -> {
        skip(parser);
        out.writeBytes(REDACTED);
      }
      case HASH -> {
        if (++hashes > MAX_HASHES) {
          throw new TooManyHashes();
        }
        out.writeBytes(ascii('"' + hash.apply(said(parser)) + '"'));
      }
    }
  }

  /**
   * The value as it is hashed: a text without its escapes, so that it is the same however it was
   * sent; anything else as it was sent.
   */
  private byte[] said(JsonParser parser) {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      return ('"' + parser.getString()).getBytes(StandardCharsets.UTF_8);
    }
    int from = start(parser);
    skip(parser);
    return Arrays.copyOfRange(text, from, end(parser));
  }

  private static void skip(JsonParser parser) {
    parser.skipChildren();
    parser.finishToken();
  }

  private static int start(JsonParser parser) {
    return (int) parser.currentTokenLocation().getByteOffset();
  }

  private static int end(JsonParser parser) {
    return (int) parser.currentLocation().getByteOffset();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
