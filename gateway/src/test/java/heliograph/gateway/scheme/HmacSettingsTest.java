package heliograph.gateway.scheme;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.Configurations;
import heliograph.gateway.settings.BadConfiguration;
import io.helidon.http.HeaderNames;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What may be told of a sender, and what would leave open what it seems to close. */
class HmacSettingsTest {
  private static final String SECRET = "0123456789abcdef0123456789abcdef";

  private static Map<String, String> hmac(String... keysAndValues) {
    Map<String, String> settings = new TreeMap<>(Configurations.withPublisher());
    String entry = "relay.publishers.0.";
    settings.put(entry + "scheme", "hmac");
    settings.put(entry + "secrets.0", SECRET);
    settings.put(entry + "signature.header", "X-Signature");
    for (int i = 0; i < keysAndValues.length; i += 2) {
      settings.put(entry + keysAndValues[i], keysAndValues[i + 1]);
    }
    return settings;
  }

  private static Scheme scheme(String... keysAndValues) {
    return Configurations.hook(hmac(keysAndValues)).scheme();
  }

  private static String refusal(Map<String, String> settings) {
    String message =
        assertThrows(BadConfiguration.class, () -> Configurations.hook(settings)).getMessage();
    assertFalse(message.contains(SECRET), message);
    return message;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "signature.header   | a b",
        "signature.prefix   | a,b",
        "signature.prefix   | a;b",
        "signature.encoding | base32",
        "signature.hash     | md5",
        "signature.text     | {timestamp}",
        "signature.text     | fixed",
        "signature.text     | {body}{body}",
        "signature.text     | {body}{form}",
        "signature.text     | {timestamp}.{body}",
        "signature.text     | {id}.{body}",
        "signature.text     | {header:a b}.{body}",
        "signature.text     | {header:X-Signature}.{body}",
        "signature.text     | {body",
        "signature.text     | {/a}{body}",
        "signature.url      | https://hooks.example.com",
        "signature.url      | hooks.example.com",
        "timestamp.header   | X-Time",
        "timestamp.header   | a b",
        "timestamp.member   | t",
        "delivery.header    | X-Signature",
        "delivery.header    | Cookie",
        "delivery.header    | a b",
        "delivery.body-window | P2D",
        "delivery.body-window | 10",
        "secret-encoding    | base32",
        "signature.headers  | X-Signature",
      })
  void whatIsWrongStopsTheStartNamingTheKey(String key, String value) {
    String message = refusal(hmac(key, value));

    assertTrue(message.startsWith("relay.publishers.0." + key + ": "), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "timestamp.header   | signature.text={timestamp}{body} | timestamp.unit=millis",
        "timestamp.header   | timestamp.header=X-Time | timestamp.member=t",
        "timestamp.header   | timestamp.header=X-Signature | signature.text={timestamp}{body}",
        "timestamp.header   | timestamp.header=X-Time | signature.text={header:X-Time}{body}",
        "timestamp.member   | timestamp.member=t= | signature.text={timestamp}{body}",
        "timestamp.tolerance | timestamp.header=X-Time | timestamp.tolerance=PT2H",
        "timestamp.unit     | timestamp.header=X-Time | timestamp.unit=minutes",
        "delivery.header    | delivery.header=X-Time | timestamp.header=X-Time",
        "delivery.body-window | delivery.header=X-Id | delivery.body-window=PT1M",
        "signature.url      | signature.text={url}{body} | signature.url=https://x.example/?a",
        "signature.url      | signature.text={url}{body} | signature.url=https://x.example/",
      })
  void whatDoesNotGoTogetherStopsTheStartNamingTheKey(String key, String one, String other) {
    String[] first = one.split("=", 2);
    String[] second = other.split("=", 2);
    Map<String, String> settings = hmac(first[0], first[1], second[0], second[1]);
    String entry = "relay.publishers.0.";
    if (key.equals("delivery.header")) {
      settings.put(entry + "signature.text", "{timestamp}{body}");
    }
    if (key.equals("delivery.body-window")) {
      settings.put(entry + "signature.text", "{id}{body}");
    }
    String message = refusal(settings);

    assertTrue(message.startsWith(entry + key + ": "), message);
  }

  @Test
  void aMemberThatBeginsAsTheSignaturesDoIsRefused() {
    String message =
        refusal(
            hmac(
                "timestamp.member", "v1",
                "signature.prefix", "v1=",
                "signature.text", "{timestamp}{body}"));

    assertTrue(message.startsWith("relay.publishers.0.timestamp.member: "), message);
  }

  @ParameterizedTest
  @CsvSource({
    "signature.header, X-A, github",
    "timestamp.header, X-A, stripe",
    "secret-encoding, hex, slack",
    "delivery.header, X-A, token",
    "delivery.header, x-gitlab-token, gitlab",
    "delivery.header, authorization, gitlab",
    "delivery.header, x-hub-signature-256, github",
    "delivery.header, x-slack-request-timestamp, slack",
    "delivery.body-window, PT1M, standard-webhooks",
    "header, X-A, github",
    "query, key, hmac",
    "challenge.hmac, x, token",
  })
  void whatIsNotForTheSchemeIsRefused(String key, String value, String scheme) {
    Map<String, String> settings = hmac(key, value, "scheme", scheme);
    settings.put("relay.publishers.0.secrets.0", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    if (!key.startsWith("signature") && !scheme.equals("hmac")) {
      settings.remove("relay.publishers.0.signature.header");
    }
    if (key.startsWith("challenge")) {
      settings.put("relay.publishers.0.challenge.from", "/challenge");
      settings.put("relay.publishers.0.challenge.json", "challenge");
    }
    String message = refusal(settings);

    // Where the whole of a key is for another scheme, its first part is named.
    assertTrue(
        message.startsWith("relay.publishers.0." + key + ": ")
            || message.startsWith("relay.publishers.0." + key.split("\\.", 2)[0] + ": "),
        message);
  }

  @ParameterizedTest
  @CsvSource({
    "hex, 0123456789abcdef0123456789abcde",
    "hex, 0123456789abcdef",
    "hex, 0123456789abcdeg0123456789abcdeg",
    "base64, AAAA",
    "base64, !!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!",
    "text, tooshort",
  })
  void aSecretThatIsWeakOrNotInItsEncodingIsNotTakenAndNotRepeated(String encoding, String secret) {
    String message = refusal(hmac("secret-encoding", encoding, "secrets.0", secret));

    assertTrue(message.startsWith("relay.publishers.0.secrets: "), message);
    assertFalse(message.contains(secret), message);
  }

  @Test
  void aHeaderThatProvesTheSenderIsNoPartOfAnEvent() {
    for (String name : new String[] {"X-Signature", "X-Hub-Signature-256", "svix-signature"}) {
      String message =
          refusal(
              hmac(
                  "mapping.type",
                  "a",
                  "mapping.topic",
                  "a",
                  "mapping.id",
                  "{header:" + name + "}"));
      assertTrue(message.startsWith("relay.publishers.0.mapping.id: "), message);
    }
    Map<String, String> token = new TreeMap<>(Configurations.withPublisher());
    token.put("relay.publishers.0.header", "X-Key");
    token.put("relay.publishers.0.mapping.topic", "a");
    token.put("relay.publishers.0.mapping.type", "{header:X-Key}");
    assertTrue(refusal(token).startsWith("relay.publishers.0.mapping.type: "));
  }

  /** One signature in the forms in which senders write it; OpenSSL made it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hex | sha1   | 80797d364ae52b33f184d6f6a876e198fb150aa3",
        "hex | sha256 | b326604c0dc7364c8b688556189c0a510e5150cd4628736be814c7c9898f899d",
        "hex | sha256 | B326604C0DC7364C8B688556189C0A510E5150CD4628736BE814C7C9898F899D",
        "base64 | sha1   | gHl9NkrlKzPxhNb2qHbhmPsVCqM=",
        "base64 | sha1   | gHl9NkrlKzPxhNb2qHbhmPsVCqM",
        "base64 | sha256 | syZgTA3HNkyLaIVWGJwKUQ5RUM1GKHNr6BTHyYmPiZ0=",
        "base64url | sha256 | syZgTA3HNkyLaIVWGJwKUQ5RUM1GKHNr6BTHyYmPiZ0",
        "base64url | sha512 |"
            + " s5IvBIDlWKZdW_CFYSIIY07JrKiNRo9nnIh3MMAYtGFSC_152QXM_Aoioqm2NUwcBLYDgeMqqhUaMXukAhEkUg",
        "base64 | sha512 |"
            + " s5IvBIDlWKZdW/CFYSIIY07JrKiNRo9nnIh3MMAYtGFSC/152QXM/Aoioqm2NUwcBLYDgeMqqhUaMXukAhEkUg==",
      })
  void aSignatureIsTakenAsSendersWriteIt(String encoding, String hash, String signature) {
    Scheme scheme = scheme("signature.encoding", encoding, "signature.hash", hash);
    assertTrue(accepts(scheme, signature));
    assertTrue(accepts(scheme, "t=1; " + signature + ",other"));
    assertFalse(accepts(scheme, signature.substring(1)));
    assertFalse(accepts(scheme, signature.substring(0, 20)));
    for (String other : new String[] {"sha1", "sha256", "sha512"}) {
      assertEquals(
          other.equals(hash),
          accepts(scheme("signature.encoding", encoding, "signature.hash", other), signature));
    }
  }

  @Test
  void aSecretMayBeEncoded() {
    Scheme scheme = scheme("secret-encoding", "hex");
    assertTrue(accepts(scheme, "292786ac407e980b6d1a0f4e26df8c2a2635b0e837a694d2e196174a81aab25e"));
    Scheme base64 = scheme("secret-encoding", "base64", "secrets.0", "ASNFZ4mrze8BI0VniavN7w==");
    assertTrue(accepts(base64, "292786ac407e980b6d1a0f4e26df8c2a2635b0e837a694d2e196174a81aab25e"));
  }

  @Test
  void textsOfOneMeaningAreNotOneTimestamp() {
    for (String text : new String[] {"01", "+1", "-1", "1.0", "1e3", " 1", "", "9".repeat(13)}) {
      assertThrows(RelayException.class, () -> read(SignedTime.Unit.SECONDS, text));
    }
    for (String text :
        new String[] {"1", "2026-11-30", "2026-11-30T10:11:12", "+2026-11-30T10:11:12Z"}) {
      assertThrows(RelayException.class, () -> read(SignedTime.Unit.RFC3339, text));
    }
    for (String text :
        new String[] {
          "2026-11-30T10:11:12Z", "2026-11-30T10:11:12.634234626Z", "2026-11-30T10:11:12+01:00"
        }) {
      assertEquals(text, read(SignedTime.Unit.RFC3339, text));
    }
    assertEquals("1765000000123", read(SignedTime.Unit.MILLIS, "1765000000123"));
  }

  private static String read(SignedTime.Unit unit, String text) {
    return new SignedTime(
            HeaderNames.create("X-Signature"), Optional.of("t"), unit, Scheme.TOLERANCE)
        .text(Hooks.headers("X-Signature", "t=" + text));
  }

  private static boolean accepts(Scheme scheme, String signature) {
    try {
      scheme.verify(
          Hooks.with(Hooks.headers("X-Signature", signature)),
          "{}".getBytes(StandardCharsets.UTF_8));
      return true;
    } catch (RelayException refusal) {
      assertEquals(ErrorCode.BAD_SIGNATURE, refusal.code());
      return false;
    }
  }
}
