package heliograph.benchmark;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A good sender: it has one event on its way at a time, tries again with the same id until that is
 * acknowledged, and sends without a pause what was due meanwhile. It publishes to topics of its own
 * by turns, and numbers the events of each as {@link Reader} expects it. One thread sends, and any
 * may stop it, and look at what became of it.
 */
final class Sender {
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final Duration LEAST_PAUSE = Duration.ofMillis(50);
  private static final Duration MOST_PAUSE = Duration.ofSeconds(1);
  private static final Duration GIVING_UP = Duration.ofMinutes(2);
  private static final int MAX_HEAD = 16 * 1024;

  private final int port;
  private final List<String> topics;
  private final long apartNanos;
  private final Queue<Try> tries = new ConcurrentLinkedQueue<>();
  private final AtomicLong acknowledged = new AtomicLong();
  private volatile boolean stopped;
  private Socket socket = new Socket();
  private InputStream in = InputStream.nullInputStream();

  /** What became of a try. */
  enum Outcome {
    STORED,
    DUPLICATE,
    /** The relay said that it cannot now. */
    UNAVAILABLE,
    /** No connection, so nothing was sent. */
    REFUSED,
    /** No answer, so nobody knows whether it is stored. */
    UNANSWERED;

    boolean isAcknowledged() {
      return this == STORED || this == DUPLICATE;
    }
  }

  /**
   * One try.
   *
   * @param at when its end was known, as {@link System#nanoTime} has it
   * @param late how much later than the event was due
   */
  record Try(long at, Outcome outcome, Duration late) {}

  /**
   * @param apart the time from one event to the next
   */
  Sender(int port, List<String> topics, Duration apart) {
    this.port = port;
    this.topics = List.copyOf(topics);
    this.apartNanos = apart.toNanos();
  }

  /** Sends until it is stopped, and ends when its last event is acknowledged. */
  Void send() throws IOException {
    long from = System.nanoTime();
    for (long number = 0; !stopped; number++) {
      long due = from + number * apartNanos;
      Server.pause(Duration.ofNanos(Math.max(0, due - System.nanoTime())));
      untilAcknowledged(request(number), due);
      acknowledged.incrementAndGet();
    }
    socket.close();
    return null;
  }

  void stop() {
    stopped = true;
  }

  private void untilAcknowledged(byte[] request, long due) throws IOException {
    long end = System.nanoTime() + GIVING_UP.toNanos();
    Duration pause = LEAST_PAUSE;
    while (System.nanoTime() < end) {
      Outcome outcome = attempt(request);
      long now = System.nanoTime();
      tries.add(new Try(now, outcome, Duration.ofNanos(now - due)));
      if (outcome.isAcknowledged()) {
        return;
      }
      // Half of it by chance, so that not all come at the same moment.
      long half = pause.toNanos() / 2;
      Server.pause(Duration.ofNanos(half + ThreadLocalRandom.current().nextLong(half)));
      pause = pause.multipliedBy(2).compareTo(MOST_PAUSE) < 0 ? pause.multipliedBy(2) : MOST_PAUSE;
    }
    throw new IOException("an event was not acknowledged within " + GIVING_UP);
  }

  private byte[] request(long sent) {
    String topic = topics.get((int) (sent % topics.size()));
    long number = sent / topics.size();
    String body =
        "{\"id\":\"%s-%s\",\"tenant\":\"%s\",\"topic\":\"%s\",\"type\":\"%s\",\"data\":{\"seq\":%s,\"pad\":\"%s\"}}"
            .formatted(
                topic, number, Events.tenant(0), topic, Events.TYPE, number, "x".repeat(180));
    String head =
        """
        POST /v1/hooks/bench HTTP/1.1\r
        Host: 127.0.0.1\r
        Content-Type: application/json\r
        Authorization: Bearer %s\r
        Content-Length: %s\r
        \r
        """
            .formatted(Relay.SECRET, body.length());
    return (head + body).getBytes(StandardCharsets.US_ASCII);
  }

  private Outcome attempt(byte[] request) throws IOException {
    if (!socket.isConnected() || socket.isClosed()) {
      try {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) ANSWER.toMillis());
        in = new BufferedInputStream(socket.getInputStream());
      } catch (IOException _) {
        return Outcome.REFUSED;
      }
    }
    String answer;
    try {
      socket.getOutputStream().write(request);
      answer = answer();
    } catch (IOException _) {
      socket.close();
      return Outcome.UNANSWERED;
    }
    if (answer.startsWith("HTTP/1.1 202")) {
      return answer.contains("\"duplicate\":true") ? Outcome.DUPLICATE : Outcome.STORED;
    } else if (answer.startsWith("HTTP/1.1 503")) {
      socket.close();
      return Outcome.UNAVAILABLE;
    }
    throw new IOException("refused: " + answer);
  }

  /** The head and the body. */
  private String answer() throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0 || text.length() > MAX_HEAD) {
        throw new IOException("no answer: " + text);
      }
      text.append((char) next);
    }
    int length =
        text.toString()
            .lines()
            .filter(line -> line.regionMatches(true, 0, "Content-Length: ", 0, 16))
            .mapToInt(line -> Integer.parseInt(line.substring(16).strip()))
            .findFirst()
            .orElseThrow(() -> new IOException("an answer without a length: " + text));
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new IOException("half an answer: " + text);
    }
    return text + new String(body, StandardCharsets.UTF_8);
  }

  /** How many events of one of its topics are acknowledged. */
  long acknowledged(int topic) {
    return (acknowledged.get() + topics.size() - 1 - topic) / topics.size();
  }

  /** What became of each, in their order. */
  List<Try> tries() {
    return List.copyOf(tries);
  }
}
