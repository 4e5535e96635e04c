package heliograph.gateway.monitor;

import heliograph.gateway.stream.OpenStream;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What all open streams come to.
 *
 * @param streams how many there are, without polls
 * @param states how many are at what
 * @param queued the events that wait in their queues
 * @param behind how many are not done with all that was stored of their tenant
 * @param lateEvents by how many events the latest of them is behind
 * @param lateTime for how long the oldest of those events has been stored
 */
public record StreamSums(
    long streams,
    Map<OpenStream.State, Long> states,
    long queued,
    long behind,
    long lateEvents,
    Duration lateTime) {
  /** Copies the states; those that nothing is at are there with zero. */
  public StreamSums {
    Map<OpenStream.State, Long> all = new EnumMap<>(OpenStream.State.class);
    for (OpenStream.State state : OpenStream.State.values()) {
      all.put(state, states.getOrDefault(state, 0L));
    }
    states = Map.copyOf(all);
  }

  /** Adds them up. It may read the time of one event from a disk. */
  public static StreamSums of(Stream<OpenStream> open) {
    Adding sums = new Adding();
    open.forEach(sums::add);
    return new StreamSums(
        sums.streams, sums.states, sums.queued, sums.behind, sums.lateEvents, sums.lateTime());
  }

  /** The sums while they are made; by one thread. */
  private static final class Adding {
    private final Map<OpenStream.State, Long> states = new EnumMap<>(OpenStream.State.class);
    private long streams;
    private long queued;
    private long behind;
    private long lateEvents;
    private @Nullable OpenStream latest;

    private void add(OpenStream stream) {
      streams++;
      states.merge(stream.state(), 1L, Long::sum);
      queued += stream.queued();
      long events = stream.lateEvents();
      if (events > 0) {
        behind++;
      }
      if (events > lateEvents) {
        lateEvents = events;
        latest = stream;
      }
    }

    private Duration lateTime() {
      return latest == null ? Duration.ZERO : latest.lateTime();
    }
  }
}
