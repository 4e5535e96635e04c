package heliograph.contract;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads a stream of server-sent events as WHATWG HTML section 9.2.6 says, and nothing more
 * leniently. It is written from the standard's text and not from our frames, so that it can judge
 * them.
 */
final class SseReader {
  /** An event that a browser would dispatch. */
  record Dispatched(String lastEventId, String type, String data) {}

  private final List<Dispatched> dispatched = new ArrayList<>();
  private final StringBuilder data = new StringBuilder();
  private String type = "";
  private String lastEventIdBuffer = "";
  private String lastEventId = "";
  private String retry = "";

  /** Reads all of a stream; what stands after the last blank line is thrown away, as it must be. */
  static SseReader read(byte[] stream) {
    SseReader reader = new SseReader();
    String text = Bytes.text(stream);
    int start = text.startsWith("\uFEFF") ? 1 : 0;
    for (int i = start; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n' || c == '\r') {
        reader.line(text.substring(start, i));
        if (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
          i++;
        }
        start = i + 1;
      }
    }
    return reader;
  }

  List<Dispatched> dispatched() {
    return dispatched;
  }

  /** What the client would send as {@code Last-Event-ID}. */
  String lastEventId() {
    return lastEventId;
  }

  /** The reconnection time in milliseconds, as it was written; empty if it was never set. */
  String retry() {
    return retry;
  }

  private void line(String line) {
    int colon = line.indexOf(':');
    if (line.isEmpty()) {
      dispatch();
    } else if (colon < 0) {
      field(line, "");
    } else if (colon > 0) {
      String value = line.substring(colon + 1);
      field(line.substring(0, colon), value.startsWith(" ") ? value.substring(1) : value);
    }
  }

  private void field(String name, String value) {
    switch (name) {
      case "event" -> type = value;
      case "data" -> data.append(value).append('\n');
      case "id" -> {
        if (value.indexOf('\0') < 0) {
          lastEventIdBuffer = value;
        }
      }
      case "retry" -> {
        if (value.chars().allMatch(c -> c >= '0' && c <= '9')) {
          retry = value;
        }
      }
      default -> {} // The standard: a field of any other name is ignored.
    }
  }

  private void dispatch() {
    lastEventId = lastEventIdBuffer;
    if (!data.isEmpty()) {
      data.setLength(data.length() - 1);
      dispatched.add(
          new Dispatched(lastEventId, type.isEmpty() ? "message" : type, data.toString()));
    }
    data.setLength(0);
    type = "";
  }
}
