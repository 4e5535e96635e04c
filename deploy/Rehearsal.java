import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a relay will have to do in its first seconds, done to one from which the JVM learns:
 * publishers at full speed, a crowd that comes, hears and comes back again and again, and an
 * operator who looks on. So the JVM has met all the classes of that, and knows which methods
 * matter, before the first client of the next start is there.
 *
 * <p>Run by deploy/start-cache as {@code java Rehearsal.java PORT ADMIN-PORT SECRET-FILE}, against
 * the configuration that it writes. The exit code is 0 if everything was answered as it should be.
 */
public final class Rehearsal {
  /** How long it takes. The JVM's compilers need some of it to find out what matters. */
  private static final Duration LENGTH = Duration.ofSeconds(8);

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int PUBLISHERS = 4;
  private static final int SUBSCRIBERS = 40;

  /** How many events a subscriber hears before it goes and comes back. */
  private static final int HEARD = 200;

  private static final String DATA =
      "\"data\":{\"order\":%s,\"total\":12.5,\"mail\":\"ada@example.org\",\"note\":\"%s\"}";

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final int port;
  private final int admin;
  private final byte[] secret;
  private final long end = System.nanoTime() + LENGTH.toNanos();
  private final AtomicInteger number = new AtomicInteger();

  private Rehearsal(int port, int admin, String secret) {
    this.port = port;
    this.admin = admin;
    this.secret = secret.getBytes(UTF_8);
  }

  /** Plays it once. */
  public static void main(String[] args) throws Exception {
    new Rehearsal(
            Integer.parseInt(args[0]),
            Integer.parseInt(args[1]),
            Files.readString(Path.of(args[2])).strip())
        .play();
  }

  private void play() throws Exception {
    List<Future<?>> parts = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < SUBSCRIBERS; i++) {
        int who = i;
        parts.add(threads.submit(() -> subscribe(who)));
      }
      for (int i = 0; i < PUBLISHERS; i++) {
        int who = i;
        parts.add(threads.submit(() -> publish(who)));
      }
      parts.add(threads.submit(this::lookOn));
      for (Future<?> part : parts) {
        part.get();
      }
    }
  }

  private boolean isOver() {
    return System.nanoTime() - end >= 0;
  }

  /** By a static token, signed, and in batches. */
  private Void publish(int who) throws Exception {
    while (!isOver()) {
      String event = event(who);
      switch (number.get() % 8) {
        case 0 ->
            ok(
                post(
                    "/v1/hooks/plain",
                    "[" + event + "," + event(who) + "]",
                    "Authorization",
                    bearer()));
        case 1, 2, 3 -> ok(signed(event));
        default -> ok(post("/v1/hooks/plain", event, "Authorization", bearer()));
      }
    }
    return null;
  }

  private String bearer() {
    return "Bearer " + new String(secret, UTF_8);
  }

  private String event(int who) {
    int n = number.incrementAndGet();
    String type = n % 5 == 0 ? "order.masked" : "order.paid";
    String roles = n % 7 == 0 ? "\"roles\":[\"staff\"]," : "";
    return "{\"tenant\":\"%s\",\"topic\":\"orders.%s\",\"type\":\"%s\",%s%s}"
        .formatted(tenant(who), n % 10, type, roles, DATA.formatted(n, "x".repeat(n % 900)));
  }

  private static String tenant(int who) {
    return who % 2 == 0 ? "acme" : "globex";
  }

  /** As Standard Webhooks has it. */
  private HttpRequest signed(String body) throws GeneralSecurityException {
    String id = "msg_" + number.incrementAndGet();
    String time = Long.toString(Instant.now().getEpochSecond());
    String signature = Base64.getEncoder().encodeToString(hmac(id + "." + time + "." + body));
    return post(
        "/v1/hooks/signed",
        body,
        "webhook-id",
        id,
        "webhook-timestamp",
        time,
        "webhook-signature",
        "v1," + signature);
  }

  private byte[] hmac(String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret, "HmacSHA256"));
    return mac.doFinal(text.getBytes(UTF_8));
  }

  private HttpRequest post(String path, String body, String... headers) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(PATIENCE)
        .header("Content-Type", "application/json")
        .headers(headers)
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  private String ok(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() >= 300) {
      throw new IOException(
          request.uri().getPath() + ": " + answer.statusCode() + " " + answer.body());
    }
    return answer.body();
  }

  /**
   * Comes, hears some, goes, and comes back from where it was; between two streams it asks by a
   * poll.
   */
  private Void subscribe(int who) throws Exception {
    String token = token(who);
    String last = "";
    while (!isOver()) {
      last =
          hear(
              "/v1/stream?topic="
                  + query(topics(who))
                  + (who % 5 == 0 ? "&filter=" + query("data.total > 10.0") : ""),
              token,
              last);
      if (who % 8 == 0) {
        ok(
            get(
                port,
                "/v1/events?topic=orders.*&limit=10&after=" + last,
                "Authorization",
                "Bearer " + token));
        ok(get(port, "/v1/status", "Authorization", "Bearer " + token));
      }
    }
    return null;
  }

  private static String topics(int who) {
    return who % 3 == 0 ? "orders." + who % 10 : who % 3 == 1 ? "orders.*" : ">";
  }

  private static String query(String text) {
    return URLEncoder.encode(text, UTF_8);
  }

  /** By a socket, as a stream ends when its client goes. */
  private String hear(String target, String token, String after) throws IOException {
    String last = after;
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout((int) LENGTH.plus(PATIENCE).toMillis());
      String head =
          "GET "
              + target
              + " HTTP/1.1\r\nHost: 127.0.0.1:"
              + port
              + "\r\nAccept: text/event-stream\r\n"
              + (after.isEmpty() ? "" : "Last-Event-ID: " + after + "\r\n")
              + "Authorization: Bearer "
              + token
              + "\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(UTF_8));
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
      String status = lines.readLine();
      if (status == null || !status.contains(" 200 ")) {
        throw new IOException(target + ": " + status);
      }
      int heard = 0;
      for (String line = lines.readLine();
          line != null && heard < HEARD && !isOver();
          line = lines.readLine()) {
        if (line.startsWith("id:")) {
          last = line.substring(3).strip();
          heard++;
        }
      }
    }
    return last;
  }

  private HttpRequest get(int at, String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + at + path)).timeout(PATIENCE);
    return (headers.length == 0 ? request : request.headers(headers)).build();
  }

  /** Health and metrics, as they are asked for by machines, and what a console reads. */
  private Void lookOn() throws Exception {
    while (!isOver()) {
      for (String path :
          List.of(
              "/observe/health/ready",
              "/observe/metrics",
              "/admin/v1/status",
              "/admin/v1/streams")) {
        ok(get(admin, path));
      }
      Thread.sleep(Duration.ofMillis(500));
    }
    return null;
  }

  /** A token as an application makes it that shares a secret (RFC 7519, HS256). */
  private String token(int who) throws GeneralSecurityException {
    long now = Instant.now().getEpochSecond();
    String roles = who % 4 == 0 ? "\"staff\"" : "";
    String text =
        base64("{\"alg\":\"HS256\",\"typ\":\"JWT\"}")
            + "."
            + base64(
                "{\"iss\":\"rehearsal\",\"aud\":\"rehearsal\",\"sub\":\"user-%s\",\"tenant\":\"%s\",\"roles\":[%s],\"iat\":%s,\"exp\":%s}"
                    .formatted(who, tenant(who), roles, now, now + 600));
    return text + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(hmac(text));
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
  }
}
