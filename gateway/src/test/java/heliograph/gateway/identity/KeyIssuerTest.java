package heliograph.gateway.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.jwk.ECKey;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.identity.IdentityConfig.KeysConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How an issuer's keys come, stay and go. */
class KeyIssuerTest {
  private static final ECKey OLD = TestingProvider.key("old");
  private static final ECKey NEW = TestingProvider.key("new");

  private final AtomicLong nanos = new AtomicLong();
  private TestingProvider provider;
  private KeyIssuer issuer;

  @BeforeEach
  void start() throws Exception {
    provider = new TestingProvider(OLD);
    issuer = started(TestingProvider.KEYS);
    await(issuer::hasKeys);
  }

  @AfterEach
  void stop() {
    issuer.close();
    provider.close();
  }

  private KeyIssuer started(KeysConfig keys) {
    KeyIssuer started = new KeyIssuer(provider.settings(), keys, nanos::get);
    started.start();
    return started;
  }

  @Test
  void newKeysAreFetchedWhenATokenNamesOne() {
    provider.publishes(OLD, NEW);

    assertEquals(2, issuer.refreshed().size());
    assertEquals(2, issuer.keys().size());
  }

  @Test
  void aKeyThatWasTakenBackIsGoneWithTheFetchThatMissesIt() {
    provider.publishes(NEW);

    assertFalse(issuer.keys().hasSameKeysAs(issuer.refreshed()));
    assertEquals(1, issuer.keys().size());
  }

  @Test
  void theSameKeysStayTheSameObject() {
    KeySet before = issuer.keys();

    assertSame(before, issuer.refreshed());
    assertEquals(2, provider.fetches());
  }

  @Test
  void manyWhoAskAtOnceShareOneFetch() throws Exception {
    CountDownLatch gate = provider.dawdles();
    provider.publishes(NEW);
    List<Future<KeySet>> answers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 50; i++) {
        answers.add(threads.submit((Callable<KeySet>) issuer::refreshed));
      }
      await(() -> provider.fetches() == 2);
      gate.countDown();
      for (Future<KeySet> answer : answers) {
        KeySet fetched = answer.get();
        assertSame(issuer.keys(), fetched);
      }
    }
    assertEquals(2, provider.fetches());
  }

  @Test
  void oneFetchInAWhileIsMadeForUnknownKeys() {
    for (int i = 0; i < 20; i++) {
      issuer.refreshed();
    }
    assertEquals(2, provider.fetches());

    nanos.addAndGet(KeyIssuer.COOLDOWN.toNanos());
    provider.publishes(NEW);
    KeySet before = issuer.keys();
    assertNotSame(before, issuer.refreshed());
    assertEquals(3, provider.fetches());
  }

  @Test
  void whoAsksWhileTheProviderDawdlesIsToldSoInTime() {
    provider.dawdles();

    RelayException refusal = assertThrows(RelayException.class, issuer::refreshed);

    assertEquals(ErrorCode.IDENTITY_UNAVAILABLE, refusal.code());
    assertEquals(1, issuer.keys().size());
  }

  @Test
  void aProviderThatIsDownTakesNoKeysAwayUntilTheyAreTooOld() {
    provider.fails(500);

    // Whether the key is new cannot be known, so the token is neither taken nor called wrong.
    RelayException refusal = assertThrows(RelayException.class, issuer::refreshed);
    assertEquals(ErrorCode.IDENTITY_UNAVAILABLE, refusal.code());
    assertThrows(RelayException.class, issuer::refreshed);
    assertEquals(1, issuer.keys().size());

    nanos.addAndGet(TestingProvider.KEYS.outage().toNanos() + 1);
    assertFalse(issuer.hasKeys());
    assertEquals(
        ErrorCode.IDENTITY_UNAVAILABLE, assertThrows(RelayException.class, issuer::keys).code());

    provider.recovers();
    await(issuer::hasKeys);
  }

  @Test
  void keysAreFetchedAnewByThemselves() throws Exception {
    try (KeyIssuer often = started(new KeysConfig(Duration.ofMillis(1), Duration.ofHours(1)))) {
      await(often::hasKeys);
      provider.publishes(NEW, OLD);
      await(() -> often.keys().size() == 2);
    }
  }

  @Test
  void howLongKeysKeepIsTheProvidersWordWithinBounds() {
    Duration refresh = Duration.ofMinutes(5);
    record Case(String says, Duration kept) {}
    for (Case one :
        List.of(
            new Case("", refresh),
            new Case("public", refresh),
            new Case("max-age=120", Duration.ofMinutes(2)),
            new Case("public, Max-Age = 120, must-revalidate", Duration.ofMinutes(2)),
            new Case("s-maxage=7", refresh),
            new Case("max-age=0", KeyEndpoint.MIN_FRESH),
            new Case("no-store, max-age=120", KeyEndpoint.MIN_FRESH),
            new Case("max-age=604800", KeyEndpoint.MAX_FRESH),
            new Case("max-age=99999999999999999999", KeyEndpoint.MAX_FRESH),
            new Case("max-age=soon", refresh))) {
      assertEquals(
          one.kept, KeyEndpoint.freshFor(KeyEndpoint.freshness(one.says), refresh), one.says);
    }
    // An operator who wants it more often, or less often, is heard before the provider.
    Duration second = Duration.ofSeconds(1);
    assertEquals(second, KeyEndpoint.freshFor(KeyEndpoint.freshness("no-cache"), second));
    Duration day = Duration.ofDays(1);
    assertEquals(day, KeyEndpoint.freshFor(KeyEndpoint.freshness("max-age=604800"), day));
  }

  @Test
  void whatIsNoKeySetChangesNothing() {
    String tooMany = "{},".repeat(KeySet.MAX_KEYS) + "{}";
    for (String answer :
        List.of(
            "",
            "[]",
            "{\"keys\":[]}",
            "{\"keys\":{}}",
            "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}",
            "{\"keys\":[],\"keys\":[]}",
            "{\"keys\":[" + tooMany + "]}",
            "{\"keys\":[],\"pad\":\"" + "x".repeat(KeyEndpoint.MAX_ANSWER) + "\"}")) {
      provider.answers(answer);
      nanos.addAndGet(KeyIssuer.COOLDOWN.toNanos());
      assertThrows(
          RelayException.class,
          issuer::refreshed,
          answer.substring(0, Math.min(40, answer.length())));
      assertTrue(issuer.hasKeys());
    }
  }

  @Test
  void aRedirectIsNotFollowed() {
    provider.fails(302);

    assertThrows(RelayException.class, issuer::refreshed);
    assertEquals(1, issuer.keys().size());
  }

  @Test
  void metadataOfAnotherIssuerOrALessSafePlaceIsRefused() {
    for (String metadata :
        List.of(
            "{\"issuer\":\"http://127.0.0.1:1\",\"jwks_uri\":\"%s/keys\"}",
            "{\"issuer\":\"%s\",\"jwks_uri\":\"file:///etc/passwd\"}",
            "{\"issuer\":\"%s\"}",
            "{\"issuer\":7,\"jwks_uri\":\"%s/keys\"}")) {
      provider.says(metadata.formatted(provider.uri()));
      nanos.addAndGet(KeyIssuer.COOLDOWN.toNanos());
      assertThrows(RelayException.class, issuer::refreshed, metadata);
    }
    assertEquals(1, provider.fetches());
  }

  @Test
  void whoWaitsWhenTheRelayStopsIsSentAway() throws Exception {
    provider.dawdles();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<KeySet> answer = threads.submit((Callable<KeySet>) issuer::refreshed);
      await(() -> provider.fetches() == 2);
      issuer.close();
      assertThrows(java.util.concurrent.ExecutionException.class, answer::get);
    }
  }

  private static void await(BooleanSupplier condition) {
    long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < until, "waited in vain");
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
    }
  }
}
