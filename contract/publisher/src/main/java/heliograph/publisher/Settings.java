package heliograph.publisher;

import java.net.URI;
import java.time.Duration;

/** What a publisher was told when it was made; {@link PublisherBuilder} says what each means. */
record Settings(
    URI address,
    Credential credential,
    Duration requestTimeout,
    int maxEventBytes,
    Batches batches,
    Room room,
    Retries retries,
    Duration closeWithin) {

  /** How events are put together. */
  record Batches(int maxEvents, int maxBytes, Duration linger) {}

  /** What is accepted and not answered, and how long a publish waits for room; zero: not at all. */
  record Room(int maxEvents, long maxBytes, Duration blockFor) {}

  /** How often and how long an event is tried, and the pauses in between. */
  record Retries(int maxAttempts, Duration within, Duration firstPause, Duration maxPause) {}
}
