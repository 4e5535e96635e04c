package heliograph.publisher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** What holds whatever a relay, and what stands before it, answers. */
class WhateverTheAnswersTest {
  private static final int MIB = 1 << 20;
  private static final Map<String, ScriptedRelay.Step> STEPS = steps();

  private static Map<String, ScriptedRelay.Step> steps() {
    Map<String, ScriptedRelay.Step> steps = new HashMap<>();
    steps.put("store", ScriptedRelay.store());
    steps.put("cut", ScriptedRelay.cut());
    steps.put("store and cut", ScriptedRelay.storeAndCut());
    steps.put("store and cut within", ScriptedRelay.storeAndCutWithin());
    steps.put("store, 502", ScriptedRelay.storeAndSay(502, "text/html", "<html>"));
    steps.put("store, 202 HTML", ScriptedRelay.storeAndSay(202, "text/html", "<html>"));
    steps.put("503", ScriptedRelay.problem(503, "LOG_UNAVAILABLE", "Retry-After", "0"));
    steps.put("429", ScriptedRelay.problem(429, "RATE_LIMITED", "Retry-After", "0"));
    steps.put("400", ScriptedRelay.problem(400, "INVALID_JSON"));
    steps.put("401", ScriptedRelay.problem(401, "BAD_SIGNATURE"));
    steps.put("413", ScriptedRelay.problem(413, "TOO_LARGE"));
    steps.put("some", ScriptedRelay.storeOnly(id -> Integer.parseInt(id) % 3 != 0));
    return steps;
  }

  @Provide
  Arbitrary<List<String>> scripts() {
    return Arbitraries.of(STEPS.keySet()).list().ofMaxSize(20);
  }

  /**
   * Each accepted event has one answer. What is acknowledged is in the log, once, where its cursor
   * says; what is said not to be there is not; and what is there is in the order of acceptance.
   */
  @Property(tries = 150)
  void eachEventIsStoredOnceInOrderAndAnsweredTruly(
      @ForAll("scripts") List<String> script,
      @ForAll @IntRange(min = 1, max = 30) int events,
      @ForAll @IntRange(min = 1, max = 7) int batch,
      @ForAll @IntRange(min = 1, max = 5) int attempts)
      throws Exception {
    ScriptedRelay.Step[] steps = script.stream().map(STEPS::get).toArray(ScriptedRelay.Step[]::new);
    try (ScriptedRelay relay = ScriptedRelay.start(steps)) {
      Publisher publisher =
          Events.to(relay)
              .batches(batch, MIB, Duration.ZERO)
              .retries(attempts, Duration.ofMinutes(1))
              .open();
      List<CompletableFuture<Published>> futures = new ArrayList<>();
      for (int i = 1; i <= events; i++) {
        futures.add(publisher.publish(Events.event(Integer.toString(i))));
      }
      for (int i = 0; i < events; i++) {
        assertTrueOf(relay, Integer.toString(i + 1), futures.get(i));
      }
      publisher.close();
      List<String> inOrder =
          relay.stored().stream()
              .sorted((a, b) -> Integer.parseInt(a) - Integer.parseInt(b))
              .toList();
      assertEquals(inOrder, relay.stored());
      assertEquals(0, publisher.unanswered());
    }
  }

  private static void assertTrueOf(
      ScriptedRelay relay, String id, CompletableFuture<Published> future) throws Exception {
    try {
      Published published = future.get(30, TimeUnit.SECONDS);
      assertEquals(id, published.id());
      assertEquals(relay.place(id), published.cursor().sequence());
      assertTrue(relay.place(id) > 0);
    } catch (ExecutionException e) {
      PublishException failure = (PublishException) e.getCause();
      if (!failure.mayBeStored()) {
        assertEquals(0, relay.place(id), failure.getMessage());
      }
      assertFalse(failure.kind() == PublishException.Kind.CLOSED);
    }
  }
}
