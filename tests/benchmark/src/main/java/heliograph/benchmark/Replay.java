package heliograph.benchmark;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Subscribers that read the past, and how fast they get it. */
final class Replay {
  private static final byte[] MARK =
      ("\nevent: " + Events.TYPE + "\n").getBytes(StandardCharsets.US_ASCII);
  private static final Pattern CURSOR = Pattern.compile("\"cursor\":\"([a-z0-9]+)-([0-9]+)\"");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final int port;
  private final Issuer issuer;

  Replay(int port, Issuer issuer) {
    this.port = port;
    this.issuer = issuer;
  }

  /** Events per second to one subscriber that reads all of a tenant's events. */
  double all(String tenant, int events) throws IOException, GeneralSecurityException {
    return rate(tenant, "since=2000-01-01T00:00:00Z", 1, events);
  }

  /** Events per second, over all of them, to many that read a tenant's last events at once. */
  double last(String tenant, int subscribers, int events)
      throws IOException, GeneralSecurityException {
    Matcher head = CURSOR.matcher(begin(tenant));
    if (!head.find()) {
      throw new IOException("no cursor in the first frame");
    }
    String start = head.group(1) + "-" + (Long.parseLong(head.group(2)) - events);
    return rate(tenant, "lastEventId=" + start, subscribers, events);
  }

  /** Reads up to the end of the first frame. */
  private String begin(String tenant) throws IOException, GeneralSecurityException {
    StringBuilder text = new StringBuilder();
    try (Socket socket = open(tenant, "")) {
      InputStream in = socket.getInputStream();
      while (!CURSOR.matcher(text).find()) {
        int next = in.read();
        if (next < 0) {
          throw new IOException("the stream ended before a cursor: " + text);
        }
        text.append((char) next);
      }
    }
    return text.toString();
  }

  /** Lets a subscriber read a page and leave. */
  void page(String tenant, int events) throws IOException, GeneralSecurityException {
    try (Socket socket = open(tenant, "replay=" + Math.max(events, 1))) {
      count(socket.getInputStream(), events);
    }
  }

  private double rate(String tenant, String query, int subscribers, int events)
      throws IOException, GeneralSecurityException {
    List<String> requests = new ArrayList<>();
    for (int i = 0; i < subscribers; i++) {
      requests.add(request(tenant, query, "user" + i));
    }
    long from = System.nanoTime();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> readers = new ArrayList<>();
      for (String request : requests) {
        readers.add(
            threads.submit(
                () -> {
                  try (Socket socket = send(request)) {
                    return count(socket.getInputStream(), events);
                  }
                }));
      }
      for (Future<Integer> reader : readers) {
        reader.get();
      }
    } catch (ExecutionException | InterruptedException e) {
      throw new IOException(e);
    }
    return (double) subscribers * events * 1e9 / (System.nanoTime() - from);
  }

  private Socket open(String tenant, String query) throws IOException, GeneralSecurityException {
    return send(request(tenant, query, "user"));
  }

  private String request(String tenant, String query, String user) throws GeneralSecurityException {
    return "GET /v1/stream?%s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n\r\n"
        .formatted(query, issuer.token(tenant, user));
  }

  private Socket send(String request) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout((int) PATIENCE.toMillis());
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  /** Reads until that many events have come; a mark lies within a frame, and so within a chunk. */
  private static int count(InputStream in, int events) throws IOException {
    byte[] buffer = new byte[64 * 1024];
    int matched = 0;
    int seen = 0;
    while (seen < events) {
      int n = in.read(buffer);
      if (n < 0) {
        throw new IOException("the stream ended after " + seen + " events of " + events);
      }
      for (int i = 0; i < n; i++) {
        // A line end is in the mark only at its ends, so after a mismatch it can only begin anew.
        if (buffer[i] == MARK[matched]) {
          matched++;
        } else {
          matched = buffer[i] == MARK[0] ? 1 : 0;
        }
        if (matched == MARK.length) {
          seen++;
          matched = 0;
        }
      }
    }
    return seen;
  }
}
