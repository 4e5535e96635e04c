package heliograph.gateway.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.JWTClaimsSet;
import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.revocation.Life;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is remembered of a token outlives neither its end nor its key. */
class VerifiedTokensTest {
  private static final ECKey KEY = TestingProvider.key("one");
  private static final ECKey OTHER = TestingProvider.key("two");
  private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

  private final AtomicLong nanos = new AtomicLong();
  private TestingProvider provider;
  private Identity identity;
  private String token;

  @BeforeEach
  void start() throws Exception {
    provider = new TestingProvider(KEY);
    identity =
        new Identity(provider.identity(), Life.of(Duration.ofDays(30)), this::now, nanos::get);
    identity.start();
    await(identity::isReady);
    token = TestingProvider.signed(KEY, provider.claims(START).build());
  }

  @AfterEach
  void stop() {
    identity.close();
    provider.close();
  }

  private Instant now() {
    return START.plusNanos(nanos.get());
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  @Test
  void aTokenIsVerifiedOnceAndThenRemembered() {
    Claims first = identity.subscriber(token);

    assertSame(first, identity.subscriber(token));
    assertEquals(1, identity.remembered());
    pass(VerifiedTokens.MAX_AGE);
    assertEquals(0, identity.remembered());
    assertEquals(first, identity.subscriber(token));
  }

  @Test
  void theProofSaysByWhatATokenCanBeTakenBack() {
    JWTClaimsSet claims = provider.claims(START).jwtID("t-1").claim("sid", "s-1").build();

    assertEquals(
        new Claims.Proof(provider.uri(), Optional.of("s-1"), Optional.of("t-1"), START),
        identity.subscriber(TestingProvider.signed(KEY, claims)).proof());
    assertEquals(
        new Claims.Proof(provider.uri(), Optional.empty(), Optional.empty(), START),
        identity.subscriber(token).proof());
    for (String name : List.of("jti", "sid")) {
      String unnamed = TestingProvider.signed(KEY, provider.claims(START).claim(name, 7).build());
      assertEquals(ErrorCode.BAD_TOKEN, refusal(unnamed));
    }
  }

  @Test
  void aRememberedTokenEndsWhenItsTimeDoes() {
    Date soon = Date.from(START.plusSeconds(10));
    String brief =
        TestingProvider.signed(
            KEY, provider.claims(START).expirationTime(soon).claim("azp", "billing").build());
    identity.subscriber(brief);

    pass(Duration.ofSeconds(10));
    assertEquals(ErrorCode.EXPIRED_TOKEN, refusal(brief));
    assertEquals("billing", identity.client(brief).id());
    pass(Life.SKEW);
    assertThrows(RelayException.class, () -> identity.client(brief));
    assertEquals(0, identity.remembered());
  }

  @Test
  void aRememberedTokenEndsWithItsKey() {
    identity.subscriber(token);
    provider.publishes(OTHER);

    identity.subscriber(TestingProvider.signed(OTHER, provider.claims(START).build()));

    assertEquals(ErrorCode.BAD_TOKEN, refusal(token));
  }

  @Test
  void aRememberedTokenStaysWhenKeysAreAdded() {
    identity.subscriber(token);
    provider.publishes(OTHER, KEY);

    identity.subscriber(TestingProvider.signed(OTHER, provider.claims(START).build()));

    assertEquals("alice", identity.subscriber(token).subject());
  }

  @Test
  void aRememberedTokenIsOfNoUseWhenNoKeysServe() {
    String unknown = TestingProvider.signed(OTHER, provider.claims(START).build());
    String lasting =
        TestingProvider.signed(
            KEY,
            provider.claims(START).expirationTime(Date.from(START.plusSeconds(100_000))).build());
    provider.fails(500);
    assertEquals(ErrorCode.IDENTITY_UNAVAILABLE, refusal(unknown));

    pass(TestingProvider.KEYS.outage());
    identity.subscriber(lasting);
    pass(Duration.ofNanos(1));
    assertEquals(ErrorCode.IDENTITY_UNAVAILABLE, refusal(lasting));
  }

  @Test
  void whatWasRefusedIsNotRemembered() {
    String expired =
        TestingProvider.signed(
            KEY, provider.claims(START).expirationTime(Date.from(START.minusSeconds(60))).build());
    refusal(expired);
    refusal(token + "x");
    refusal("garbage");

    assertEquals(0, identity.remembered());
  }

  @Test
  void aLogoutTokenLetsNobodyIn() {
    String logout =
        TestingProvider.signed(
            KEY,
            provider
                .claims(START)
                .claim(
                    "events",
                    java.util.Map.of(
                        "http://schemas.openid.net/event/backchannel-logout", java.util.Map.of()))
                .build());

    assertEquals(ErrorCode.BAD_TOKEN, refusal(logout));
  }

  /** Filled past its bound the memory forgets, and everybody is still let in. */
  @Test
  void theMemoryHasABound() {
    VerifiedTokens tokens = new VerifiedTokens(this::now, nanos::get);
    Verified verified = identity.proven(token);
    for (int i = 0; i < 3 * VerifiedTokens.MAX_TOKENS; i++) {
      tokens.keep("token " + i, verified);
    }
    assertTrue(tokens.size() <= VerifiedTokens.MAX_TOKENS, () -> "" + tokens.size());

    Verified long16 =
        new Verified(
            verified.issuer(),
            verified.keys(),
            verified.times(),
            verified.facts(),
            verified.holder(),
            verified.client(),
            16 * VerifiedTokens.USUAL_LENGTH);
    VerifiedTokens fewer = new VerifiedTokens(this::now, nanos::get);
    for (int i = 0; i < VerifiedTokens.MAX_TOKENS; i++) {
      fewer.keep("long token " + i, long16);
    }
    assertTrue(fewer.size() <= VerifiedTokens.MAX_TOKENS / 16, () -> "" + fewer.size());
  }

  private ErrorCode refusal(String refused) {
    return assertThrows(RelayException.class, () -> identity.subscriber(refused)).code();
  }

  private static void await(BooleanSupplier condition) {
    long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < until, "waited in vain");
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
    }
  }
}
