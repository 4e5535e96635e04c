package heliograph.benchmark;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A publisher with one connection to the relay, which sends an event when the one before it was
 * answered. One thread.
 */
final class Source implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int MAX_HEAD = 16 * 1024;

  private final Socket socket;
  private final InputStream in;
  private final String run = Long.toString(System.nanoTime(), 36);
  private long sent;

  /** Says what event comes when; called with the numbers from 0. */
  interface Script {
    String topic(long number);

    /** JSON. */
    String data(long number);
  }

  Source(int port) throws IOException {
    this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
    this.in = new BufferedInputStream(socket.getInputStream());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout((int) PATIENCE.toMillis());
  }

  /** Publishes so many events of a script, evenly; where it is late, it catches up. */
  void play(Script script, int perSecond, long events) throws IOException {
    long from = System.nanoTime();
    for (long i = 0; i < events; i++) {
      long wait = from + i * 1_000_000_000L / perSecond - System.nanoTime();
      if (wait > 0) {
        Server.pause(Duration.ofNanos(wait));
      }
      publish(script.topic(i), script.data(i));
    }
  }

  /** Publishes an event and waits until it is stored. */
  void publish(String topic, String data) throws IOException {
    send(event(Events.tenant(0), topic, data));
  }

  /** An event as it is sent, alone or in an array. */
  String event(String tenant, String topic, String data) {
    return "{\"id\":\"%s-%s\",\"tenant\":\"%s\",\"topic\":\"%s\",\"type\":\"%s\",\"data\":%s}"
        .formatted(run, sent++, tenant, topic, Events.TYPE, data);
  }

  /** Sends a body and waits until all that is in it is stored. */
  void send(String body) throws IOException {
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
    socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
    String answer = answerHead();
    int length =
        answer
            .lines()
            .filter(line -> line.regionMatches(true, 0, "Content-Length: ", 0, 16))
            .mapToInt(line -> Integer.parseInt(line.substring(16).strip()))
            .findFirst()
            .orElseThrow(() -> new IOException("an answer without a length: " + answer));
    String said = new String(in.readNBytes(length), StandardCharsets.UTF_8);
    if (!answer.startsWith("HTTP/1.1 202")) {
      throw new IOException("refused: " + said);
    }
  }

  private String answerHead() throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0 || text.length() > MAX_HEAD) {
        throw new IOException("no answer: " + text);
      }
      text.append((char) next);
    }
    return text.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
