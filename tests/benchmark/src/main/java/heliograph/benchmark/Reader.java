package heliograph.benchmark;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * One stream of the relay as its client sees it: reads as WHATWG HTML has it, comes back with the
 * last id, and knows whether an event is missing or came twice. For that the events of its topic
 * are numbered: {@code "seq":0} and so on in their data, from the first after it connected. One
 * thread.
 */
final class Reader {
  private static final String SEQ = "\"seq\":";
  private static final Duration UNTOLD_RETRY = Duration.ofSeconds(3);

  private final String query;
  private final boolean acceptsGzip;

  // Of the stream as a whole, over all its connections.
  private String lastId = "";
  private long next;
  private long lost;
  private long doubled;
  private long notices;
  private long gaps;
  private Duration retry = UNTOLD_RETRY;
  private long wireBytes;

  // Of the current connection.
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private boolean inHead = true;
  private Chunks chunks = new Chunks();
  private Optional<Gunzip> gunzip = Optional.empty();
  private String id = "";
  private boolean ofRelay;
  private boolean isNotice;
  private boolean isGap;
  private boolean isServed;
  private long seq = -1;

  /**
   * @param query what it asks for, without anything of where to begin
   */
  Reader(String query, boolean acceptsGzip) {
    this.query = query;
    this.acceptsGzip = acceptsGzip;
  }

  /** Begins a connection: what it has to send. */
  ByteBuffer begin(String token) {
    end();
    inHead = true;
    isServed = false;
    chunks = new Chunks();
    id = lastId;
    String request =
        "GET /v1/stream?%s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n%s%s\r\n"
            .formatted(
                query,
                token,
                acceptsGzip ? "Accept-Encoding: gzip\r\n" : "",
                lastId.isEmpty() ? "" : "Last-Event-ID: " + lastId + "\r\n");
    return ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII));
  }

  /** Forgets what came of an event that is not complete, as a client does that loses a line. */
  void end() {
    gunzip.ifPresent(Gunzip::close);
    gunzip = Optional.empty();
    line.reset();
    clearEvent();
  }

  /** Takes what came: the first bytes of an array. */
  void take(byte[] bytes, int length) throws IOException {
    wireBytes += length;
    int at = 0;
    while (inHead && at < length) {
      byte next = bytes[at++];
      line.write(next);
      if (next == '\n') {
        headLine(line.toString(StandardCharsets.US_ASCII).strip());
        line.reset();
      }
    }
    chunks.feed(bytes, at, length, this::body);
  }

  private void body(byte[] bytes, int from, int to) throws IOException {
    if (gunzip.isPresent()) {
      gunzip.get().feed(bytes, from, to, this::text);
    } else {
      text(bytes, from, to);
    }
  }

  private void headLine(String text) throws IOException {
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.startsWith("http/") && !lower.startsWith("http/1.1 200")) {
      throw new IOException("refused: " + text);
    } else if (lower.equals("content-encoding: gzip")) {
      gunzip = Optional.of(new Gunzip());
    }
    inHead = !text.isEmpty();
  }

  private void text(byte[] bytes, int from, int to) {
    int begin = from;
    for (int i = from; i < to; i++) {
      if (bytes[i] == '\n') {
        if (line.size() > 0) {
          line.write(bytes, begin, i - begin);
          line(line.toString(StandardCharsets.ISO_8859_1));
          line.reset();
        } else {
          line(new String(bytes, begin, i - begin, StandardCharsets.ISO_8859_1));
        }
        begin = i + 1;
      }
    }
    line.write(bytes, begin, to - begin);
  }

  private void line(String text) {
    if (text.isEmpty()) {
      dispatch();
    } else if (text.startsWith("id: ")) {
      id = text.substring(4);
    } else if (text.startsWith("event: system.")) {
      ofRelay = true;
      isNotice = !text.endsWith(".connected") && !text.endsWith(".position");
      isGap = text.endsWith(".gap");
    } else if (text.startsWith("retry: ")) {
      retry = Duration.ofMillis(number(text, 7));
    } else if (text.startsWith("data: ") && !ofRelay) {
      int at = text.indexOf(SEQ);
      if (at >= 0) {
        seq = number(text, at + SEQ.length());
      }
    }
  }

  private static long number(String text, int from) {
    int to = from;
    while (to < text.length() && Character.isDigit(text.charAt(to))) {
      to++;
    }
    return Long.parseLong(text, from, to, 10);
  }

  private void dispatch() {
    lastId = id;
    isServed |= !isNotice;
    if (isNotice) {
      notices++;
      gaps += isGap ? 1 : 0;
    } else if (seq >= next) {
      lost += seq - next;
      next = seq + 1;
    } else if (seq >= 0) {
      doubled++;
    }
    clearEvent();
  }

  private void clearEvent() {
    ofRelay = false;
    isNotice = false;
    isGap = false;
    seq = -1;
  }

  /**
   * Whether it can leave and come back without missing anything: it has a place to come back to.
   */
  boolean isReady() {
    return isServed && !lastId.isEmpty();
  }

  boolean isCompressed() {
    return gunzip.isPresent();
  }

  /** How many events it should have seen, as far as it knows. */
  long next() {
    return next;
  }

  long lost() {
    return lost;
  }

  long doubled() {
    return doubled;
  }

  /** What the relay had to tell: gaps, and ends of the stream. */
  long notices() {
    return notices;
  }

  /** Those of them that were gaps. */
  long gaps() {
    return gaps;
  }

  /** How long it was told last to stay away when its connection breaks. */
  Duration retry() {
    return retry;
  }

  long wireBytes() {
    return wireBytes;
  }
}
