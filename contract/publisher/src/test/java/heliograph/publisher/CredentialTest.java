package heliograph.publisher;

import static heliograph.publisher.Events.SECRET;
import static heliograph.publisher.Events.event;
import static heliograph.publisher.Events.failure;
import static heliograph.publisher.Events.stored;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a publisher says who it is, and that its secret stays with it. */
class CredentialTest {
  private static final String KEY = "a-static-key-0123456789";
  private static final String PRIVATE_KEY = "whsk_TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs=";
  private static final String PAIR =
      "whsk_TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs9QBfD6EOJWpK3CqdNG368nJgszy7ElozAzVXxKvRmDA==";

  /** The example of the specification of Standard Webhooks and its libraries. */
  @Test
  void theSignatureIsThatOfTheStandardsExample() {
    Map<String, String> headers =
        Credential.secret(SECRET)
            .headers(
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                Instant.ofEpochSecond(1614265330),
                "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8));
    assertEquals(
        Map.of(
            "webhook-id",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp",
            "1614265330",
            "webhook-signature",
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        headers);
  }

  /**
   * The key of the second example of RFC 8032, section 7.1, over the text of the example above; the
   * signature is what OpenSSL makes of them. With the public key behind it, it is the same key.
   */
  @ParameterizedTest
  @ValueSource(strings = {PRIVATE_KEY, PAIR})
  void aPrivateKeySignsAsOthersDo(String secret) {
    assertEquals(
        "v1a,7anDmyOh9LNskt5GJUTacHmbvyUkT0/S1jnxFAp+h2hcVXnQLWhtWA2+wP6vO0AUwEYP23IIZVuneGRhNj7hDQ==",
        Credential.secret(secret)
            .headers(
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                Instant.ofEpochSecond(1614265330),
                "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8))
            .get("webhook-signature"));
  }

  @Test
  void severalSecretsSignAllAtOnce() {
    String other = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx";
    byte[] body = {1};
    Instant now = Instant.ofEpochSecond(1);
    String both =
        Credential.secret(SECRET, other).headers("msg_1", now, body).get("webhook-signature");
    String expected =
        Credential.secret(SECRET).headers("msg_1", now, body).get("webhook-signature")
            + " "
            + Credential.secret(other).headers("msg_1", now, body).get("webhook-signature");
    assertEquals(expected, both);
    String ofBothKinds =
        Credential.secret(PAIR, SECRET).headers("msg_1", now, body).get("webhook-signature");
    assertEquals(List.of("v1a", "v1"), versions(ofBothKinds));
  }

  private static List<String> versions(String signatures) {
    return Stream.of(signatures.split(" ")).map(it -> it.replaceFirst(",.*", "")).toList();
  }

  @Test
  void aKeyIsABearerToken() throws Exception {
    try (ScriptedRelay relay = ScriptedRelay.start();
        Publisher publisher = Publisher.to(relay.address(), Credential.key(KEY)).open()) {
      stored(publisher.publish(event("1")));
      assertEquals("Bearer " + KEY, relay.calls().get(0).header("Authorization"));
    }
  }

  @Test
  void aTokenIsAskedForBeforeEachAttempt() throws Exception {
    Iterator<String> tokens = List.of("first", "second").iterator();
    try (ScriptedRelay relay = ScriptedRelay.start(ScriptedRelay.cut());
        Publisher publisher =
            Publisher.to(relay.address(), Credential.token(tokens::next)).open()) {
      stored(publisher.publish(event("1")));
      assertEquals(
          List.of("Bearer first", "Bearer second"),
          relay.calls().stream().map(call -> call.header("Authorization")).toList());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "with\r\nanother: line", "ü"})
  void whatIsNoTokenIsNeitherSentNorShown(String token) throws Exception {
    try (ScriptedRelay relay = ScriptedRelay.start();
        Publisher publisher =
            Publisher.to(relay.address(), Credential.token(() -> token))
                .retries(1, Duration.ofMinutes(1))
                .open()) {
      PublishException failure = failure(publisher.publish(event("1")));
      assertEquals(
          "not published in that many attempts (attempts: 1): no token: IllegalStateException",
          failure.getMessage());
      assertEquals(List.of(), relay.calls());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_",
        "whsec_c2hvcnQ=",
        "whsec_~fKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whpk_PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=",
        "whsk_",
        "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsk_~M0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs="
      })
  void aSecretOfAnotherFormIsRefusedWithoutShowingIt(String secret) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> Credential.secret(secret)).getMessage();
    assertEquals(
        "a secret is whsec_ and the base64 of 24 to 64 bytes, or whsk_ and that of 32 or 64",
        message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"short", "with a space 0123456789", "ü-static-key-0123456789"})
  void aKeyOfAnotherFormIsRefusedWithoutShowingIt(String key) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> Credential.key(key)).getMessage();
    assertFalse(message.contains(key));
  }

  @Test
  void moreSecretsThanTheRelayReadsAreRefused() {
    String[] others =
        Stream.generate(() -> SECRET).limit(Credential.MAX_SECRETS).toArray(String[]::new);
    assertThrows(IllegalArgumentException.class, () -> Credential.secret(SECRET, others));
  }

  @ParameterizedTest
  @ValueSource(strings = {SECRET, PRIVATE_KEY})
  void nothingShowsASecret(String secret) throws Exception {
    try (ScriptedRelay relay = ScriptedRelay.start(ScriptedRelay.problem(401, "BAD_SIGNATURE"));
        Publisher publisher = Publisher.to(relay.address(), Credential.secret(secret)).open()) {
      PublishException failure = failure(publisher.publish(event("1")));
      String shown = Credential.secret(secret) + " " + publisher + " " + failure;
      assertFalse(shown.contains(secret.substring(secret.indexOf('_') + 1)), shown);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://user:password@relay/v1/hooks/shop",
        "https://relay/v1/hooks/shop?access_token=secret",
        "https://relay/v1/hooks/shop#there",
        "ftp://relay/v1/hooks/shop",
        "/v1/hooks/shop"
      })
  void anAddressWithASecretOrWithoutAHostIsRefused(String address) {
    Credential credential = Credential.secret(SECRET);
    assertThrows(
        IllegalArgumentException.class, () -> Publisher.to(URI.create(address), credential));
  }

  @Test
  void aClientThatWouldHandTheCredentialOnIsRefused() {
    PublisherBuilder builder =
        Publisher.to(URI.create("https://relay/v1/hooks/shop"), Credential.certificate());
    HttpClient client = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).build();
    assertThrows(IllegalArgumentException.class, () -> builder.http(client));
  }

  @Test
  void aClientOfTheCallerIsUsedAndLeftOpen() throws Exception {
    try (ScriptedRelay relay = ScriptedRelay.start();
        HttpClient client = HttpClient.newHttpClient()) {
      for (String id : List.of("1", "2")) {
        try (Publisher publisher =
            Publisher.to(relay.address(), Credential.certificate()).http(client).open()) {
          stored(publisher.publish(event(id)));
        }
      }
      assertEquals(List.of("1", "2"), relay.stored());
    }
  }
}
