package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Cursor;
import heliograph.contract.Tenant;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Who has had filters evaluated for as long as the budget says waits until it is paid. */
class SpendingTest {
  private static final Tenant ACME = new Tenant("acme");
  private static final Tenant OTHER = new Tenant("other");
  private static final StoredEvent EVENT =
      new StoredEvent(AnEvent.ordinary().event(), new Cursor("e", 1));
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1000 * MILLI;

  // Close to the largest number, so that the clock passes it, as that of a JVM may.
  private long now = Long.MAX_VALUE - SECOND;
  private final Spending spending =
      new Spending(new Limits.FilterTime(Duration.ofMillis(200), Duration.ofMillis(50)), () -> now);

  @Test
  void whoHasSpentNothingIsNotExhausted() {
    assertFalse(spending.isExhausted(ACME, "ada"));
    assertEquals(Duration.ZERO, spending.pause(ACME, "ada"));
    assertEquals(0, spending.size());
  }

  @Test
  void theBudgetOfABurstMayBeSpentAtOnce() {
    spending.spent(ACME, "ada", Spending.BURST.toSeconds() * 50 * MILLI);
    assertFalse(spending.isExhausted(ACME, "ada"));

    spending.spent(ACME, "ada", MILLI);
    assertTrue(spending.isExhausted(ACME, "ada"));
    assertFalse(spending.isExhausted(ACME, "bob"));
    assertEquals(Duration.ofMillis(20), spending.pause(ACME, "ada"));
  }

  @Test
  void timePays() {
    spending.spent(ACME, "ada", 250 * MILLI);
    assertEquals(Duration.ofSeconds(1), spending.pause(ACME, "ada"));

    now += SECOND - 1;
    assertTrue(spending.isExhausted(ACME, "ada"));
    now += 1;
    assertFalse(spending.isExhausted(ACME, "ada"));
    spending.spent(ACME, "ada", MILLI);
    assertTrue(spending.isExhausted(ACME, "ada"));
  }

  @Test
  void theUsersOfATenantShareItsBudget() {
    for (int i = 0; i < 5; i++) {
      spending.spent(ACME, "user-" + i, 161 * MILLI);
    }

    assertTrue(spending.isExhausted(ACME, "user-5"));
    assertFalse(spending.isExhausted(OTHER, "user-0"));
  }

  @Test
  void aSubjectOfAnotherTenantIsSomebodyElse() {
    spending.spent(ACME, "ada", 210 * MILLI);

    assertTrue(spending.isExhausted(ACME, "ada"));
    assertFalse(spending.isExhausted(OTHER, "ada"));
  }

  @Test
  void aDebtIsNeverLongerThanTenSeconds() {
    for (int i = 0; i < 100; i++) {
      spending.spent(ACME, "ada", 50 * MILLI);
    }

    assertEquals(Duration.ofSeconds(6), spending.pause(ACME, "ada"));
    spending.spent(ACME, "ada", Long.MAX_VALUE);
    assertEquals(Duration.ofSeconds(6), spending.pause(ACME, "ada"));
  }

  @Test
  void whoHasPaidIsForgotten() {
    for (int i = 0; i < 3000; i++) {
      spending.spent(ACME, "user-" + i, 1);
      now += 1000;
    }

    assertTrue(spending.size() < 1100, () -> "remembered " + spending.size());
  }

  @Test
  void beyondTheMostAccountsTheRestShareOne() {
    spending.spent(ACME, "ada", 210 * MILLI);
    for (int i = 1; i < Spending.MAX_ACCOUNTS; i++) {
      spending.spent(OTHER, "user-" + i, MILLI);
    }
    assertFalse(spending.isExhausted(ACME, "late-1"));
    for (int i = 0; i < 201; i++) {
      spending.spent(ACME, "late-" + i, MILLI);
    }

    assertEquals(Spending.MAX_ACCOUNTS + 2, spending.size());
    assertTrue(spending.isExhausted(ACME, "late-100"));
    assertTrue(spending.isExhausted(ACME, "ada"));

    now += 5 * SECOND;
    assertFalse(spending.isExhausted(ACME, "late-100"));
    spending.spent(ACME, "late-1", MILLI);
    assertEquals(3, spending.size());
  }

  @Test
  void aPayerIsChargedWhatItsFilterTook() {
    Payer payer = spending.reader(ACME, "ada");
    Filter slow =
        _ -> {
          now += 120 * MILLI;
          return true;
        };

    assertEquals(Payer.Choice.WANTED, payer.ask(slow, EVENT));
    assertFalse(spending.isExhausted(ACME, "ada"));
    // The debt has shrunk by the 120 milliseconds that passed, and grown by as much in 50 a second.
    assertEquals(Payer.Choice.WANTED, payer.ask(slow, EVENT));
    assertTrue(spending.isExhausted(ACME, "ada"));
    assertEquals(Payer.Choice.WANTED, payer.ask(slow, EVENT));
  }

  /** Compares with a bucket of tokens that is filled step by step. */
  @Test
  void accountsAreBucketsOfTokens() {
    double burst = Spending.BURST.toSeconds();
    Random random = new Random(42);
    Map<String, Double> debts = new HashMap<>();
    for (int step = 0; step < 20_000; step++) {
      String user = "user-" + random.nextInt(4);
      Tenant tenant = new Tenant("tenant-" + user);
      double debt = debts.getOrDefault(user, 0.0);
      if (Math.abs(debt - burst) > 1e-6) {
        assertEquals(debt > burst, spending.isExhausted(tenant, user), "step " + step);
      }
      if (debt <= burst) {
        long cost = random.nextLong(20 * MILLI);
        spending.spent(tenant, user, cost);
        debts.put(user, debt + cost / (50.0 * MILLI));
      }
      long passed = random.nextLong(20 * MILLI);
      now += passed;
      debts.replaceAll((_, owed) -> Math.max(0, owed - passed / (double) SECOND));
    }
  }
}
