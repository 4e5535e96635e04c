package heliograph.relay;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.Tenant;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.function.LongSupplier;

/**
 * The streams that count together by their {@link Seat}, in the order in which they were opened,
 * and what is remembered of them: when they superseded each other, and how often one was refused.
 * What is remembered of a seat goes with its last stream, or when the storm is over, whichever is
 * later. Guarded by the lock of OpenStreams.
 */
final class Seats {
  /** How many streams beyond its most a seat has in a storm. */
  static final int BESIDE = 4;

  /** A storm is over when for this long no stream has come for which there was no room. */
  static final Duration CALM = Duration.ofMinutes(1);

  /** For how long the first stream is told to stay away that a seat has no room for. */
  static final Duration SHORTEST_WAIT = Duration.ofSeconds(30);

  /** For how long a stream is told to stay away at most, as each refusal doubles the time. */
  static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

  /**
   * The most seats without a stream whose storms are remembered; of a further one, the seat that
   * was left longest ago is forgotten.
   */
  static final int MAX_LEFT = 10_000;

  private static final long SWEEP_NANOS = Duration.ofSeconds(1).toNanos();

  private final LongSupplier nanos;
  // Those with a stream are bounded by the limit on streams, the others by MAX_LEFT.
  private final Map<Key, Taken> taken = new HashMap<>();
  private final SequencedMap<Key, Taken> left = new LinkedHashMap<>();
  private long swept;

  /** Whose streams count together. */
  record Key(String profile, Tenant tenant, String subject, Seat seat) {
    /** The key of a stream; empty for one without a seat. */
    static Optional<Key> of(Claims claims, StreamOptions options) {
      return options
          .seat()
          .map(
              seat ->
                  new Key(
                      options.profile().orElseThrow(), claims.tenant(), claims.subject(), seat));
    }
  }

  /**
   * What has to happen for one more stream.
   *
   * @param superseded the streams that have to make room
   * @param storm whether a storm begins with it
   * @param refusal why it is not let in; empty if it is
   */
  record Coming(List<Subscription> superseded, boolean storm, Optional<RelayException> refusal) {
    private static final Coming FREE = new Coming(List.of(), false, Optional.empty());

    private static Coming instead(List<Subscription> oldest) {
      return new Coming(oldest, false, Optional.empty());
    }

    private static Coming beside(boolean storm) {
      return new Coming(List.of(), storm, Optional.empty());
    }

    private static Coming refused(boolean storm, Duration wait) {
      RelayException refusal =
          RelayException.retryAfter(
              ErrorCode.TOO_MANY_STREAMS, "as many streams are open as one user may have", wait);
      return new Coming(List.of(), storm, Optional.of(refusal));
    }
  }

  /**
   * @param nanos a clock of elapsed nanoseconds
   */
  Seats(LongSupplier nanos) {
    this.nanos = nanos;
    this.swept = nanos.getAsLong();
  }

  /** Decides about one more stream. The superseded ones are still to be removed. */
  Coming come(Key key) {
    long now = nanos.getAsLong();
    sweep(now);
    Taken streams = taken.get(key);
    Seat seat = key.seat();
    if (streams == null || streams.open.size() < seat.most()) {
      return Coming.FREE;
    }
    return switch (seat.over()) {
      case REFUSE -> Coming.refused(false, streams.refuse(now));
      case SUPERSEDE -> streams.come(seat, now);
    };
  }

  /** Adds a stream that was let in. Does nothing for one without a seat. */
  void add(Subscription stream) {
    keyOf(stream)
        .ifPresent(
            key -> {
              Taken remembered = left.remove(key);
              Taken streams =
                  taken.computeIfAbsent(
                      key, _ -> remembered == null ? new Taken(key.seat()) : remembered);
              streams.open.add(stream);
              streams.waitNanos = 0;
            });
  }

  /** Removes a stream. Does nothing for one that was not added. */
  void remove(Subscription stream) {
    keyOf(stream).ifPresent(key -> remove(key, stream));
  }

  private void remove(Key key, Subscription stream) {
    Taken streams = taken.get(key);
    if (streams == null || !streams.open.remove(stream) || !streams.open.isEmpty()) {
      return;
    }
    taken.remove(key);
    long now = nanos.getAsLong();
    sweep(now);
    if (streams.remembers(now)) {
      left.put(key, streams);
      if (left.size() > MAX_LEFT) {
        left.pollFirstEntry();
      }
    }
  }

  private static Optional<Key> keyOf(Subscription stream) {
    return Key.of(stream.claims(), stream.options);
  }

  /** Forgets what nobody has to know any more. */
  private void sweep(long now) {
    if (now - swept >= SWEEP_NANOS) {
      swept = now;
      left.values().removeIf(it -> !it.remembers(now));
    }
  }

  /** How many seats something is kept of. */
  int size() {
    return taken.size() + left.size();
  }

  /** The streams of one seat. */
  private static final class Taken {
    private final Seat.Storm storm;
    private final SequencedSet<Subscription> open = new LinkedHashSet<>();
    // When the last streams were superseded, no more than make a storm.
    private final Deque<Long> superseded = new ArrayDeque<>();
    private boolean stormy;
    private long newcomer;
    private long waitNanos;
    private long refused;

    private Taken(Seat seat) {
      this.storm = seat.storm();
    }

    private Coming come(Seat seat, long now) {
      boolean begins = !isStormy(now) && isFrequent(now);
      if (!begins && !isStormy(now)) {
        return Coming.instead(supersede(open.size() - seat.most() + 1, now));
      }
      stormy = true;
      newcomer = now;
      return open.size() < seat.most() + BESIDE
          ? Coming.beside(begins)
          : Coming.refused(begins, refuse(now));
    }

    private boolean isStormy(long now) {
      stormy &= now - newcomer < CALM.toNanos();
      return stormy;
    }

    /** Whether so many streams were superseded lately that it is a storm. */
    private boolean isFrequent(long now) {
      return superseded.size() == storm.times()
          && now - superseded.getFirst() < storm.within().toNanos();
    }

    private List<Subscription> supersede(int count, long now) {
      for (int i = 0; i < count; i++) {
        if (superseded.size() == storm.times()) {
          superseded.removeFirst();
        }
        superseded.addLast(now);
      }
      return open.stream().limit(count).toList();
    }

    /** Tells how long whoever is refused is to stay away. */
    private Duration refuse(long now) {
      boolean again = waitNanos > 0 && now - refused <= 2 * waitNanos;
      waitNanos = again ? Math.min(2 * waitNanos, LONGEST_WAIT.toNanos()) : SHORTEST_WAIT.toNanos();
      refused = now;
      return Duration.ofNanos(waitNanos);
    }

    /** Whether it matters, once no stream is open, what was before. */
    private boolean remembers(long now) {
      return isStormy(now)
          || (!superseded.isEmpty() && now - superseded.getLast() < storm.within().toNanos());
    }
  }
}
