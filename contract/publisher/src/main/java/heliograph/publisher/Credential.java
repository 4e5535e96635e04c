package heliograph.publisher;

import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * By what the relay knows a publisher. It never shows its secret, in no message and not in {@link
 * #toString()}. Any thread.
 */
public final class Credential {
  /** The most secrets that sign one request; the relay may ignore signatures after the 16th. */
  public static final int MAX_SECRETS = 16;

  /** The fewest characters of a static key. */
  public static final int MIN_KEY = 16;

  /** Makes the headers of one attempt. */
  @FunctionalInterface
  private interface Scheme {
    Map<String, String> headers(String delivery, Instant at, byte[] body);
  }

  private final String name;
  private final Scheme scheme;

  private Credential(String name, Scheme scheme) {
    this.name = name;
    this.scheme = scheme;
  }

  /**
   * Signs each request by Standard Webhooks 1.0.0, sections <i>Signature scheme</i> and <i>Webhook
   * headers</i>: with HMAC-SHA256 ({@code v1}), or with Ed25519 ({@code v1a}), where whoever reads
   * the relay's configuration cannot sign. The relay has the scheme {@code standard-webhooks} for
   * it. The address is {@code …/v1/hooks/NAME}.
   *
   * @param secret 24 to 64 bytes in base64 behind {@code whsec_}, as the relay has it; or a private
   *     key of Ed25519 (RFC 8032, section 5.1.5) behind {@code whsk_}, of which the relay has the
   *     public key behind {@code whpk_}: its 32 bytes, or these and the public key's
   * @param others further secrets that sign as well, while the relay's are being exchanged; at most
   *     15
   * @throws IllegalArgumentException if a secret is not of that form, or there are too many; the
   *     message does not show it
   */
  public static Credential secret(String secret, String... others) {
    if (others.length >= MAX_SECRETS) {
      throw new IllegalArgumentException("at most " + MAX_SECRETS + " secrets");
    }
    List<SigningKey> keys =
        Stream.concat(Stream.of(secret), Arrays.stream(others)).map(SigningKey::of).toList();
    return new Credential("secret", (delivery, at, body) -> signed(keys, delivery, at, body));
  }

  /**
   * Sends a static key as {@code Authorization: Bearer KEY} (RFC 6750, section 2.1). The relay has
   * the scheme {@code token} for it. The address is {@code …/v1/hooks/NAME}. A key that is seen
   * once can be used by whoever saw it, so prefer {@link #secret}.
   *
   * @param key at least {@value #MIN_KEY} visible characters of ASCII
   * @throws IllegalArgumentException if it is not of that form; the message does not show it
   */
  public static Credential key(String key) {
    if (key.length() < MIN_KEY || !isVisible(key)) {
      throw new IllegalArgumentException(
          "a key has at least " + MIN_KEY + " visible characters of ASCII");
    }
    return new Credential("key", (delivery, at, body) -> bearer(key));
  }

  /**
   * Sends an access token as {@code Authorization: Bearer TOKEN} (RFC 6750, section 2.1). The
   * address is {@code …/v1/events}.
   *
   * @param tokens asked before each attempt, on the publisher's own thread, so it answers from
   *     memory most of the time. If it throws, or gives what is no token, the attempt has failed
   *     and is made again later
   */
  public static Credential token(Supplier<String> tokens) {
    return new Credential(
        "token",
        (delivery, at, body) -> {
          String token = tokens.get();
          if (!isVisible(token)) {
            throw new IllegalStateException("not a token");
          }
          return bearer(token);
        });
  }

  /**
   * Sends nothing, because the certificate of the connection says who calls: the relay has the
   * scheme {@code mtls}, and {@link PublisherBuilder#http} has a client with the certificate.
   */
  public static Credential certificate() {
    return new Credential("certificate", (delivery, at, body) -> Map.of());
  }

  /**
   * The headers by which the relay knows the caller.
   *
   * @param delivery the same for each attempt of one request; visible ASCII without a dot
   * @param at when the attempt is made: the relay takes a timestamp for 5 minutes
   */
  Map<String, String> headers(String delivery, Instant at, byte[] body) {
    return scheme.headers(delivery, at, body);
  }

  private static Map<String, String> bearer(String token) {
    return Map.of("Authorization", "Bearer " + token);
  }

  // What HttpRequest does not take as a header, it shows in a message. So it never gets it.
  private static boolean isVisible(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c > ' ' && c < 0x7F);
  }

  private static Map<String, String> signed(
      List<SigningKey> keys, String delivery, Instant at, byte[] body) {
    String timestamp = Long.toString(at.getEpochSecond());
    String head = delivery + "." + timestamp + ".";
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("webhook-id", delivery);
    headers.put("webhook-timestamp", timestamp);
    headers.put(
        "webhook-signature",
        keys.stream().map(key -> key.sign(head, body)).collect(Collectors.joining(" ")));
    return headers;
  }

  /** Says of which kind it is, and nothing of the secret. */
  @Override
  public String toString() {
    return "Credential[" + name + "]";
  }
}
