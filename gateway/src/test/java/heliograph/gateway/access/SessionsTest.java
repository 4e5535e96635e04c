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
import heliograph.gateway.access.Subscribers.Switch;
import heliograph.gateway.revocation.Life;
import heliograph.gateway.wire.Watchdog;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.WritableHeaders;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What an application says of its sessions, which is asked over HTTP, and for how long it holds.
 */
class SessionsTest {
  private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");
  private static final Duration TTL = Duration.ofSeconds(10);
  private static final Duration LIFE = Duration.ofHours(1);
  private static final String SALLY =
      "{\"sub\":\"sally\",\"tenant\":\"acme\",\"roles\":[\"operator\"],\"topics\":[\"orders.>\"]}";

  private final AtomicLong now = new AtomicLong();
  private final Watchdog watchdog = new Watchdog(System::nanoTime);
  private TestingUpstream application;
  private Sessions sessions;
  private PassedHeaders sid;

  @BeforeEach
  void start() throws IOException {
    watchdog.start();
    application = new TestingUpstream();
    Map<String, String> settings =
        Map.of(
            "identity.session.url",
            application.uri() + "/session",
            "identity.session.ttl",
            TTL.toString());
    SubscribersConfig.SessionConfig config =
        TestingUpstream.config(settings).session().orElseThrow();
    sessions =
        new Sessions(
            config,
            TestingUpstream.people(settings).ofSessions(config.prefix()),
            Set.of(),
            Life.of(LIFE),
            watchdog,
            () -> START.plusNanos(now.get()),
            now::get);
    sid = carried("sid=1");
    says(SALLY);
  }

  @AfterEach
  void stop() {
    application.close();
    watchdog.close();
  }

  private static ServerRequestHeaders headers(String cookie) {
    return ServerRequestHeaders.create(WritableHeaders.create().add(HeaderNames.COOKIE, cookie));
  }

  private PassedHeaders carried(String cookie) {
    return PassedHeaders.of(headers(cookie), sessions.forward());
  }

  private void says(String claims) {
    application.says("/session", 200, claims);
  }

  private void says(int status) {
    application.says("/session", status, "");
  }

  private int asked() {
    return application.asked().size();
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  private RelayException refused(PassedHeaders session) {
    return assertThrows(RelayException.class, () -> sessions.told(session).claims());
  }

  private void assertRefused(ErrorCode code) {
    RelayException refused = refused(sid);
    assertEquals(code, refused.code(), refused::detail);
  }

  @Test
  void whoHoldsASessionIsWhoTheApplicationSays() {
    Claims claims = sessions.told(sid).claims();

    assertEquals("sally", claims.subject());
    assertEquals(new Tenant("acme"), claims.tenant());
    assertEquals(Set.of("operator"), claims.roles());
    assertEquals(List.of(new TopicPattern("orders.>")), claims.topics());
    assertEquals(Instant.MAX, claims.expires());
    assertEquals(Claims.Proof.NONE, claims.proof());
    assertEquals("sid=1", application.asked().getFirst().cookie());
  }

  @Test
  void anAnswerHoldsForItsTimeAndForItsSessionAlone() {
    assertEquals("sally", sessions.told(sid).claims().subject());
    pass(TTL.minusNanos(1));
    assertEquals("sally", sessions.told(sid).claims().subject());
    assertEquals(1, asked());

    assertEquals("sally", sessions.told(carried("sid=2")).claims().subject());
    assertEquals(2, asked());
    pass(Duration.ofNanos(1));
    assertEquals("sally", sessions.told(sid).claims().subject());
    assertEquals(3, asked());
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403})
  void aRefusalHoldsForASecond(int status) {
    says(status);
    assertRefused(ErrorCode.BAD_TOKEN);
    says(SALLY);
    pass(Sessions.KEEP_REFUSED.minusNanos(1));
    assertRefused(ErrorCode.BAD_TOKEN);
    assertEquals(1, asked());

    pass(Duration.ofNanos(1));

    assertEquals("sally", sessions.told(sid).claims().subject());
  }

  @ParameterizedTest
  @ValueSource(ints = {204, 302, 404, 408, 429, 500, 503})
  void whileThereIsNoAnswerWhoComesIsToldToComeBack(int status) {
    says(status);

    RelayException refused = refused(sid);

    assertEquals(ErrorCode.IDENTITY_UNAVAILABLE, refused.code());
    assertEquals(Optional.of(Sessions.KEEP_REFUSED), refused.retryAfter());
    says(SALLY);
    pass(Sessions.KEEP_REFUSED);
    assertEquals("sally", sessions.told(sid).claims().subject());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "no", "{\"sub\":\"a\",\"sub\":\"b\",\"tenant\":\"acme\"}"})
  void whatIsNoObjectIsNoAnswer(String body) {
    says(body);
    assertRefused(ErrorCode.IDENTITY_UNAVAILABLE);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 413, 431})
  void whatTheApplicationDoesNotTakeIsARequestAtFault(int status) {
    says(status);
    assertRefused(ErrorCode.INVALID_REQUEST);
  }

  @Test
  void anOpenStreamIsAskedAboutWhenTheAnswerRunsOutAndStaysForSomeTimesItsTtl() {
    Check check = sessions.check(sid, sessions.told(sid).claims(), Switch.ON);

    assertEquals(TTL, check.first());
    assertEquals(TTL.multipliedBy(Sessions.GRACE), check.grace());
    pass(TTL.minusNanos(3));
    // Somebody else's look is as good, and the rest of its time is what is left to wait.
    assertEquals(new Finding(Verdict.STANDS, Duration.ofNanos(3)), check.look().get());
    assertEquals(1, asked());
    pass(Duration.ofNanos(3));
    assertEquals(new Finding(Verdict.STANDS, TTL), check.look().get());
    assertEquals(2, asked());
  }

  @ParameterizedTest
  @CsvSource({
    "401, GONE",
    "403, GONE",
    "400, GONE",
    "500, UNKNOWN",
    "429, UNKNOWN",
    "404, UNKNOWN"
  })
  void whatItSaysLaterIsAVerdict(int status, Verdict verdict) {
    Check check = sessions.check(sid, sessions.told(sid).claims(), Switch.ON);
    says(status);
    assertEquals(Verdict.STANDS, check.look().get().verdict(), "while the answer holds");

    pass(TTL);

    assertEquals(new Finding(verdict, Sessions.KEEP_REFUSED), check.look().get());
  }

  @Test
  void anApplicationThatComesBackIsBelievedAgain() {
    Check check = sessions.check(sid, sessions.told(sid).claims(), Switch.ON);
    says(500);
    pass(TTL);
    assertEquals(Verdict.UNKNOWN, check.look().get().verdict());
    assertRefused(ErrorCode.IDENTITY_UNAVAILABLE);

    says(SALLY);
    pass(Sessions.KEEP_REFUSED);

    assertEquals(new Finding(Verdict.STANDS, TTL), check.look().get());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'sub':'sally','tenant':'acme','roles':'operator','topics':'orders.>'} | STANDS",
        "{'sub':'sally','tenant':'acme','roles':['operator'],'topics':['orders.>'],'exp':32503680000}"
            + " | STANDS",
        "{'sub':'other','tenant':'acme','roles':['operator'],'topics':['orders.>']} | GONE",
        "{'sub':'sally','tenant':'else','roles':['operator'],'topics':['orders.>']} | GONE",
        "{'sub':'sally','tenant':'acme','roles':['operator','more'],'topics':['orders.>']} | GONE",
        "{'sub':'sally','tenant':'acme','roles':['operator'],'topics':['orders.1']} | GONE",
        "{'sub':'sally','tenant':'acme','roles':['operator']} | GONE",
        "{} | GONE",
      })
  void otherClaimsEndAStream(String claims, Verdict verdict) {
    Check check = sessions.check(sid, sessions.told(sid).claims(), Switch.ON);
    says(claims.replace('\'', '"'));

    pass(TTL);

    assertEquals(verdict, check.look().get().verdict());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'exp':-1                  | -1",
        "'exp':60                  | 60",
        "'auth_time':-100          | 3500",
        "'iat':-100                | 3500",
        "'auth_time':-100,'iat':50 | 3500",
        "'exp':60,'iat':-100       | 60",
        "'exp':9000,'iat':-100     | 3500",
      })
  void aSessionEndsByItselfOrAtItsLongestFromItsBeginning(String times, long ends) {
    long start = START.getEpochSecond();
    StringBuilder absolute = new StringBuilder();
    for (String time : times.replace('\'', '"').split(",", -1)) {
      String[] parts = time.split(":", -1);
      absolute.append(',').append(parts[0]).append(':').append(start + Long.parseLong(parts[1]));
    }
    says("{\"sub\":\"sally\",\"tenant\":\"acme\"" + absolute + "}");

    if (ends < 0) {
      assertRefused(ErrorCode.EXPIRED_TOKEN);
    } else {
      assertEquals(START.plusSeconds(ends), sessions.told(sid).claims().expires());
    }
  }

  @Test
  void anAnswerThatStillHoldsLetsNobodyInAfterTheSessionsOwnEnd() {
    says(
        "{\"sub\":\"sally\",\"tenant\":\"acme\",\"exp\":%d}".formatted(START.getEpochSecond() + 2));
    assertEquals("sally", sessions.told(sid).claims().subject());
    pass(Duration.ofSeconds(2).minusNanos(1));
    assertEquals("sally", sessions.told(sid).claims().subject());

    pass(Duration.ofNanos(1));

    assertRefused(ErrorCode.EXPIRED_TOKEN);
    assertEquals(1, asked());
  }

  @Test
  void itsBeginningIsWhatTakesItBackAndNotTheTimeOfTheAnswer() {
    assertEquals(Instant.EPOCH, sessions.told(sid).claims().proof().issued());
    says(
        "{\"sub\":\"sally\",\"tenant\":\"acme\",\"sid\":\"s1\",\"auth_time\":%d,\"iat\":4000000000}"
            .formatted(START.getEpochSecond() - 7));

    Claims.Proof proof = sessions.told(carried("sid=2")).claims().proof();

    assertEquals(START.minusSeconds(7), proof.issued());
    assertEquals(Optional.of("s1"), proof.session());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'tenant':'acme'}                                  | BAD_TOKEN",
        "{'sub':'sally'}                                    | NOT_ALLOWED",
        "{'sub':'sally','tenant':'a b'}                     | BAD_TOKEN",
        "{'sub':'sally','tenant':'acme','topics':null}      | BAD_TOKEN",
        "{'sub':'sally','tenant':'acme','exp':'soon'}       | BAD_TOKEN",
        "{'sub':'sally','tenant':'acme','auth_time':'now'}  | BAD_TOKEN",
      })
  void whatCannotBeReadAdmitsToNothing(String claims, ErrorCode code) {
    says(claims.replace('\'', '"'));
    assertRefused(code);
  }
}
