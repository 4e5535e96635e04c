package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.ErrorCode;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.RelayException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Masks and limits take the place of others while streams are open. */
class ReplacedMasksTest {
  private static final int ROUNDS = 200;
  private static final String SECRET = "secret";

  private final TestingRelay relay = TestingRelay.roomy();

  /** Everybody is shown a text in place of the data. */
  private record Shown(String text) implements Masks {
    @Override
    public long hiding(String type, Set<String> roles) {
      return 1;
    }

    @Override
    public Optional<Payload> apply(Event event, long hiding) {
      return Optional.of(Payload.text(text));
    }
  }

  @AfterEach
  void close() {
    relay.close();
  }

  private static AnEvent secret() {
    return AnEvent.ordinary().data(SECRET);
  }

  private static List<String> taken(Subscription from) throws InterruptedException {
    List<String> texts = new ArrayList<>();
    while (true) {
      switch (from.next(Duration.ZERO)) {
        case Delivery.Events(var events, _, _) ->
            events.forEach(
                it -> texts.add(new String(it.event().payload().bytes(), StandardCharsets.UTF_8)));
        case Delivery.Quiet _ -> {
          return texts;
        }
        case Delivery other -> texts.add(other.toString());
      }
    }
  }

  @Test
  void whatWaitsInAQueueIsShownByTheNewMasks() throws InterruptedException {
    Subscription ada = relay.join();
    relay.publish(secret(), secret());

    relay.hub().mask(new Shown("masked"));
    relay.publish(secret());

    assertEquals(List.of("masked", "masked", "masked"), taken(ada));
  }

  @Test
  void aViewByOtherMasksIsNotShownAgain() throws InterruptedException {
    relay.hub().mask(new Shown("one"));
    Subscription live = relay.join();
    relay.publish(secret().about("one"));
    assertEquals(List.of("one"), taken(live));
    assertEquals(List.of("one"), taken(relay.joinAfter(0)));

    relay.hub().mask(new Shown("two"));

    assertEquals(List.of("two"), taken(relay.joinAfter(0)));
    assertEquals(List.of("two"), taken(relay.join(new Start.Last(5))));
    assertEquals(List.of("two"), taken(relay.join(new Start.Snapshot())));
    relay.hub().mask(Masks.NONE);
    assertEquals(List.of(SECRET), taken(relay.joinAfter(0)));
  }

  @Test
  void anEphemeralEventThatWaitsIsToldAsAGap() throws InterruptedException {
    Subscription ada = relay.join();
    relay.publish(secret().ephemeral());

    relay.hub().mask(new Shown("masked"));

    assertTrue(taken(ada).getFirst().startsWith("Missed["));
  }

  /** One publishes, one replaces masks, and what one takes after that is by the new ones. */
  @Test
  void nothingThatIsTakenAfterwardsIsShownByTheMasksBefore() throws Exception {
    Subscription ada = relay.join();
    AtomicBoolean over = new AtomicBoolean();
    Thread publisher =
        Thread.startVirtualThread(
            () -> {
              while (!over.get()) {
                relay.hub().publish(TestingRelay.PUBLISHER, List.of(secret().event()));
              }
            });
    try {
      for (int round = 0; round < ROUNDS; round++) {
        String text = "round " + round;
        relay.hub().mask(new Shown(text));
        Set<String> seen = Set.copyOf(some(ada));
        assertTrue(Set.of(text).containsAll(seen), () -> text + " " + seen);
      }
    } finally {
      over.set(true);
      publisher.join();
    }
  }

  private static List<String> some(Subscription from) throws InterruptedException {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      if (from.next(Duration.ofMillis(1)) instanceof Delivery.Events(var events, _, _)) {
        events.forEach(
            it -> texts.add(new String(it.event().payload().bytes(), StandardCharsets.UTF_8)));
      }
    }
    return texts;
  }

  @Test
  void lowerLimitsHoldForNewcomersAlone() throws InterruptedException {
    Subscription one = relay.join();
    Subscription two = relay.join();
    Limits before = TestingRelay.limits(1000);

    relay
        .hub()
        .limit(
            new Limits(
                1000, 1000, 1000, 2, 1_000_000, 1000, before.slow(), before.overUserLimit()));

    RelayException refused = assertThrows(RelayException.class, relay::join);
    assertEquals(ErrorCode.TOO_MANY_STREAMS, refused.code());
    relay.publish(1);
    assertEquals(1, taken(one).size());
    assertEquals(1, taken(two).size());
    relay.hub().limit(before);
    assertEquals(List.of(), taken(relay.join()));
  }

  @Test
  void sinceWhenAsManyAreOpenAsThereMayBeIsKnown() {
    Limits before = TestingRelay.limits(1000);
    Limits two =
        new Limits(1000, 2, 1000, 1000, 1_000_000, 1000, before.slow(), before.overUserLimit());
    relay.join();
    Subscription second = relay.join();
    assertEquals(Optional.empty(), relay.hub().fullSince());

    relay.hub().limit(two);
    Instant lowered = relay.clock().instant();
    relay.clock().advance(Duration.ofMinutes(1));
    assertThrows(RelayException.class, relay::join);
    assertEquals(Optional.of(lowered), relay.hub().fullSince());

    relay.hub().leave(second);
    assertEquals(Optional.empty(), relay.hub().fullSince());
    relay.join();
    assertEquals(Optional.of(lowered.plusSeconds(60)), relay.hub().fullSince());
    relay.hub().limit(before);
    assertEquals(Optional.empty(), relay.hub().fullSince());
  }
}
