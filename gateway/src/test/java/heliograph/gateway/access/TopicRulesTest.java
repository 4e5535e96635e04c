package heliograph.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import heliograph.contract.TopicPattern;
import heliograph.gateway.access.Rechecks.Check;
import heliograph.gateway.access.Rechecks.Finding;
import heliograph.gateway.access.Rechecks.Verdict;
import heliograph.gateway.access.SubscribersConfig.RuleConfig;
import heliograph.gateway.wire.Watchdog;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.WritableHeaders;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may see a topic by the word of another server, which is asked over HTTP. */
class TopicRulesTest {
  private static final Duration TTL = Duration.ofSeconds(10);
  private static final ServerRequestHeaders NO_HEADERS =
      ServerRequestHeaders.create(WritableHeaders.create());

  private final AtomicLong now = new AtomicLong();
  private final Watchdog watchdog = new Watchdog(System::nanoTime);
  private final Caller alice = caller("alice", "acme");
  private TestingUpstream api;
  private TopicRules rules;

  @BeforeEach
  void start() throws IOException {
    watchdog.start();
    api = new TestingUpstream();
    rules =
        rules(
            "orders.*=/orders/{2}",
            "slow.*=/slow/{2}=PT60S", "two.*=/first/{2}", "*.two=/second/{1}", "deep.>=/deep/{3}");
  }

  @AfterEach
  void stop() {
    api.close();
    watchdog.close();
  }

  /**
   * Rules as an operator writes them.
   *
   * @param written each as its topics, its path and, if it is not ten seconds, its ttl
   */
  private TopicRules rules(String... written) {
    Map<String, String> settings = new HashMap<>();
    for (int i = 0; i < written.length; i++) {
      String[] parts = written[i].split("=", -1);
      String key = "authorize." + i + ".";
      settings.put(key + "topics", parts[0]);
      settings.put(key + "url", api.uri() + parts[1]);
      settings.put(key + "timeout", "PT20S");
      if (parts.length > 2) {
        settings.put(key + "ttl", parts[2]);
      }
    }
    return rules(settings);
  }

  private TopicRules rules(Map<String, String> settings) {
    List<RuleConfig> configs = TestingUpstream.config(settings).rules();
    return new TopicRules(
        IntStream.range(0, configs.size())
            .mapToObj(i -> new TopicRule("authorize." + i, configs.get(i), watchdog, now::get))
            .toList());
  }

  private static Caller caller(String subject, String tenant, String... topics) {
    List<TopicPattern> may =
        topics.length == 0
            ? List.of(TopicPattern.ALL)
            : List.of(topics).stream().map(TopicPattern::new).toList();
    return new Caller(
        new Claims(subject, new Tenant(tenant), Set.of(), may, Instant.MAX, Claims.Proof.NONE),
        Optional.of("token-of-" + subject),
        List.of());
  }

  private List<Check> admit(Caller caller, String... topics) {
    return rules.admit(
        caller, NO_HEADERS, List.of(topics).stream().map(TopicPattern::new).toList());
  }

  private void assertRefused(ErrorCode code, Caller caller, String... topics) {
    RelayException refused = assertThrows(RelayException.class, () -> admit(caller, topics));
    assertEquals(code, refused.code(), refused::detail);
  }

  private Verdict again(Check check) {
    return check.look().get().verdict();
  }

  /** After so long nothing that was answered before is kept. */
  private void forget() {
    now.addAndGet(TTL.toNanos());
  }

  @Test
  void aTopicThatNoRuleConcernsIsNobodysToAsk() {
    assertEquals(List.of(), admit(alice, "invoices.1", "orders.1.lines"));
    assertEquals(List.of(), api.asked());
  }

  @Test
  void aYesIsKeptForItsTimeAndThenAskedAnew() {
    assertEquals(1, admit(alice, "orders.1").size());
    now.addAndGet(TTL.toNanos() - 1);
    assertEquals(1, admit(alice, "orders.1").size());
    assertEquals(1, api.asked("/orders/1"));

    now.incrementAndGet();
    assertEquals(1, admit(alice, "orders.1").size());

    assertEquals(2, api.asked("/orders/1"));
    assertEquals(2, api.asked().size());
  }

  @Test
  void aNoIsKeptForASecond() {
    api.says("/orders/1", 403, "");
    assertRefused(ErrorCode.NOT_ALLOWED, alice, "orders.1");
    api.says("/orders/1", 200, "");
    now.addAndGet(TopicRule.KEEP_DENIED.toNanos() - 1);
    assertRefused(ErrorCode.NOT_ALLOWED, alice, "orders.1");

    now.incrementAndGet();

    assertEquals(1, admit(alice, "orders.1").size());
    assertEquals(2, api.asked("/orders/1"));
  }

  @ParameterizedTest
  @CsvSource({
    "200, , STANDS",
    "204, , STANDS",
    "401, NOT_ALLOWED, GONE",
    "403, NOT_ALLOWED, GONE",
    "404, NOT_ALLOWED, GONE",
    "410, NOT_ALLOWED, GONE",
    "400, INVALID_REQUEST, GONE",
    "431, INVALID_REQUEST, GONE",
    "429, IDENTITY_UNAVAILABLE, UNKNOWN",
    "302, IDENTITY_UNAVAILABLE, UNKNOWN",
    "500, IDENTITY_UNAVAILABLE, UNKNOWN",
    "503, IDENTITY_UNAVAILABLE, UNKNOWN",
  })
  void whatItSaysIsAVerdictAtTheOpeningAndLater(int status, String code, Verdict later) {
    Check check = admit(alice, "orders.1").getFirst();
    api.says("/orders/1", status, "");
    api.says("/orders/2", status, "");
    if (code == null) {
      assertEquals(1, admit(alice, "orders.2").size());
    } else {
      assertRefused(ErrorCode.valueOf(code), alice, "orders.2");
    }

    assertEquals(Verdict.STANDS, again(check), "while the answer is kept");
    forget();
    assertEquals(later, again(check));
  }

  @Test
  void whoCannotBeToldComesBackInASecond() {
    api.says("/orders/1", 500, "");

    RelayException refused = assertThrows(RelayException.class, () -> admit(alice, "orders.1"));

    assertEquals(ErrorCode.IDENTITY_UNAVAILABLE, refused.code());
    assertEquals(Optional.of(TopicRule.KEEP_DENIED), refused.retryAfter());
  }

  @Test
  void aServerThatComesBackIsBelievedAgain() {
    Check check = admit(alice, "orders.1").getFirst();
    api.says("/orders/1", 500, "");
    forget();
    assertEquals(Verdict.UNKNOWN, again(check));

    api.says("/orders/1", 200, "");
    forget();

    assertEquals(Verdict.STANDS, again(check));
  }

  @Test
  void anOpenStreamIsAskedAboutAfterSomeTimesTheShortestTtlAndStaysForSomeOfThese() {
    Check slow = admit(alice, "slow.1").getFirst();
    assertEquals(Duration.ofMinutes(3), slow.first());
    assertEquals(Duration.ofMinutes(9), slow.grace());
    assertEquals(new Finding(Verdict.STANDS, Duration.ofMinutes(3)), slow.look().get());

    Check both = admit(alice, "slow.1", "orders.1").getFirst();

    assertEquals(Duration.ofSeconds(30), both.first());
    assertEquals(Duration.ofSeconds(90), both.grace());
    assertEquals(new Finding(Verdict.STANDS, Duration.ofSeconds(30)), both.look().get());
  }

  @ParameterizedTest
  @CsvSource({
    "200, 403, NOT_ALLOWED, GONE",
    "403, 200, NOT_ALLOWED, GONE",
    "500, 403, NOT_ALLOWED, GONE",
    "403, 500, NOT_ALLOWED, GONE",
    "200, 500, IDENTITY_UNAVAILABLE, UNKNOWN",
    "500, 200, IDENTITY_UNAVAILABLE, UNKNOWN",
    "400, 500, INVALID_REQUEST, GONE",
  })
  void allRulesThatATopicConcernsHaveToAgree(int first, int second, ErrorCode code, Verdict later) {
    Check check = admit(alice, "two.two").getFirst();
    assertEquals(1, api.asked("/first/two"));
    assertEquals(1, api.asked("/second/two"));
    api.says("/first/two", first, "");
    api.says("/second/two", second, "");
    forget();

    assertEquals(later, again(check));
    assertRefused(code, alice, "two.two");
  }

  @Test
  void theAnswerToOneIsNotAnothers() {
    api.says("/orders/1", 403, "");
    assertRefused(ErrorCode.NOT_ALLOWED, alice, "orders.1");
    api.says("/orders/1", 200, "");

    assertEquals(1, admit(caller("bob", "acme"), "orders.1").size());

    assertEquals(
        List.of("Bearer token-of-alice", "Bearer token-of-bob"),
        api.asked().stream().map(TestingUpstream.Asked::authorization).toList());
  }

  @Test
  void onlyWhatTheClaimsAllowIsAskedFor() {
    Caller narrow = caller("nora", "acme", "orders.7");

    assertEquals(1, admit(narrow, "orders.*").size());

    assertEquals(List.of("/orders/7"), targets());
  }

  @Test
  void ofSeveralTopicsEachIsAskedForOnce() {
    assertEquals(1, admit(alice, "orders.1", "orders.2", "orders.1", "free").size());

    assertEquals(Set.of("/orders/1", "/orders/2"), Set.copyOf(targets()));
    assertEquals(2, api.asked().size());
  }

  private List<String> targets() {
    return api.asked().stream().map(TestingUpstream.Asked::target).toList();
  }

  @Test
  void aPatternThatSaysNotEnoughToBeAskedForIsNotAllowed() {
    assertRefused(ErrorCode.NOT_ALLOWED, alice, "deep.a");
    assertRefused(ErrorCode.NOT_ALLOWED, alice, ">");
    assertEquals(List.of(), api.asked());
  }

  @Test
  void oneRequestHasSoManyQuestionsAndNoMore() {
    List<String> topics = new ArrayList<>();
    for (int i = 0; i < TopicRules.MAX_QUESTIONS; i++) {
      topics.add("orders." + i);
    }
    assertEquals(1, admit(alice, topics.toArray(String[]::new)).size());
    int before = api.asked().size();
    topics.add("orders.more");

    assertRefused(ErrorCode.INVALID_REQUEST, alice, topics.toArray(String[]::new));

    assertEquals(before, api.asked().size());
  }

  @Test
  void aRuleWithATokenOfItsOwnShowsThatAndNoCallers() {
    rules =
        rules(
            Map.of(
                "authorize.0.topics", "own.*",
                "authorize.0.url", api.uri() + "/own/{2}",
                "authorize.0.token", "token-of-the-relay"));
    ServerRequestHeaders request =
        ServerRequestHeaders.create(
            WritableHeaders.create().add(HeaderNames.AUTHORIZATION, "Bearer token-of-alice"));

    assertEquals(1, rules.admit(alice, request, List.of(new TopicPattern("own.1"))).size());

    assertEquals("Bearer token-of-the-relay", api.asked().getFirst().authorization());
  }
}
