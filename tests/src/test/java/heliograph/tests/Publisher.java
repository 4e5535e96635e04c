package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A backend that publishes: by a static key or a bearer token, or with signed webhooks. */
final class Publisher {
  static final String JSON = "application/json";

  private final RelayProcess relay;
  private final String path;
  private final String[] credentials;

  private Publisher(RelayProcess relay, String path, String... credentials) {
    this.relay = relay;
    this.path = path;
    this.credentials = credentials;
  }

  /** One of the scheme {@code token}. */
  static Publisher withKey(RelayProcess relay, String name, String key) {
    return new Publisher(relay, "/v1/hooks/" + name, "Authorization", "Bearer " + Secrets.key(key));
  }

  /** One with a bearer JWT. */
  static Publisher withToken(RelayProcess relay, String token) {
    return new Publisher(relay, "/v1/events", "Authorization", "Bearer " + token);
  }

  /** One that gives each request its own headers. */
  static Publisher bare(RelayProcess relay, String name) {
    return new Publisher(relay, "/v1/hooks/" + name);
  }

  /** Publishes one event of {@code application/json} and returns its cursor. */
  String publish(String event) throws IOException, InterruptedException {
    Answer answer = post(JSON, event);
    assertEquals(202, answer.status(), answer::toString);
    return (String) answer.json().get("cursor");
  }

  /** Publishes data under a topic of a tenant. */
  String publish(String tenant, String topic, String data)
      throws IOException, InterruptedException {
    return publish(
        """
        {"tenant":"%s","topic":"%s","type":"test.happened","data":%s}\
        """
            .formatted(tenant, topic, data));
  }

  /** Posts a body of {@code application/json}. */
  Answer json(String body) throws IOException, InterruptedException {
    return post(JSON, body);
  }

  Answer post(String contentType, String body, String... headers)
      throws IOException, InterruptedException {
    return post(contentType, body.getBytes(StandardCharsets.UTF_8), headers);
  }

  Answer post(String contentType, byte[] body, String... headers)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("Content-Type", contentType));
    all.addAll(List.of(credentials));
    all.addAll(List.of(headers));
    return relay.http().send("POST", path, body, all.toArray(String[]::new));
  }

  /** Posts a body of {@code application/json} that was signed. */
  Answer signed(byte[] body, Signature signature, String... headers)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of(signature.headers()));
    all.addAll(List.of(headers));
    return post(JSON, body, all.toArray(String[]::new));
  }

  static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
      zip.write(bytes);
    }
    return out.toByteArray();
  }

  /** What a sender of Standard Webhooks adds to a request, written from the standard's text. */
  record Signature(String id, String timestamp, String signature) {
    static Signature of(String secret, byte[] body) {
      return of(secret, "msg_" + UUID.randomUUID(), Instant.now(), body);
    }

    static Signature of(String secret, String id, Instant at, byte[] body) {
      return of(secret, id, Long.toString(at.getEpochSecond()), body);
    }

    static Signature of(String secret, String id, String timestamp, byte[] body) {
      return new Signature(id, timestamp, "v1," + sign(secret, id, timestamp, body));
    }

    String[] headers() {
      return new String[] {
        "webhook-id", id, "webhook-timestamp", timestamp, "webhook-signature", signature
      };
    }

    private static String sign(String secret, String id, String timestamp, byte[] body) {
      try {
        Mac mac = Mac.getInstance("HmacSHA256");
        byte[] key = Base64.getDecoder().decode(secret.replaceFirst("^whsec_", ""));
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
        return Base64.getEncoder().encodeToString(mac.doFinal(body));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
