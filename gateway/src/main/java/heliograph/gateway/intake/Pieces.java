package heliograph.gateway.intake;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.json.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** The elements of an array, each of which becomes an event. Any thread. */
final class Pieces {
  /** The bytes at which an element begins and ends in the array's text. */
  private record Range(int from, int to) {}

  private final byte[] array;
  private final List<Range> ranges;

  private Pieces(byte[] array, List<Range> ranges) {
    this.array = array;
    this.ranges = ranges;
  }

  /**
   * Cuts an array into its elements.
   *
   * @param array the text of a JSON array
   * @param most the most elements that it may have
   * @throws RelayException INVALID_JSON; INVALID_EVENT if it is no array; TOO_LARGE if it has more
   *     elements
   */
  static Pieces of(byte[] array, int most) {
    return new Pieces(array, Json.read(array, parser -> ranges(parser, most)));
  }

  private static List<Range> ranges(JsonParser parser, int most) {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw new RelayException(ErrorCode.INVALID_EVENT, "not an array");
    }
    List<Range> ranges = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (ranges.size() == most) {
        throw new RelayException(ErrorCode.TOO_LARGE, "over " + most + " events in a body");
      }
      int from = (int) parser.currentTokenLocation().getByteOffset();
      parser.skipChildren();
      parser.finishToken();
      ranges.add(new Range(from, (int) parser.currentLocation().getByteOffset()));
    }
    return ranges;
  }

  int count() {
    return ranges.size();
  }

  /** A copy of the text of an element. */
  byte[] text(int index) {
    Range range = ranges.get(index);
    return Arrays.copyOfRange(array, range.from(), range.to());
  }
}
