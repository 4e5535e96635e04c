package heliograph.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Tenant;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whose failures leave an upstream alone, and for whom. */
class BreakerTest {
  private static final Tenant ACME = new Tenant("acme");
  private static final Tenant OTHER = new Tenant("other");

  private final AtomicLong now = new AtomicLong();
  private final Breakers breakers = new Breakers("test", now::get);

  private Breakers.Question ask(Party party) {
    return breakers.question(party).orElseThrow();
  }

  private void fail(Party party) {
    Breakers.Question question = ask(party);
    question.reached();
    question.failed("status 500");
  }

  private void answer(Party party) {
    Breakers.Question question = ask(party);
    question.reached();
    question.answered();
  }

  private static Party user(Tenant tenant, int number) {
    return new Party.Known(tenant, "user" + number);
  }

  private boolean isLeftAlone(Party party) {
    return breakers.question(party).isEmpty();
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  @Test
  void oneCallerThatFailsAgainAndAgainCountsOnce() {
    for (int i = 0; i < 1000; i++) {
      fail(user(ACME, 1));
    }
    fail(user(ACME, 2));
    assertFalse(isLeftAlone(user(ACME, 1)));
    assertFalse(isLeftAlone(user(ACME, 3)));
  }

  @Test
  void severalCallersOfATenantCountForThatTenantAlone() {
    IntStream.range(0, Breakers.CALLERS).forEach(i -> fail(user(ACME, i)));

    assertTrue(isLeftAlone(user(ACME, 0)));
    assertTrue(isLeftAlone(user(ACME, 77)));
    assertFalse(isLeftAlone(user(OTHER, 0)));
    assertFalse(isLeftAlone(new Party.Stranger()));
  }

  @Test
  void strangersCountForNobody() {
    for (int i = 0; i < 1000; i++) {
      fail(new Party.Stranger());
    }
    assertFalse(isLeftAlone(new Party.Stranger()));
    assertFalse(isLeftAlone(user(ACME, 0)));
  }

  @Test
  void aFewAmongManyWhoAreAnsweredCountForNothing() {
    IntStream.range(0, 7).forEach(i -> answer(user(ACME, 100 + i)));
    IntStream.range(0, Breakers.CALLERS).forEach(i -> fail(user(ACME, i)));
    assertFalse(isLeftAlone(user(ACME, 0)));
  }

  @Test
  void whatFailedLongAgoCountsNoLonger() {
    fail(user(ACME, 0));
    fail(user(ACME, 1));
    pass(Breaker.MEMORY);
    fail(user(ACME, 2));
    assertFalse(isLeftAlone(user(ACME, 0)));
  }

  @Test
  void whatCannotBeReachedIsLeftAloneByAll() {
    for (int i = 0; i < Breakers.UNREACHABLE; i++) {
      ask(new Party.Stranger()).unreachable("ConnectException");
    }
    assertTrue(isLeftAlone(new Party.Stranger()));
    assertTrue(isLeftAlone(user(ACME, 0)));

    pass(Breaker.REST);
    Breakers.Question trial = ask(user(ACME, 0));
    assertTrue(isLeftAlone(user(OTHER, 0)), "one tries at a time");
    trial.reached();
    assertFalse(isLeftAlone(user(OTHER, 0)));
  }

  @Test
  void afterARestSeveralCallersTrySoThatNoneOfThemDecidesForItsTenant() {
    IntStream.range(0, Breakers.CALLERS).forEach(i -> fail(user(ACME, i)));
    pass(Breaker.REST);

    fail(user(ACME, 0));
    assertTrue(isLeftAlone(user(ACME, 0)), "it has tried");
    answer(user(ACME, 50));

    assertFalse(isLeftAlone(user(ACME, 0)));
  }

  @Test
  void aTrialThatComesToNothingIsRepeated() {
    IntStream.range(0, Breakers.CALLERS).forEach(i -> fail(user(ACME, i)));
    for (int round = 0; round < 5; round++) {
      pass(Breaker.REST);
      IntStream.range(0, Breakers.CALLERS).forEach(i -> ask(user(ACME, i)));
      assertTrue(isLeftAlone(user(ACME, 60)));
    }
  }

  /** Else what comes in late would end a rest, and begin another in the log, for each question. */
  @Test
  void anAnswerToAQuestionOfBeforeTheRestDoesNotEndIt() {
    Breakers.Question before = ask(user(ACME, 9));
    before.reached();
    IntStream.range(0, Breakers.CALLERS).forEach(i -> fail(user(ACME, i)));
    before.answered();
    assertTrue(isLeftAlone(user(ACME, 9)));
  }

  @Test
  void soManyTenantsAreKeptInMind() {
    for (int i = 0; i < Breakers.MAX_TENANTS + 10; i++) {
      fail(user(new Tenant("tenant" + i), 0));
    }
    assertEquals(Breakers.MAX_TENANTS, breakers.tenants());
  }
}
