package heliograph.tests;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What a JWT will say, right until a test spoils it. Immutable. */
record Token(Map<String, Object> header, Map<String, Object> claims) {
  static Token of(String issuer, String audience, String subject) {
    long now = Instant.now().getEpochSecond();
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("iss", issuer);
    claims.put("aud", audience);
    claims.put("sub", subject);
    claims.put("iat", now - 60);
    claims.put("exp", now + 600);
    return new Token(Map.of("typ", "JWT", "alg", "RS256", "kid", "rsa"), claims);
  }

  Token with(String claim, Object value) {
    return new Token(header, changed(claims, claim, value));
  }

  Token without(String claim) {
    Map<String, Object> fewer = new LinkedHashMap<>(claims);
    fewer.remove(claim);
    return new Token(header, fewer);
  }

  /** With a time claim so far from now. */
  Token at(String claim, Duration fromNow) {
    return with(claim, Instant.now().plus(fromNow).getEpochSecond());
  }

  Token header(String name, Object value) {
    return new Token(changed(header, name, value), claims);
  }

  Token withoutHeader(String name) {
    Map<String, Object> fewer = new LinkedHashMap<>(header);
    fewer.remove(name);
    return new Token(fewer, claims);
  }

  String signed() {
    return signedBy(TestIssuer.RSA, "SHA256withRSA");
  }

  String signedByEc() {
    return header("alg", "ES256")
        .header("kid", "ec")
        .signedBy(TestIssuer.EC, "SHA256withECDSAinP1363Format");
  }

  /** RSASSA-PSS (RFC 7518 section 3.5). */
  String signedByPss(KeyPair keys, int bits) {
    String hash = "SHA-" + bits;
    MGF1ParameterSpec mask = new MGF1ParameterSpec(hash);
    return signed(
        keys, "RSASSA-PSS", new PSSParameterSpec(hash, "MGF1", mask, bits / 8, 1), content());
  }

  String signedBy(KeyPair keys, String algorithm) {
    return signed(keys, algorithm, null, content());
  }

  /** Signed as right as can be, with a text of one's own for the header and the payload. */
  static String signedText(String header, String payload) {
    String content = part(header) + "." + part(payload);
    return signed(TestIssuer.RSA, "SHA256withRSA", null, content);
  }

  private static String signed(
      KeyPair keys, String algorithm, AlgorithmParameterSpec parameters, String content) {
    try {
      Signature signature = Signature.getInstance(algorithm);
      if (parameters != null) {
        signature.setParameter(parameters);
      }
      signature.initSign(keys.getPrivate());
      signature.update(content.getBytes(StandardCharsets.US_ASCII));
      return Secrets.token(content + "." + TestIssuer.base64(signature.sign()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Signed by HMAC-SHA256 with a key that everybody knows: the attack on careless verifiers. */
  String signedByMac(byte[] key) {
    return signedByMac("HmacSHA256", key);
  }

  /** As an application signs that shares a secret with the relay: without issuer and audience. */
  static Token ofApplication(String subject) {
    return Token.of("", "", subject)
        .without("iss")
        .without("aud")
        .withoutHeader("kid")
        .header("alg", "HS256");
  }

  /** Signed with a secret as an application has it, by the algorithm that the header names. */
  String signedWith(String secret) {
    String bits = String.valueOf(header.get("alg")).replaceAll("[^0-9]", "");
    return signedByMac("HmacSHA" + bits, secret.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Signed by HMAC.
   *
   * @param algorithm the JDK's name
   */
  String signedByMac(String algorithm, byte[] key) {
    return signedByMac(algorithm, key, content());
  }

  /** Signed by HMAC-SHA256, with a text of one's own for the header and the payload. */
  static String signedText(String header, String payload, String secret) {
    return signedByMac(
        "HmacSHA256", secret.getBytes(StandardCharsets.UTF_8), part(header) + "." + part(payload));
  }

  private static String signedByMac(String algorithm, byte[] key, String content) {
    try {
      Mac mac = Mac.getInstance(algorithm);
      mac.init(new SecretKeySpec(key, algorithm));
      byte[] signature = mac.doFinal(content.getBytes(StandardCharsets.US_ASCII));
      return Secrets.token(content + "." + TestIssuer.base64(signature));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  String unsigned() {
    return content() + ".";
  }

  private String content() {
    return part(header) + "." + part(claims);
  }

  private static String part(Map<String, Object> members) {
    return part(Json.write(members));
  }

  private static String part(String text) {
    return TestIssuer.base64(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Map<String, Object> changed(Map<String, Object> map, String key, Object value) {
    Map<String, Object> changed = new LinkedHashMap<>(map);
    changed.put(key, value);
    return changed;
  }
}
