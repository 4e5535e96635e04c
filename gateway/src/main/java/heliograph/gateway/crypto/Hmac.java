package heliograph.gateway.crypto;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * HMAC (RFC 2104) with each of several secrets, so that they can be changed without a stop. Any
 * thread.
 */
public final class Hmac {
  /** The algorithm of HMAC-SHA256, by the JDK's name. */
  public static final String ALGORITHM = "HmacSHA256";

  /** The least length of a secret: in characters if it is a text, in bytes if it is encoded. */
  static final int MIN_LENGTH = 16;

  /** The hash that a sender uses. */
  public enum Hash {
    SHA256("HmacSHA256"),
    SHA512("HmacSHA512"),
    /** SHA-1 is not broken as a part of HMAC, but nothing new should be built on it. */
    SHA1("HmacSHA1");

    private final String algorithm;

    Hash(String algorithm) {
      this.algorithm = algorithm;
    }
  }

  /** How a secret stands in the configuration. */
  public enum SecretEncoding {
    /** The bytes of the text are the key. */
    TEXT,
    HEX,
    BASE64;

    private byte[] key(String secret) {
      try {
        return switch (this) {
          case TEXT -> secret.getBytes(StandardCharsets.UTF_8);
          case HEX -> HexFormat.of().parseHex(secret);
          case BASE64 -> Base64.getDecoder().decode(secret);
        };
      } catch (IllegalArgumentException _) {
        throw new IllegalArgumentException("a secret is not in the secret-encoding");
      }
    }
  }

  private final List<SecretKeySpec> keys;

  private Hmac(List<SecretKeySpec> keys) {
    this.keys = keys;
  }

  /**
   * Makes an HMAC with these secrets.
   *
   * @throws IllegalArgumentException if a secret is easily guessed, or is not in its encoding; the
   *     message does not contain it
   */
  public static Hmac of(List<String> secrets, Hash hash, SecretEncoding encoding) {
    return new Hmac(secrets.stream().map(secret -> key(secret, encoding, hash.algorithm)).toList());
  }

  /**
   * Makes an HMAC with these keys, whose length the caller has checked.
   *
   * @param algorithm the JDK's name of the algorithm, such as {@code HmacSHA384}
   */
  public static Hmac of(List<byte[]> keys, String algorithm) {
    return new Hmac(keys.stream().map(key -> new SecretKeySpec(key, algorithm)).toList());
  }

  private static SecretKeySpec key(String secret, SecretEncoding encoding, String algorithm) {
    boolean text = encoding == SecretEncoding.TEXT;
    byte[] key = encoding.key(secret);
    if ((text ? secret.length() : key.length) < MIN_LENGTH) {
      throw new IllegalArgumentException(
          "a secret has at least %d %s".formatted(MIN_LENGTH, text ? "characters" : "bytes"));
    }
    return new SecretKeySpec(key, algorithm);
  }

  /**
   * Whether one of the signatures is right under one of the secrets. All of them are compared, so
   * that the time does not tell which one it was.
   *
   * @param text the text, in pieces
   */
  public boolean signed(List<byte[]> text, List<byte[]> signatures) {
    boolean right = false;
    for (SecretKeySpec key : keys) {
      byte[] expected = sign(key, text);
      for (byte[] signature : signatures) {
        right |= MessageDigest.isEqual(expected, signature);
      }
    }
    return right;
  }

  /** Signs with the first secret. */
  public byte[] sign(String text) {
    return sign(keys.getFirst(), List.of(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Signs the text followed by the body, with the algorithm of the key. */
  public static byte[] sign(Key key, String before, byte[] body) {
    return sign(key, List.of(before.getBytes(StandardCharsets.UTF_8), body));
  }

  private static byte[] sign(Key key, List<byte[]> text) {
    try {
      Mac mac = Mac.getInstance(key.getAlgorithm());
      mac.init(key);
      text.forEach(mac::update);
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + key.getAlgorithm(), e);
    }
  }
}
