package heliograph.gateway;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * HMAC-SHA256 with each of several secrets, so that they can be changed without a stop. Any thread.
 */
final class Hmac {
  static final String ALGORITHM = "HmacSHA256";

  /** The fewest characters of a secret that is a text. */
  static final int MIN_LENGTH = 16;

  private final List<SecretKeySpec> keys;

  private Hmac(List<SecretKeySpec> keys) {
    this.keys = keys;
  }

  /**
   * @param secrets texts whose bytes are the keys, as they are
   * @throws IllegalArgumentException for a secret that is easily guessed; without it in the message
   */
  static Hmac of(List<String> secrets) {
    if (secrets.stream().anyMatch(secret -> secret.length() < MIN_LENGTH)) {
      throw new IllegalArgumentException("a secret has at least " + MIN_LENGTH + " characters");
    }
    return new Hmac(
        secrets.stream()
            .map(secret -> new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM))
            .toList());
  }

  /**
   * Whether one of the signatures is right under one of the secrets. Every one is looked at, so
   * that the time tells nothing of which it was.
   *
   * @param before what is signed before the body
   * @param signatures in lower-case hexadecimal, as all senders write it
   */
  boolean signed(String before, byte[] body, List<String> signatures) {
    boolean right = false;
    for (SecretKeySpec key : keys) {
      byte[] expected = ascii(HexFormat.of().formatHex(sign(key, before, body)));
      for (String signature : signatures) {
        right |= MessageDigest.isEqual(expected, ascii(signature));
      }
    }
    return right;
  }

  static byte[] sign(Key key, String before, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      mac.update(before.getBytes(StandardCharsets.UTF_8));
      return mac.doFinal(body);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }

  /** SHA-256 in hexadecimal. */
  static String digest(byte[] bytes) {
    return HexFormat.of().formatHex(hash(bytes));
  }

  /** SHA-256. */
  static byte[] hash(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  // What is beyond ASCII becomes a question mark, which no hexadecimal text has.
  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
