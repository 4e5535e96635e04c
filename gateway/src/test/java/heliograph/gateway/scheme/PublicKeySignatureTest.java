package heliograph.gateway.scheme;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.crypto.Ed25519;
import heliograph.gateway.crypto.Hmac;
import io.helidon.http.HeaderNames;
import io.helidon.http.WritableHeaders;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Version v1a of standard-webhooks: senders sign with a private key, and we know the public one.
 */
class PublicKeySignatureTest {
  @Test
  void theExampleOfRfc8032IsAccepted() {
    byte[] key =
        HexFormat.of().parseHex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    byte[] signature =
        HexFormat.of()
            .parseHex(
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                    + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");

    assertTrue(Ed25519.verify(Ed25519.key(key), "", new byte[] {0x72}, signature));
    assertFalse(Ed25519.verify(Ed25519.key(key), "", new byte[] {0x73}, signature));
    assertFalse(Ed25519.verify(Ed25519.key(key), "r", new byte[] {0x72}, signature));
    assertFalse(Ed25519.verify(Ed25519.key(key), "", new byte[] {0x72}, new byte[63]));
    assertFalse(Ed25519.verify(Ed25519.key(key), "", new byte[] {0x72}, new byte[64]));
  }

  @Test
  void anAsymmetricSignatureIsVerifiedByThePublicKey() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] encoded = pair.getPublic().getEncoded();
    byte[] raw = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
    String secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    StandardWebhooks scheme = standard("whpk_" + Base64.getEncoder().encodeToString(raw), secret);
    String signature = signature(pair, "msg_1.1000.{}");

    assertEquals("msg_1", scheme.verify(Hooks.with(headers("v1a," + signature)), bytes("{}")));
    assertEquals(
        "msg_1",
        scheme.verify(
            Hooks.with(headers("v1,AAAA v1a,AAAA v2,AAAA v1a," + signature)), bytes("{}")));
    for (String wrong :
        List.of(
            "v1," + signature,
            "v1a " + signature,
            "v1a," + signature(pair, "msg_1.1001.{}"),
            "v1a,"
                + signature(
                    KeyPairGenerator.getInstance("Ed25519").generateKeyPair(), "msg_1.1000.{}"))) {
      assertRefused(scheme, headers(wrong), "{}");
    }
  }

  /** Who knows the public key, as everybody may, must not be able to sign by it. */
  @Test
  void aPublicKeyIsNotTakenForASecret() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] encoded = pair.getPublic().getEncoded();
    byte[] raw = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
    StandardWebhooks scheme = standard("whpk_" + Base64.getEncoder().encodeToString(raw));
    byte[] mac = Hmac.sign(new SecretKeySpec(raw, Hmac.ALGORITHM), "msg_1.1000.", bytes("{}"));
    String forged = Base64.getEncoder().encodeToString(mac);

    assertRefused(scheme, headers("v1," + forged), "{}");
    assertRefused(scheme, headers("v1a," + forged), "{}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"whpk_", "whpk_AAAA", "whpk_????", "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})
  void aGarbledPublicKeyIsNotTakenAndNotRepeated(String key) {
    var refusal =
        assertThrows(IllegalArgumentException.class, () -> StandardWebhooks.of(List.of(key)));
    assertFalse(
        String.valueOf(refusal.getMessage()).contains(key.substring(5)) && key.length() > 5);
  }

  private static String signature(KeyPair pair, String text) throws GeneralSecurityException {
    Signature signer = Signature.getInstance("Ed25519");
    signer.initSign(pair.getPrivate());
    signer.update(bytes(text));
    return Base64.getEncoder().encodeToString(signer.sign());
  }

  private static StandardWebhooks standard(String... keys) {
    return new StandardWebhooks(
        List.of(keys).stream().map(StandardWebhooks::key).toList(),
        InstantSource.fixed(Instant.ofEpochSecond(1000)));
  }

  private static WritableHeaders<?> headers(String signatures) {
    WritableHeaders<?> headers = WritableHeaders.create();
    headers.set(HeaderNames.create("webhook-id"), "msg_1");
    headers.set(HeaderNames.create("webhook-timestamp"), "1000");
    headers.set(HeaderNames.create("webhook-signature"), signatures);
    return headers;
  }

  private static void assertRefused(Scheme scheme, WritableHeaders<?> headers, String body) {
    var refusal =
        assertThrows(RelayException.class, () -> scheme.verify(Hooks.with(headers), bytes(body)));
    assertEquals(ErrorCode.BAD_SIGNATURE, refusal.code());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
