package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Cursor;
import heliograph.contract.StandardDialect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The members of a cohort share what its filter takes, and are late together. */
class CohortPayerTest {
  private static final StoredEvent EVENT =
      new StoredEvent(AnEvent.ordinary().event(), new Cursor("e", 1));
  private static final long MILLI = 1_000_000;

  private final TestingRelay relay = TestingRelay.roomy();
  private long now;
  private int asked;
  private long takes = MILLI;
  private final Filter filter =
      _ -> {
        asked++;
        now += takes;
        return true;
      };
  private final Spending spending =
      new Spending(new Limits.FilterTime(Duration.ofMillis(200), Duration.ofMillis(50)), () -> now);
  private final List<Subscription> members = new ArrayList<>();
  private final CohortPayer payer = new CohortPayer(spending, TestingRelay.ACME, members);

  @AfterEach
  void close() {
    relay.close();
  }

  private void join(String subject) {
    members.add(
        relay
            .hub()
            .subscribe(
                TestingRelay.everything(TestingRelay.claims(subject)),
                StandardDialect.PLAIN,
                new Start.Live()));
  }

  private long pause(String subject) {
    return spending.pause(TestingRelay.ACME, subject).toMillis();
  }

  @Test
  void aMemberAlonePaysAllOfIt() {
    join("ada");
    takes = 210 * MILLI;

    assertEquals(Payer.Choice.WANTED, payer.ask(filter, EVENT));

    assertEquals(200, pause("ada"));
    assertFalse(payer.takeLate());
  }

  @Test
  void membersShareAndATenantPaysAllOfIt() {
    join("ada");
    join("bob");
    takes = 410 * MILLI;
    payer.ask(filter, EVENT);

    assertEquals(100, pause("ada"));
    assertEquals(100, pause("bob"));
    assertEquals(0, pause("cleo"));
    takes = 560 * MILLI;
    now += 100 * MILLI;
    payer.ask(filter, EVENT);
    assertTrue(pause("cleo") > 0);
  }

  @Test
  void whoHasTwoStreamsInTheCohortPaysTwice() {
    join("ada");
    join("ada");
    join("bob");
    takes = 345 * MILLI;
    payer.ask(filter, EVENT);

    assertEquals(600, pause("ada"));
    assertEquals(0, pause("bob"));
  }

  @Test
  void anExhaustedMemberIsLateAndNotAsked() {
    join("ada");
    takes = 210 * MILLI;
    payer.ask(filter, EVENT);

    assertEquals(Payer.Choice.LATE, payer.ask(filter, EVENT));

    assertEquals(1, asked);
    assertTrue(payer.takeLate());
    assertFalse(payer.takeLate());
    now += 200 * MILLI;
    assertEquals(Payer.Choice.WANTED, payer.ask(filter, EVENT));
    assertFalse(payer.takeLate());
  }

  @Test
  void oneWhoMayPayIsEnough() {
    join("ada");
    join("bob");
    spending.spent(TestingRelay.ACME, "ada", 210 * MILLI);

    assertEquals(Payer.Choice.WANTED, payer.ask(filter, EVENT));

    spending.spent(TestingRelay.ACME, "bob", 210 * MILLI);
    assertEquals(Payer.Choice.LATE, payer.ask(filter, EVENT));
  }

  @Test
  void anExhaustedTenantMakesEveryoneLate() {
    join("ada");
    for (int i = 0; i < 5; i++) {
      spending.spent(TestingRelay.ACME, "user-" + i, 165 * MILLI);
    }

    assertEquals(Payer.Choice.LATE, payer.ask(filter, EVENT));
    assertEquals(0, asked);
  }

  @Test
  void littleTimeIsChargedOnceItIsWorthIt() {
    for (int i = 0; i < 10; i++) {
      join("user-" + i);
    }
    takes = 100;
    for (int i = 0; i < 99; i++) {
      payer.ask(filter, EVENT);
    }
    // The tenant alone is known.
    assertEquals(1, spending.size());

    payer.ask(filter, EVENT);
    assertEquals(11, spending.size());
  }

  @Test
  void whenAllHaveLeftTheTenantPays() {
    assertEquals(Payer.Choice.WANTED, payer.ask(filter, EVENT));

    assertEquals(1, spending.size());
  }
}
