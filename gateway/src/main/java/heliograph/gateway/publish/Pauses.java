package heliograph.gateway.publish;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.intake.Publisher;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The publishers that an operator has paused: what they send is refused until they are resumed, the
 * configuration has them no more, or the relay restarts. Any thread.
 */
public final class Pauses {
  private static final Duration RETRY = Duration.ofMinutes(1);

  // There are only as many of these as publishers, since keep() forgets others; so they need no
  // bound.
  private final Map<String, Pause> paused = new ConcurrentHashMap<>();
  private final InstantSource clock;

  /** Since when a publisher is paused, and why. */
  public record Pause(Instant since, String reason) {}

  Pauses(InstantSource clock) {
    this.clock = clock;
  }

  /** Pauses a publisher; false if it was paused already, and then nothing changes. */
  public boolean pause(String publisher, String reason) {
    return paused.putIfAbsent(publisher, new Pause(clock.instant(), reason)) == null;
  }

  /** Lets a publisher send again; false if it was not paused. */
  public boolean resume(String publisher) {
    return paused.remove(publisher) != null;
  }

  /** Forgets the pauses of all but these publishers. */
  void keep(Collection<String> publishers) {
    paused.keySet().retainAll(publishers);
  }

  /** The pause of a publisher; empty if it may send. */
  public Optional<Pause> of(String publisher) {
    return Optional.ofNullable(paused.get(publisher));
  }

  /**
   * Checks that a publisher is not paused, once it has proved who it is.
   *
   * @throws RelayException PUBLISHER_PAUSED, to come back after a minute
   */
  void check(Publisher publisher) {
    if (!paused.isEmpty() && paused.containsKey(publisher.name())) {
      throw RelayException.retryAfter(
          ErrorCode.PUBLISHER_PAUSED, "an operator has paused this publisher", RETRY);
    }
  }
}
