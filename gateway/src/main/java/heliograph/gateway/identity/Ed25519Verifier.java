package heliograph.gateway.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.impl.BaseJWSProvider;
import com.nimbusds.jose.util.Base64URL;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Set;

/**
 * Verifies Ed25519 signatures (RFC 8037) by what the Java platform has: the library's own verifier
 * would bring all of Tink for it. Any thread.
 */
final class Ed25519Verifier extends BaseJWSProvider implements JWSVerifier {
  /** The name of RFC 8037, and that of RFC 9864 which says it exactly. */
  static final Set<JWSAlgorithm> ALGORITHMS = Set.of(JWSAlgorithm.EdDSA, JWSAlgorithm.Ed25519);

  private static final String NAME = "Ed25519";
  private static final int KEY_BYTES = 32;

  private final PublicKey key;

  /**
   * @param key as RFC 8032 section 5.1.5 encodes it
   * @throws GeneralSecurityException if it is no point of the curve
   */
  Ed25519Verifier(byte[] key) throws GeneralSecurityException {
    super(ALGORITHMS);
    if (key.length != KEY_BYTES) {
      throw new InvalidKeyException("an Ed25519 key has 32 bytes");
    }
    // Little-endian; the highest bit is the lowest of the other coordinate.
    byte[] y = new byte[KEY_BYTES];
    for (int i = 0; i < KEY_BYTES; i++) {
      y[i] = key[KEY_BYTES - 1 - i];
    }
    boolean xOdd = y[0] < 0;
    y[0] &= 0x7f;
    EdECPoint point = new EdECPoint(xOdd, new BigInteger(1, y));
    this.key =
        KeyFactory.getInstance(NAME)
            .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point));
  }

  @Override
  public boolean verify(JWSHeader header, byte[] content, Base64URL signature)
      throws JOSEException {
    if (!ALGORITHMS.contains(header.getAlgorithm())) {
      throw new JOSEException("not an algorithm of this key");
    }
    try {
      Signature verifier = Signature.getInstance(NAME);
      verifier.initVerify(key);
      verifier.update(content);
      return verifier.verify(signature.decode());
    } catch (SignatureException _) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new JOSEException("Ed25519 is not to be had", e);
    }
  }
}
