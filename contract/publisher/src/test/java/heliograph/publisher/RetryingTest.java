package heliograph.publisher;

import static heliograph.publisher.Events.event;
import static heliograph.publisher.Events.failure;
import static heliograph.publisher.Events.stored;
import static heliograph.publisher.Events.to;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Cursor;
import heliograph.contract.ErrorCode;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is tried again, for how long, and what is not. */
class RetryingTest {
  private static final Duration LONG = Duration.ofMinutes(2);

  @Test
  void aRetryHasTheIdsOfTheFirstAttempt() throws Exception {
    try (ScriptedRelay relay = ScriptedRelay.start(ScriptedRelay.problem(503, "LOG_UNAVAILABLE"));
        Publisher publisher = to(relay).open()) {
      Published published = stored(publisher.publish(event("1")));
      assertEquals(new Published("1", new Cursor("e", 1), false), published);
      List<ScriptedRelay.Call> calls = relay.calls();
      assertEquals(2, calls.size());
      assertEquals(calls.get(0).header("webhook-id"), calls.get(1).header("webhook-id"));
      assertEquals(calls.get(0).ids(), calls.get(1).ids());
    }
  }

  @Test
  void anotherRequestHasAnotherId() throws Exception {
    try (ScriptedRelay relay = ScriptedRelay.start();
        Publisher publisher = to(relay).open()) {
      stored(publisher.publish(event("1")));
      stored(publisher.publish(event("2")));
      List<ScriptedRelay.Call> calls = relay.calls();
      assertNotEquals(calls.get(0).header("webhook-id"), calls.get(1).header("webhook-id"));
    }
  }

  @Test
  void retryAfterInSecondsIsObeyed() throws Exception {
    try (ScriptedRelay relay =
            ScriptedRelay.start(ScriptedRelay.problem(429, "RATE_LIMITED", "Retry-After", "1"));
        Publisher publisher = to(relay).open()) {
      long begun = System.nanoTime();
      stored(publisher.publish(event("1")));
      assertTrue(System.nanoTime() - begun >= Duration.ofSeconds(1).toNanos());
    }
  }

  @Test
  void retryAfterAsADateIsObeyed() throws Exception {
    Instant then = Instant.now().plusSeconds(2);
    String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(then.atOffset(ZoneOffset.UTC));
    try (ScriptedRelay relay =
            ScriptedRelay.start(ScriptedRelay.problem(503, "OVERLOADED", "Retry-After", date));
        Publisher publisher = to(relay).open()) {
      stored(publisher.publish(event("1")));
      // The date has no fractions of a second.
      assertFalse(Instant.now().isBefore(Instant.ofEpochSecond(then.getEpochSecond())));
    }
  }

  @Test
  void eventsThatComeLaterObeyItAsWell() throws Exception {
    try (ScriptedRelay relay =
            ScriptedRelay.start(ScriptedRelay.problem(429, "RATE_LIMITED", "Retry-After", "1"));
        Publisher publisher = to(relay).retries(1, LONG).open()) {
      long begun = System.nanoTime();
      failure(publisher.publish(event("1")));
      stored(publisher.publish(event("2")));
      assertTrue(System.nanoTime() - begun >= Duration.ofSeconds(1).toNanos());
    }
  }

  @Test
  void aWaitThatWouldBeInVainIsNotWaitedFor() throws Exception {
    try (ScriptedRelay relay =
            ScriptedRelay.start(ScriptedRelay.problem(503, "OVERLOADED", "Retry-After", "200"));
        Publisher publisher = to(relay).retries(20, LONG).closeWithin(Duration.ZERO).open()) {
      PublishException failure = failure(publisher.publish(event("1")));
      assertEquals(PublishException.Kind.GAVE_UP, failure.kind());
      assertFalse(failure.mayBeStored());
      assertTrue(failure.getMessage().contains("503 OVERLOADED: because"), failure.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 429, 500, 502, 503, 504, 520})
  void whatAnotherAttemptMayMendIsTriedAgain(int status) throws Exception {
    try (ScriptedRelay relay = ScriptedRelay.start(ScriptedRelay.problem(status, ""));
        Publisher publisher = to(relay).open()) {
      assertFalse(stored(publisher.publish(event("1"))).duplicate());
      assertEquals(2, relay.calls().size());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "400, INVALID_REQUEST, REFUSED",
    "400, INVALID_JSON, INVALID",
    "401, BAD_SIGNATURE, UNAUTHENTICATED",
    "401, STALE_REQUEST, UNAUTHENTICATED",
    "403, NOT_ALLOWED, NOT_ALLOWED",
    "404, NOT_FOUND, REFUSED",
    "405, METHOD_NOT_ALLOWED, REFUSED",
    "413, TOO_LARGE, TOO_LARGE",
    "415, UNSUPPORTED_MEDIA_TYPE, REFUSED",
    "422, INVALID_EVENT, INVALID",
    "501, '', REFUSED",
    "418, TEAPOT, REFUSED",
    "200, '', REFUSED",
  })
  void whatNoAttemptCanMendIsTriedOnce(int status, String code, PublishException.Kind kind)
      throws Exception {
    try (ScriptedRelay relay = ScriptedRelay.start(ScriptedRelay.problem(status, code));
        Publisher publisher = to(relay).open()) {
      PublishException failure = failure(publisher.publish(event("1")));
      assertEquals(kind, failure.kind());
      assertEquals(OptionalInt.of(status), failure.status());
      assertEquals(!code.isEmpty() && status != 418, failure.code().isPresent());
      assertFalse(failure.mayBeStored());
      assertEquals(1, relay.calls().size());
    }
  }

  @Test
  void aRedirectIsNotFollowedWithTheCredential() throws Exception {
    try (ScriptedRelay other = ScriptedRelay.start();
        ScriptedRelay relay =
            ScriptedRelay.start(
                ScriptedRelay.problem(307, "", "Location", other.address().toString()));
        Publisher publisher = to(relay).open()) {
      assertEquals(PublishException.Kind.REFUSED, failure(publisher.publish(event("1"))).kind());
      assertEquals(List.of(), other.calls());
    }
  }

  @Test
  void aLostAnswerIsADuplicateAndStoredOnce() throws Exception {
    try (ScriptedRelay relay =
            ScriptedRelay.start(
                ScriptedRelay.storeAndCut(),
                ScriptedRelay.storeAndCutWithin(),
                ScriptedRelay.storeAndSay(202, "text/html", "<html>"),
                ScriptedRelay.storeAndSay(202, "application/json", "{\"results\":[]}"),
                ScriptedRelay.storeAndSay(502, "text/html", "<html>"));
        Publisher publisher = to(relay).open()) {
      assertTrue(stored(publisher.publish(event("1"))).duplicate());
      assertEquals(List.of("1"), relay.stored());
      assertEquals(6, relay.calls().size());
    }
  }

  @Test
  void whatMayBeStoredIsToldWhenItGivesUp() throws Exception {
    try (ScriptedRelay relay = ScriptedRelay.start(ScriptedRelay.storeAndCut());
        Publisher publisher = to(relay).retries(1, LONG).open()) {
      PublishException failure = failure(publisher.publish(event("1")));
      assertEquals(PublishException.Kind.GAVE_UP, failure.kind());
      assertTrue(failure.mayBeStored());
      assertEquals(Optional.empty(), failure.code());
    }
  }

  @Test
  void whatMayBeStoredIsToldWhenALaterAttemptIsRefused() throws Exception {
    try (ScriptedRelay relay =
            ScriptedRelay.start(
                ScriptedRelay.storeAndCut(), ScriptedRelay.problem(401, "BAD_SIGNATURE"));
        Publisher publisher = to(relay).open()) {
      PublishException failure = failure(publisher.publish(event("1")));
      assertEquals(Optional.of(ErrorCode.BAD_SIGNATURE), failure.code());
      assertTrue(failure.mayBeStored());
    }
  }

  @Test
  void attemptsHaveABound() throws Exception {
    try (ScriptedRelay relay = ScriptedRelay.start().usually(ScriptedRelay.cut());
        Publisher publisher = to(relay).retries(3, LONG).open()) {
      assertEquals(PublishException.Kind.GAVE_UP, failure(publisher.publish(event("1"))).kind());
      assertEquals(3, relay.calls().size());
    }
  }

  @Test
  void theTimeHasABound() throws Exception {
    Duration within = Duration.ofMillis(50);
    try (ScriptedRelay relay = ScriptedRelay.start().usually(ScriptedRelay.cut());
        Publisher publisher = to(relay).retries(1000, within).open()) {
      PublishException failure = failure(publisher.publish(event("1")));
      assertEquals(PublishException.Kind.GAVE_UP, failure.kind());
      assertTrue(failure.getMessage().contains("within PT0.05S"), failure.getMessage());
    }
  }

  @Test
  void aRelayThatSaysNothingIsNotWaitedForForEver() throws Exception {
    try (ScriptedRelay relay = ScriptedRelay.start(ScriptedRelay.silence());
        Publisher publisher = to(relay).requestTimeout(Duration.ofMillis(100)).open()) {
      assertFalse(stored(publisher.publish(event("1"))).duplicate());
      assertEquals(2, relay.calls().size());
    }
  }

  @Test
  void anAnswerLongerThanAnAnswerIsGivenUp() throws Exception {
    String endless = "x".repeat(1 << 20);
    try (ScriptedRelay relay =
            ScriptedRelay.start(ScriptedRelay.storeAndSay(202, "application/json", endless));
        Publisher publisher = to(relay).open()) {
      assertTrue(stored(publisher.publish(event("1"))).duplicate());
    }
  }

  @Test
  void whereNobodyListensNothingIsStored() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    URI nowhere = URI.create("http://127.0.0.1:" + port + "/v1/hooks/shop");
    try (Publisher publisher =
        Publisher.to(nowhere, Credential.secret(Events.SECRET)).retries(1, LONG).open()) {
      CompletableFuture<Published> future = publisher.publish(event("1"));
      assertFalse(failure(future).mayBeStored());
    }
  }
}
