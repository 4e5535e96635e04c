package heliograph.gateway.scheme;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import io.helidon.http.HeaderNames;
import io.helidon.http.WritableHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The scheme standard-webhooks accepts what the standard's own vector says, and nothing near it.
 */
class StandardWebhooksTest {
  // The example of Standard Webhooks 1.0.0.
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
  private static final long TIMESTAMP = 1614265330;
  private static final String BODY = "{\"test\": 2432232314}";
  private static final String SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
  private static final String OTHER_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

  private final StandardWebhooks scheme = at(TIMESTAMP, SECRET);

  @Test
  void theStandardsOwnExampleIsAcceptedAndNamesTheDelivery() {
    assertEquals(ID, scheme.verify(Hooks.with(headers(ID, TIMESTAMP, SIGNATURE)), bytes(BODY)));
  }

  @Test
  void oneRightSignatureAmongOthersAndOneRightSecretAmongOthersAreEnough() {
    StandardWebhooks rotating = at(TIMESTAMP, OTHER_SECRET, SECRET);
    String list = "v1a,AAAA v2,AAAA v1,bm9uc2Vuc2U= v1,%%% " + SIGNATURE;

    assertEquals(ID, rotating.verify(Hooks.with(headers(ID, TIMESTAMP, list)), bytes(BODY)));
  }

  @Test
  void theHeadersMayHaveTheirOtherNamesButNotSomeOfThese() {
    String[] standard = {"webhook-id", "webhook-timestamp", "webhook-signature"};
    String[] svix = {"svix-id", "svix-timestamp", "svix-signature"};
    String[] values = {ID, Long.toString(TIMESTAMP), SIGNATURE};
    for (int mix = 0; mix < 8; mix++) {
      WritableHeaders<?> headers = WritableHeaders.create();
      for (int i = 0; i < 3; i++) {
        headers.set(HeaderNames.create((mix >> i & 1) == 0 ? svix[i] : standard[i]), values[i]);
      }
      if (mix == 0 || mix == 7) {
        assertEquals(ID, scheme.verify(Hooks.with(headers), bytes(BODY)));
      } else {
        assertRefused(
            ErrorCode.BAD_SIGNATURE, () -> scheme.verify(Hooks.with(headers), bytes(BODY)));
      }
    }
    WritableHeaders<?> both = headers(ID, TIMESTAMP, SIGNATURE);
    both.set(HeaderNames.create("svix-id"), "another");
    assertEquals(ID, scheme.verify(Hooks.with(both), bytes(BODY)));
  }

  @ParameterizedTest
  @CsvSource({"-299", "299", "300", "-300"})
  void aTimestampWithinToleranceIsAccepted(long offset) {
    StandardWebhooks later = at(TIMESTAMP + offset, SECRET);

    assertEquals(ID, later.verify(Hooks.with(headers(ID, TIMESTAMP, SIGNATURE)), bytes(BODY)));
  }

  @ParameterizedTest
  @CsvSource({"-301", "301", "86400"})
  void aTimestampOutOfToleranceIsStale(long offset) {
    StandardWebhooks later = at(TIMESTAMP + offset, SECRET);

    assertRefused(
        ErrorCode.STALE_REQUEST,
        () -> later.verify(Hooks.with(headers(ID, TIMESTAMP, SIGNATURE)), bytes(BODY)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "v1,",
        "v1",
        "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "v1,h0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "V1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
      })
  void anyOtherSignatureIsRefused(String signature) {
    assertRefused(
        ErrorCode.BAD_SIGNATURE,
        () -> scheme.verify(Hooks.with(headers(ID, TIMESTAMP, signature)), bytes(BODY)));
  }

  @Test
  void aSignatureOverAnotherBodyIdOrTimeIsRefused() {
    assertRefused(
        ErrorCode.BAD_SIGNATURE,
        () -> scheme.verify(Hooks.with(headers(ID, TIMESTAMP, SIGNATURE)), bytes(BODY + " ")));
    assertRefused(
        ErrorCode.BAD_SIGNATURE,
        () -> scheme.verify(Hooks.with(headers(ID + "a", TIMESTAMP, SIGNATURE)), bytes(BODY)));
    assertRefused(
        ErrorCode.BAD_SIGNATURE,
        () -> scheme.verify(Hooks.with(headers(ID, TIMESTAMP + 1, SIGNATURE)), bytes(BODY)));
  }

  @Test
  void missingHeadersAreRefusedLikeWrongOnes() {
    assertRefused(
        ErrorCode.BAD_SIGNATURE,
        () -> scheme.verify(Hooks.with(WritableHeaders.create()), bytes(BODY)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"whsec_", "whsec_short", "whsec_!!!!", "", "whsec_AAAAAAAAAAAAAAAAAAAAAA=="})
  void aWeakOrGarbledSecretIsNotTakenAndNotRepeated(String secret) {
    var refusal =
        assertThrows(IllegalArgumentException.class, () -> StandardWebhooks.of(List.of(secret)));

    assertEquals(
        true, secret.length() < 7 || !String.valueOf(refusal.getMessage()).contains(secret));
  }

  private static void assertRefused(ErrorCode code, Runnable verification) {
    RelayException refusal = assertThrows(RelayException.class, verification::run);
    assertEquals(code, refusal.code());
  }

  private static StandardWebhooks at(long now, String... secrets) {
    return new StandardWebhooks(
        List.of(secrets).stream().map(StandardWebhooks::key).toList(),
        InstantSource.fixed(Instant.ofEpochSecond(now)));
  }

  private static WritableHeaders<?> headers(String id, long timestamp, String signature) {
    WritableHeaders<?> headers = WritableHeaders.create();
    headers.set(HeaderNames.create("webhook-id"), id);
    headers.set(HeaderNames.create("webhook-timestamp"), Long.toString(timestamp));
    headers.set(HeaderNames.create("webhook-signature"), signature);
    return headers;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
