package heliograph.gateway.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import heliograph.gateway.crypto.Ed25519;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What a key of a JWK set can be used for, and which keys cannot be used at all. */
class VerifyingKeyTest {
  /** RFC 8037, appendix A.2. */
  private static final String ED25519 =
      "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"%s}";

  private static final RSAKey RSA = rsa(2048);

  @Test
  void everyKindOfKeyHasItsOwnAlgorithms() throws Exception {
    assertEquals(Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), algorithms(RSA));
    assertEquals(Set.of("ES256"), algorithms(ec(Curve.P_256)));
    assertEquals(Set.of("ES384"), algorithms(ec(Curve.P_384)));
    assertEquals(Set.of("ES512"), algorithms(ec(Curve.P_521)));
    assertEquals(Set.of("EdDSA", "Ed25519"), algorithms(ED25519.formatted("")));
  }

  @Test
  void aKeyThatNamesItsAlgorithmHasNoOther() throws Exception {
    assertEquals(
        Set.of("PS384"), algorithms(new RSAKey.Builder(RSA).algorithm(JWSAlgorithm.PS384).build()));
    assertEquals(Set.of("EdDSA"), algorithms(ED25519.formatted(",\"alg\":\"EdDSA\"")));
    assertEquals(Set.of(), algorithms(ED25519.formatted(",\"alg\":\"ES256\"")));
    assertEquals(
        Set.of(), algorithms(new RSAKey.Builder(RSA).algorithm(JWSAlgorithm.HS256).build()));
  }

  /** Else one look at a token would take as many steps as the exponent has bits. */
  @Test
  void anExponentOfAThousandBitsIsNoKeysOfUse() {
    String exponent = "_".repeat(170);
    assertEquals(
        Set.of(),
        algorithms(
            "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"}".formatted(RSA.getModulus(), exponent)));
    assertEquals(
        6,
        algorithms(
                "{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"}"
                    .formatted(RSA.getModulus(), RSA.getPublicExponent()))
            .size());
  }

  @Test
  void aKeyThatIsLongerThanAnyIsNotRead() {
    String pad = ",\"pad\":\"" + "x".repeat(VerifyingKey.MAX_JWK) + "\"";
    assertEquals(Set.of(), algorithms(ED25519.formatted(pad)));
  }

  @Test
  void aKeyForSomethingElseIsLeftOut() throws Exception {
    assertEquals(Set.of(), algorithms(new RSAKey.Builder(RSA).keyUse(KeyUse.ENCRYPTION).build()));
    assertEquals(
        Set.of(),
        algorithms(new RSAKey.Builder(RSA).keyOperations(Set.of(KeyOperation.ENCRYPT)).build()));
    assertEquals(
        6,
        algorithms(
                new RSAKey.Builder(RSA)
                    .keyUse(KeyUse.SIGNATURE)
                    .keyOperations(Set.of(KeyOperation.VERIFY))
                    .build())
            .size());
  }

  @Test
  void aWeakAHugeAnUnknownOrASecretKeyIsLeftOut() throws Exception {
    assertEquals(Set.of(), algorithms(rsa(1024)));
    assertEquals(
        Set.of(),
        algorithms("{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"%s\"}".formatted("_".repeat(1400))));
    assertEquals(Set.of(), algorithms(ec(Curve.SECP256K1)));
    OctetSequenceKey secret = new OctetSequenceKeyGenerator(256).generate();
    assertEquals(Set.of(), algorithms(secret));
    for (String json :
        List.of(
            "{}",
            "{\"kty\":\"XYZ\"}",
            "{\"kty\":\"RSA\"}",
            "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\",\"y\":\"AAAA\"}",
            "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
            "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}",
            "[]",
            "7")) {
      assertEquals(Set.of(), algorithms(json), json);
    }
    // Whoever publishes the private half has no secret left to sign with.
    assertEquals(Optional.empty(), VerifyingKey.parse(RSA.toJSONString()));
  }

  @Test
  void theSignatureOfTheStandardIsVerified() {
    // RFC 8037, appendix A.4: the payload is no JSON, so the signature alone is looked at.
    byte[] content =
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    String right =
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    assertEquals(true, verifies(content, right));
    assertEquals(false, verifies(content, right.replaceFirst("^h", "i")));
    assertEquals(false, verifies(content, right.substring(4)));
    assertEquals(false, verifies(content, ""));
    assertThrows(IllegalArgumentException.class, () -> Ed25519.key(new byte[31]));
  }

  private static boolean verifies(byte[] content, String signature) {
    java.util.Base64.Decoder decoder = java.util.Base64.getUrlDecoder();
    return Ed25519.verify(
        Ed25519.key(decoder.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")),
        "",
        content,
        decoder.decode(signature));
  }

  private static Set<String> algorithms(JWK key) {
    return algorithms((key instanceof OctetSequenceKey ? key : key.toPublicJWK()).toJSONString());
  }

  private static Set<String> algorithms(String json) {
    return VerifyingKey.parse(json).stream()
        .flatMap(key -> VerifyingKey.ALGORITHMS.stream().filter(key::fits))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static RSAKey rsa(int bits) {
    try {
      return new RSAKeyGenerator(bits, true).keyID("rsa").generate();
    } catch (com.nimbusds.jose.JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JWK ec(Curve curve) throws Exception {
    if (curve.equals(Curve.SECP256K1)) {
      // The platform has no such curve any more; a point of it, from SEC 2 section 2.4.1.
      return JWK.parse(
          "{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"eb5mfvncu6xVoGKVzocLBwKb_NstzijZWfKBWxb4F5g\","
              + "\"y\":\"SDradyajxGVdpPv8DhEIqP0XtEimhVQZnEfQj_sQ1Lg\"}");
    }
    return new ECKeyGenerator(curve).keyID("ec").generate();
  }
}
