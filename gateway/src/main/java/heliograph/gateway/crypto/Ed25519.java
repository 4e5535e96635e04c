package heliograph.gateway.crypto;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;

/** Signatures of Ed25519 (RFC 8032), with the JDK's own. Any thread. */
public final class Ed25519 {
  private static final String ALGORITHM = "Ed25519";
  private static final int KEY = 32;

  // RFC 8410 section 4: what stands before the 32 bytes of a key in its SubjectPublicKeyInfo.
  private static final byte[] SPKI = HexFormat.of().parseHex("302a300506032b6570032100");

  private Ed25519() {}

  /**
   * Makes a public key of its 32 bytes.
   *
   * @param raw the key's 32 bytes
   * @throws IllegalArgumentException if they are no key
   */
  public static PublicKey key(byte[] raw) {
    if (raw.length != KEY) {
      throw new IllegalArgumentException("a public key is whpk_ and 32 bytes in base64");
    }
    byte[] encoded = new byte[SPKI.length + KEY];
    System.arraycopy(SPKI, 0, encoded, 0, SPKI.length);
    System.arraycopy(raw, 0, encoded, SPKI.length, KEY);
    try {
      return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(encoded));
    } catch (GeneralSecurityException _) {
      throw new IllegalArgumentException("a public key is whpk_ and 32 bytes in base64");
    }
  }

  /** Whether the key's other half made a signature of this text before this body. */
  public static boolean verify(PublicKey key, String before, byte[] body, byte[] signature) {
    try {
      Signature verification = Signature.getInstance(ALGORITHM);
      verification.initVerify(key);
      verification.update(before.getBytes(StandardCharsets.UTF_8));
      verification.update(body);
      return verification.verify(signature);
    } catch (SignatureException | InvalidKeyException _) {
      // Not of a signature's form, such as of another length; or the key is no point of the curve.
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform since 15 has " + ALGORITHM, e);
    }
  }
}
