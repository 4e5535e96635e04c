package heliograph.tests;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads an event stream by the rules of WHATWG HTML section 9.2, byte by byte, and besides refuses
 * what those rules forgive but the relay must never send. Not a browser's mercy, but its ear.
 */
final class SseParser {
  private static final Set<String> FIELDS = Set.of("id", "event", "data", "retry");
  private static final String KEEPALIVE = ": keepalive";
  private static final String POSITION = "system.position";

  private final List<Event> events = new ArrayList<>();
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final StringBuilder data = new StringBuilder();
  private boolean hasData;
  private String type = "";
  private String idBuffer = "";
  private String lastEventId = "";
  private long retry = -1;
  private int comments;
  private final boolean bare;
  private boolean afterCarriageReturn;

  /**
   * @param bare whether a position may stand alone, as streams of profiles have it
   */
  SseParser(boolean bare) {
    this.bare = bare;
  }

  /**
   * @param id the client's position after it
   */
  record Event(String type, String data, String id) {}

  List<Event> events() {
    return events;
  }

  String lastEventId() {
    return lastEventId;
  }

  long retry() {
    return retry;
  }

  int comments() {
    return comments;
  }

  void read(byte[] bytes, int length) {
    for (int i = 0; i < length; i++) {
      byte b = bytes[i];
      if (b == '\n' && afterCarriageReturn) {
        afterCarriageReturn = false;
        continue;
      }
      afterCarriageReturn = b == '\r';
      if (b == '\n' || b == '\r') {
        String text = text();
        line.reset();
        readLine(text);
      } else {
        line.write(b);
      }
    }
  }

  private String text() {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(line.toByteArray()))
          .toString();
    } catch (CharacterCodingException _) {
      throw new AssertionError("not UTF-8: " + line);
    }
  }

  private void readLine(String text) {
    if (text.isEmpty()) {
      dispatch();
    } else if (text.startsWith(":")) {
      if (!text.equals(KEEPALIVE)) {
        throw new AssertionError("an unknown comment: " + text);
      }
      comments++;
    } else {
      int colon = text.indexOf(": ");
      if (colon < 0 || !FIELDS.contains(text.substring(0, colon))) {
        throw new AssertionError("no field of ours: " + text);
      }
      field(text.substring(0, colon), text.substring(colon + 2));
    }
  }

  private void field(String name, String value) {
    switch (name) {
      case "event" -> type = value;
      case "id" -> {
        if (!value.matches("[A-Za-z0-9._~-]{1,128}")) {
          throw new AssertionError("an id that would cost a preflight: " + value);
        }
        idBuffer = value;
      }
      case "retry" -> retry = Long.parseLong(value);
      default -> {
        data.append(value).append('\n');
        hasData = true;
      }
    }
  }

  /** A move of the position is no event to wait for: it comes when it comes. */
  private void dispatch() {
    if (!hasData && bare && type.isEmpty()) {
      lastEventId = idBuffer;
      return;
    }
    if (!hasData) {
      throw new AssertionError("a frame without data, which half of the clients make an event of");
    }
    lastEventId = idBuffer;
    data.setLength(data.length() - 1);
    Event event = new Event(type.isEmpty() ? "message" : type, data.toString(), lastEventId);
    if (!type.equals(POSITION)) {
      events.add(event);
    } else if (!event.data().equals("{}")) {
      throw new AssertionError("a position with data: " + event);
    }
    data.setLength(0);
    hasData = false;
    type = "";
  }
}
