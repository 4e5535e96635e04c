package heliograph.gateway;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The scheme {@code standard-webhooks}: Standard Webhooks 1.0.0 with version v1, HMAC-SHA256 over
 * {@code id.timestamp.body}. Several secrets are tried against every signature of the list, so that
 * both sides can rotate keys. Any thread.
 */
final class StandardWebhooks implements Scheme {
  /** How far the signed timestamp may be from now, either way. */
  static final Duration TOLERANCE = Duration.ofMinutes(5);

  /** The most signatures of one request that are looked at. */
  static final int MAX_SIGNATURES = 16;

  private static final HeaderName ID = HeaderNames.create("webhook-id");
  private static final HeaderName TIMESTAMP = HeaderNames.create("webhook-timestamp");
  private static final HeaderName SIGNATURE = HeaderNames.create("webhook-signature");
  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,12}");
  // A dot would make the signed text ambiguous; the rest keeps the id fit to be an event's id.
  private static final Pattern DELIVERY = Pattern.compile("[!-~&&[^.]]{1,240}");
  private static final String PREFIX = "whsec_";
  private static final String VERSION = "v1,";
  private static final String ALGORITHM = "HmacSHA256";
  private static final int MIN_KEY = 24;
  private static final int MAX_KEY = 64;

  private final List<SecretKeySpec> keys;
  private final InstantSource clock;

  StandardWebhooks(List<SecretKeySpec> keys, InstantSource clock) {
    this.keys = List.copyOf(keys);
    this.clock = clock;
  }

  /**
   * @param secrets 24 to 64 bytes in base64, with or without the prefix {@code whsec_}
   * @throws IllegalArgumentException for any other secret; without the secret in it
   */
  static StandardWebhooks of(List<String> secrets) {
    return new StandardWebhooks(
        secrets.stream().map(StandardWebhooks::key).toList(), InstantSource.system());
  }

  static SecretKeySpec key(String secret) {
    byte[] key;
    try {
      key =
          Base64.getDecoder()
              .decode(secret.startsWith(PREFIX) ? secret.substring(PREFIX.length()) : secret);
    } catch (IllegalArgumentException _) {
      throw new IllegalArgumentException("a secret is whsec_ and base64");
    }
    if (key.length < MIN_KEY || key.length > MAX_KEY) {
      throw new IllegalArgumentException(
          "a secret holds %d to %d bytes in base64".formatted(MIN_KEY, MAX_KEY));
    }
    return new SecretKeySpec(key, ALGORITHM);
  }

  @Override
  public String verify(Headers headers, byte[] body) {
    String id = headers.first(ID).orElse("");
    String timestamp = headers.first(TIMESTAMP).orElse("");
    String signatures = headers.first(SIGNATURE).orElse("");
    if (!DELIVERY.matcher(id).matches() || !SECONDS.matcher(timestamp).matches()) {
      throw refused();
    }
    if (!signed(id, timestamp, body, signatures)) {
      throw refused();
    }
    // Only who holds the key gets to know that the time is what is wrong.
    Duration off =
        Duration.between(Instant.ofEpochSecond(Long.parseLong(timestamp)), clock.instant()).abs();
    if (off.compareTo(TOLERANCE) > 0) {
      throw new RelayException(
          ErrorCode.STALE_REQUEST,
          "webhook-timestamp: more than " + TOLERANCE.toSeconds() + " s away from now");
    }
    return id;
  }

  private boolean signed(String id, String timestamp, byte[] body, String signatures) {
    List<byte[]> given = decoded(signatures);
    boolean right = false;
    for (SecretKeySpec key : keys) {
      byte[] expected = sign(key, id, timestamp, body);
      for (byte[] signature : given) {
        right |= MessageDigest.isEqual(expected, signature);
      }
    }
    return right;
  }

  /** The headers with which a sender that has the first secret signs a delivery. */
  Map<HeaderName, String> headers(String id, Instant at, byte[] body) {
    String timestamp = Long.toString(at.getEpochSecond());
    byte[] signature = sign(keys.getFirst(), id, timestamp, body);
    return Map.of(
        ID, id,
        TIMESTAMP, timestamp,
        SIGNATURE, VERSION + Base64.getEncoder().encodeToString(signature));
  }

  private static byte[] sign(SecretKeySpec key, String id, String timestamp, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
      return mac.doFinal(body);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }

  /** The v1 entries of the list; entries of other versions are skipped, as the standard has it. */
  private static List<byte[]> decoded(String signatures) {
    List<byte[]> decoded = new ArrayList<>();
    for (String entry : signatures.split(" ", MAX_SIGNATURES + 1)) {
      if (entry.startsWith(VERSION) && decoded.size() < MAX_SIGNATURES) {
        try {
          decoded.add(Base64.getDecoder().decode(entry.substring(VERSION.length())));
        } catch (IllegalArgumentException _) {
          // Not base64, so it matches no key.
        }
      }
    }
    return decoded;
  }

  private static RelayException refused() {
    return new RelayException(
        ErrorCode.BAD_SIGNATURE, "the publisher is unknown or the signature is wrong");
  }
}
