package heliograph.publisher;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import heliograph.contract.Event;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Events and publishers as the tests have them, and their answers. */
final class Events {
  static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final long LIMIT_SECONDS = 30;

  private Events() {}

  static Event event(String id) {
    return EventBuilder.event("/shop", "order.paid", "acme", "orders.42")
        .id(id)
        .json("{\"order\":42}")
        .build();
  }

  /** A publisher that does not let events linger, and makes short pauses. */
  static PublisherBuilder to(ScriptedRelay relay) {
    return Publisher.to(relay.address(), Credential.secret(SECRET))
        .batches(500, 1 << 20, Duration.ZERO)
        .backoff(Duration.ofMillis(1), Duration.ofMillis(2));
  }

  static Published stored(CompletableFuture<Published> future) throws Exception {
    return future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
  }

  static PublishException failure(CompletableFuture<Published> future) {
    ExecutionException thrown =
        assertThrows(ExecutionException.class, () -> future.get(LIMIT_SECONDS, TimeUnit.SECONDS));
    return assertInstanceOf(PublishException.class, thrown.getCause());
  }
}
