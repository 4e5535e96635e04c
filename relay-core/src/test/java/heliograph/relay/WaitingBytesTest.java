package heliograph.relay;

import static heliograph.relay.TestingRelay.ACME;
import static heliograph.relay.TestingRelay.OTHER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Claims;
import heliograph.contract.StandardDialect;
import heliograph.contract.Tenant;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Events that wait for subscribers take no more memory than they may, and none is lost by that. */
class WaitingBytesTest {
  private static final int LARGE = 10_000;
  private static final Limits.Memory FEW = new Limits.Memory(400_000, 100_000, 1 << 20, 1 << 20);
  // What one more event adds: itself and two forms of its frame, which is binary and so in base64.
  private static final long ONE = 5L * LARGE;

  @Test
  void anEventThatWaitsForManyCountsOnce() {
    try (TestingRelay relay = with(Limits.Memory.ORDINARY)) {
      IntStream.range(0, 100).forEach(_ -> written(relay.join()));

      relay.publish(AnEvent.ordinary().data(LARGE));

      assertTrue(relay.hub().waitingBytes() > LARGE);
      assertTrue(relay.hub().waitingBytes() < ONE);
    }
  }

  @Test
  void aFrameIsMadeForAStreamAndNotForAPoll() {
    try (TestingRelay relay = with(Limits.Memory.ORDINARY)) {
      Interest everything = TestingRelay.everything(TestingRelay.claims("ada"));
      relay
          .hub()
          .poll(everything, StreamOptions.of(StandardDialect.PLAIN, Keep.EVERY), new Start.Live());

      relay.publish(AnEvent.ordinary().data(LARGE));
      long ofPoll = relay.hub().waitingBytes();
      written(relay.join());
      relay.publish(AnEvent.ordinary().data(LARGE));

      assertTrue(ofPoll > LARGE && ofPoll < 2 * LARGE, "of the poll " + ofPoll);
      assertTrue(relay.hub().waitingBytes() > ofPoll + 3 * LARGE);
    }
  }

  @Test
  void whoeverDoesNotKeepUpFallsBackToTheLogAndGetsEverything() throws InterruptedException {
    try (TestingRelay relay = with(FEW)) {
      Subscription stuck = written(relay.join());
      Subscription quick = written(relay.join());
      List<String> seen = new ArrayList<>();

      for (int i = 0; i < 50; i++) {
        relay.publish(AnEvent.ordinary().data(LARGE));
        seen.addAll(Transcript.of(quick));
        assertTrue(relay.hub().waitingBytes() <= FEW.waitingPerTenant() * 5 / 4 + ONE);
      }

      assertEquals(50, seen.stream().filter(it -> it.startsWith("live")).count());
      assertEquals(LongStream.rangeClosed(1, 50).boxed().toList(), sequences(stuck));
    }
  }

  @Test
  void manyTenantsThatHoldMuchDoNotTakeItFromOneThatHoldsLittle() throws InterruptedException {
    try (TestingRelay relay = with(FEW)) {
      List<Subscription> stuck = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Tenant tenant = new Tenant("t" + i);
        stuck.add(join(relay, tenant));
        for (int j = 0; j < 10; j++) {
          relay.publish(AnEvent.ordinary().of(tenant).data(LARGE));
        }
      }
      Subscription small = join(relay, OTHER);

      relay.publish(AnEvent.ordinary().of(OTHER).data(10));
      relay.publish(AnEvent.ordinary().of(OTHER).data(10));

      assertTrue(relay.hub().waitingBytes() <= FEW.waiting() * 3 / 2 + ONE);
      assertEquals(List.of("live 1 2 through 2", "quiet at 2"), Transcript.of(small));
      for (Subscription each : stuck) {
        assertEquals(LongStream.rangeClosed(1, 10).boxed().toList(), sequences(each));
      }
    }
  }

  @Test
  void whoHoldsLittleHasRoomWhateverOthersHold() {
    WaitingBytes waiting = new WaitingBytes(FEW);
    WaitingBytes.Share small = waiting.share();
    small.add(1000);
    for (int i = 0; i < 9; i++) {
      waiting.share().add(FEW.waitingPerTenant());
    }
    WaitingBytes.Share middling = waiting.share();
    middling.add(FEW.waiting() / 11);

    assertEquals(WaitingBytes.Room.ENOUGH, small.room());
    assertEquals(WaitingBytes.Room.NONE, middling.room());
  }

  @Test
  void whatIsInTheHandsOfAStreamCountsUntilItTakesTheNext() throws InterruptedException {
    try (TestingRelay relay = with(Limits.Memory.ORDINARY)) {
      Subscription subscriber = written(relay.join());
      relay.publish(AnEvent.ordinary().data(LARGE));

      Delivery taken = subscriber.nextInMemory();
      long inHand = relay.hub().waitingBytes();
      Delivery next = subscriber.nextInMemory();

      assertEquals("live 1 through 1", Transcript.words(taken));
      assertTrue(inHand > LARGE);
      assertEquals("quiet at 1", Transcript.words(next));
      assertEquals(0, relay.hub().waitingBytes());
    }
  }

  @Test
  void aStreamTakesLargeEventsOneByOne() throws InterruptedException {
    try (TestingRelay relay = with(Limits.Memory.ORDINARY)) {
      Subscription subscriber = written(relay.join());
      relay.publish(
          AnEvent.ordinary().data(100_000),
          AnEvent.ordinary().data(100_000),
          AnEvent.ordinary().data(10),
          AnEvent.ordinary().data(10));

      assertEquals(
          List.of("live 1 through 1", "live 2 through 2", "live 3 4 through 4", "quiet at 4"),
          Transcript.of(subscriber));
    }
  }

  /** Whatever happens to events on their way, all of their bytes are given back in the end. */
  @Property(tries = 200)
  void nothingIsCountedForEver(
      @ForAll @Size(max = 60) List<@IntRange(max = 9) Integer> steps,
      @ForAll SlowPolicy slow,
      @ForAll Keep keep)
      throws InterruptedException {
    Limits limits = limits(4, slow, FEW);
    try (TestingRelay relay = TestingRelay.with(limits)) {
      List<Subscription> open = new ArrayList<>();
      for (int step : steps) {
        switch (step) {
          case 0, 1 ->
              open.add(
                  written(
                      relay
                          .hub()
                          .subscribe(
                              interest(ACME),
                              StreamOptions.of(StandardDialect.PLAIN, keep),
                              new Start.Live())));
          case 2 -> {
            if (!open.isEmpty()) {
              relay.hub().leave(open.removeFirst());
            }
          }
          case 3, 4 -> {
            if (!open.isEmpty()) {
              var _ = open.getLast().nextInMemory();
            }
          }
          default -> relay.publish(AnEvent.ordinary().about("k" + step % 2).data(step * 3000));
        }
      }
      for (Subscription each : open) {
        var _ = Transcript.of(each);
      }
      assertEquals(0, relay.hub().waitingBytes());
      open.forEach(relay.hub()::leave);
      assertEquals(0, relay.hub().waitingBytes());
    }
  }

  /** Has frames made for it, as a stream has that is written. */
  private static Subscription written(Subscription stream) {
    stream.ringOnWork(_ -> {});
    return stream;
  }

  private static TestingRelay with(Limits.Memory memory) {
    return TestingRelay.with(limits(256, SlowPolicy.CATCH_UP, memory));
  }

  private static Limits limits(int queue, SlowPolicy slow, Limits.Memory memory) {
    return new Limits(
        queue,
        1000,
        1000,
        1000,
        1_000_000,
        1000,
        slow,
        OverUserLimit.REFUSE,
        memory,
        Limits.FilterTime.ORDINARY);
  }

  private static Subscription join(TestingRelay relay, Tenant tenant) {
    return written(
        relay.hub().subscribe(interest(tenant), StandardDialect.PLAIN, new Start.Live()));
  }

  private static Interest interest(Tenant tenant) {
    return TestingRelay.everything(new Claims("ada", tenant, Set.of(), Instant.MAX));
  }

  private static List<Long> sequences(Subscription subscription) throws InterruptedException {
    List<Long> sequences = new ArrayList<>();
    boolean more = true;
    while (more) {
      switch (subscription.next(java.time.Duration.ZERO)) {
        case Delivery.Events(List<StoredEvent> events, _, _) ->
            events.forEach(it -> sequences.add(it.sequence()));
        case Delivery.Quiet _ -> more = false;
        case Delivery other -> throw new AssertionError("neither events nor quiet: " + other);
      }
    }
    return sequences;
  }
}
