package heliograph.gateway.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import heliograph.gateway.crypto.Ed25519;
import java.security.PublicKey;
import java.text.ParseException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A public key of an issuer, with the algorithms that it may be used with: those of its kind and
 * curve, or the one that it names. Neither {@code none} nor an HMAC with the public key as its
 * secret is ever among them (RFC 8725, sections 3.1 and 3.2). Any thread.
 */
final class VerifyingKey {
  /** The shortest RSA key, in bits (RFC 7518, section 3.3). */
  static final int MIN_RSA_BITS = 2048;

  /** The longest RSA key, in bits: the longer the key, the longer verifying takes. */
  static final int MAX_RSA_BITS = 8192;

  /** The longest public exponent of RSA, in bits: verifying takes a step for each bit. */
  static final int MAX_EXPONENT_BITS = 64;

  /** The longest JWK, in characters; this also bounds its numbers. */
  static final int MAX_JWK = 32 * 1024;

  private static final Set<JWSAlgorithm> OF_RSA =
      Set.of(
          JWSAlgorithm.RS256,
          JWSAlgorithm.RS384,
          JWSAlgorithm.RS512,
          JWSAlgorithm.PS256,
          JWSAlgorithm.PS384,
          JWSAlgorithm.PS512);
  private static final Map<Curve, JWSAlgorithm> OF_CURVE =
      Map.of(
          Curve.P_256, JWSAlgorithm.ES256,
          Curve.P_384, JWSAlgorithm.ES384,
          Curve.P_521, JWSAlgorithm.ES512);
  // RFC 8037 and RFC 9864 have these two names for one algorithm.
  private static final Set<JWSAlgorithm> OF_ED25519 =
      Set.of(JWSAlgorithm.EdDSA, JWSAlgorithm.Ed25519);

  /** Every algorithm that some key can be used with. */
  static final Set<String> ALGORITHMS =
      Stream.of(OF_RSA, Set.copyOf(OF_CURVE.values()), OF_ED25519)
          .flatMap(Set::stream)
          .map(JWSAlgorithm::getName)
          .collect(Collectors.toUnmodifiableSet());

  /** Checks a signature; it asks for less than {@link JWSVerifier}. */
  private interface Verifier {
    boolean verify(JWSHeader header, byte[] content, Base64URL signature) throws JOSEException;
  }

  private final JWK jwk;
  private final Verifier verifier;
  private final Set<JWSAlgorithm> algorithms;

  private VerifyingKey(JWK jwk, Verifier verifier, Set<JWSAlgorithm> algorithms) {
    this.jwk = jwk;
    this.verifier = verifier;
    this.algorithms = algorithms;
  }

  /**
   * Reads a key of a JWK set.
   *
   * @param json the JWK (RFC 7517)
   * @return empty if the key is not for verifying, is of another kind, is weak or cannot be read
   */
  static Optional<VerifyingKey> parse(String json) {
    if (json.length() > MAX_JWK) {
      return Optional.empty();
    }
    try {
      JWK jwk = JWK.parse(json);
      if (!isForVerifying(jwk) || jwk.isPrivate()) {
        return Optional.empty();
      }
      Verifier verifier = verifier(jwk);
      if (verifier == null) {
        return Optional.empty();
      }
      Set<JWSAlgorithm> algorithms =
          of(jwk).stream()
              .filter(it -> jwk.getAlgorithm() == null || it.equals(jwk.getAlgorithm()))
              .collect(Collectors.toUnmodifiableSet());
      return algorithms.isEmpty()
          ? Optional.empty()
          : Optional.of(new VerifyingKey(jwk, verifier, algorithms));
    } catch (ParseException | JOSEException | IllegalArgumentException | IllegalStateException _) {
      return Optional.empty();
    }
  }

  private static boolean isForVerifying(JWK jwk) {
    return (jwk.getKeyUse() == null || jwk.getKeyUse().equals(KeyUse.SIGNATURE))
        && (jwk.getKeyOperations() == null || jwk.getKeyOperations().contains(KeyOperation.VERIFY));
  }

  private static @Nullable Verifier verifier(JWK jwk) throws JOSEException {
    return switch (jwk) {
      case RSAKey rsa
          when rsa.size() >= MIN_RSA_BITS
              && rsa.size() <= MAX_RSA_BITS
              && rsa.getPublicExponent().decodeToBigInteger().bitLength() <= MAX_EXPONENT_BITS
              && !RocaKeys.has(rsa.getModulus().decodeToBigInteger()) ->
          new RSASSAVerifier(rsa.toRSAPublicKey())::verify;
      case ECKey ec when OF_CURVE.containsKey(ec.getCurve()) ->
          new ECDSAVerifier(ec.toECPublicKey())::verify;
      case OctetKeyPair okp when okp.getCurve().equals(Curve.Ed25519) -> {
        // The library's own verifier would need all of Tink.
        PublicKey key = Ed25519.key(okp.getDecodedX());
        yield (_, content, signature) -> Ed25519.verify(key, "", content, signature.decode());
      }
      default -> null;
    };
  }

  private static Set<JWSAlgorithm> of(JWK jwk) {
    return switch (jwk) {
      case ECKey ec -> Set.of(Objects.requireNonNull(OF_CURVE.get(ec.getCurve())));
      case OctetKeyPair _ -> OF_ED25519;
      default -> OF_RSA;
    };
  }

  /** The algorithms that it may be used with, as one text. */
  String algorithms() {
    return algorithms.stream()
        .map(JWSAlgorithm::getName)
        .sorted()
        .collect(Collectors.joining(", "));
  }

  /** The name of the key within its set; empty if it has none. */
  String id() {
    return jwk.getKeyID() == null ? "" : jwk.getKeyID();
  }

  boolean fits(String algorithm) {
    return algorithms.stream().anyMatch(it -> it.getName().equals(algorithm));
  }

  /** Whether this key's private half signed the token. */
  boolean verifies(SignedToken token) {
    if (!fits(token.algorithm())) {
      return false;
    }
    try {
      JWSHeader header = new JWSHeader(JWSAlgorithm.parse(token.algorithm()));
      return verifier.verify(header, token.content(), new Base64URL(token.signature()));
    } catch (JOSEException _) {
      // A key of this kind makes no signature of this form.
      return false;
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof VerifyingKey key && jwk.equals(key.jwk);
  }

  @Override
  public int hashCode() {
    return jwk.hashCode();
  }

  @Override
  public String toString() {
    return jwk.getKeyType() + " " + id();
  }
}
