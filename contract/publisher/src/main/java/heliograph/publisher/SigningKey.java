package heliograph.publisher;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes one of the signatures of a request, by Standard Webhooks 1.0.0, section <i>Signature
 * scheme</i>. Any thread.
 */
@FunctionalInterface
interface SigningKey {
  /**
   * Signs the text followed by the body.
   *
   * @return an entry of {@code webhook-signature}: the version, a comma, and base64
   */
  String sign(String head, byte[] body);

  /**
   * Reads a secret, of which the prefix says what it is.
   *
   * @throws IllegalArgumentException if it is of no form; the message does not show it
   */
  static SigningKey of(String secret) {
    if (secret.startsWith("whsec_")) {
      byte[] key = decoded(secret.substring("whsec_".length()));
      if (key.length >= 24 && key.length <= 64) {
        return shared(key);
      }
    }
    if (secret.startsWith("whsk_")) {
      byte[] key = decoded(secret.substring("whsk_".length()));
      if (key.length == 32 || key.length == 64) {
        return ofPair(key);
      }
    }
    throw new IllegalArgumentException(
        "a secret is whsec_ and the base64 of 24 to 64 bytes, or whsk_ and that of 32 or 64");
  }

  private static byte[] decoded(String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      // Its message has a character of the secret.
      return new byte[0];
    }
  }

  /** Signs with HMAC-SHA256 (RFC 2104), which the relay can do as well. */
  private static SigningKey shared(byte[] secret) {
    SecretKeySpec key = new SecretKeySpec(secret, "HmacSHA256");
    return (head, body) -> {
      try {
        Mac mac = Mac.getInstance(key.getAlgorithm());
        mac.init(key);
        mac.update(head.getBytes(StandardCharsets.US_ASCII));
        return entry("v1", mac.doFinal(body));
      } catch (GeneralSecurityException e) {
        // Every JDK has it (java.security.Provider, required algorithms), and any bytes are a key.
        throw new AssertionError("HmacSHA256", e);
      }
    };
  }

  /**
   * Signs with Ed25519 (RFC 8032), of which the relay has the public key alone.
   *
   * @param secret the private key of 32 bytes; with the public key behind it, as many programs keep
   *     the two, that is not read
   */
  private static SigningKey ofPair(byte[] secret) {
    try {
      PrivateKey key =
          KeyFactory.getInstance("Ed25519")
              .generatePrivate(
                  new EdECPrivateKeySpec(NamedParameterSpec.ED25519, Arrays.copyOf(secret, 32)));
      return (head, body) -> entry("v1a", signed(key, head, body));
    } catch (GeneralSecurityException e) {
      throw lacking(e);
    }
  }

  private static byte[] signed(PrivateKey key, String head, byte[] body) {
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(key);
      signature.update(head.getBytes(StandardCharsets.US_ASCII));
      signature.update(body);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw lacking(e);
    }
  }

  /** A JDK may leave it out; that of OpenJDK has it since 15, and any 32 bytes are a key. */
  private static IllegalStateException lacking(GeneralSecurityException e) {
    return new IllegalStateException("this Java has no Ed25519", e);
  }

  private static String entry(String version, byte[] signature) {
    return version + "," + Base64.getEncoder().encodeToString(signature);
  }
}
