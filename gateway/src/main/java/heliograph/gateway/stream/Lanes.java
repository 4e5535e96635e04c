package heliograph.gateway.stream;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Holds all lanes, and the one platform thread that looks after them, the keeper: it relieves a
 * lane whose thread is held up by a slow client, and visits every stream now and then, which may be
 * due for a heartbeat or for its end. Any thread.
 */
final class Lanes implements AutoCloseable {
  /** How long one stream may hold up the others of its lane. */
  static final Duration PATIENCE = Duration.ofMillis(4);

  private static final Duration LONGEST_ROUND = Duration.ofSeconds(1);
  private static final int ROUNDS_IN_TIME = 4;

  private final LongSupplier nanos;
  private final List<Lane> lanes;
  private final Set<StreamWriter> streams = ConcurrentHashMap.newKeySet();
  private final AtomicInteger next = new AtomicInteger();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("heliograph-windows").daemon(true).factory());
  private final Thread keeper;
  private volatile long roundNanos = LONGEST_ROUND.toNanos();
  private volatile boolean closed;

  /**
   * @param nanos a clock of elapsed nanoseconds
   */
  Lanes(LongSupplier nanos) {
    this.nanos = nanos;
    this.keeper = Thread.ofPlatform().name("heliograph-lanes").daemon(true).unstarted(this::keep);
    // Half of the processors write; the other half reads requests, and serves the sockets.
    int count = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    this.lanes = IntStream.range(0, count).mapToObj(_ -> new Lane(nanos, this::wake)).toList();
  }

  /** Begins to write and to look after the lanes. */
  void start() {
    lanes.forEach(Lane::start);
    keeper.start();
  }

  /**
   * Has the keeper come round often enough for a time. It does not come less often later, as there
   * may be streams that keep to a shorter time. One thread.
   */
  void observe(Duration shortest) {
    roundNanos = Math.min(roundNanos, shortest.toNanos() / ROUNDS_IN_TIME + 1);
    wake();
  }

  /** The lane that a new stream is written by. */
  Lane choose() {
    return lanes.get(Math.floorMod(next.getAndIncrement(), lanes.size()));
  }

  /** Has the keeper visit the stream from now on. */
  void add(StreamWriter stream) {
    streams.add(stream);
  }

  /** Ends the keeper's visits to the stream. */
  void remove(StreamWriter stream) {
    streams.remove(stream);
  }

  /** The streams that the keeper visits. */
  Stream<StreamWriter> streams() {
    return streams.stream();
  }

  /** Makes a call once, after a time; the call must not wait. */
  void later(Runnable call, long waitNanos) {
    var _ = timer.schedule(call, waitNanos, TimeUnit.NANOSECONDS);
  }

  private void wake() {
    LockSupport.unpark(keeper);
  }

  private void keep() {
    long round = nanos.getAsLong();
    while (!closed) {
      boolean busy = lanes.stream().anyMatch(Lane::isBusy);
      long untilRound = round + roundNanos - nanos.getAsLong();
      LockSupport.parkNanos(
          this, Math.max(1, busy ? Math.min(PATIENCE.toNanos() / 2, untilRound) : untilRound));
      lanes.forEach(lane -> lane.relieve(PATIENCE.toNanos()));
      if (nanos.getAsLong() - round >= roundNanos) {
        round = nanos.getAsLong();
        streams.forEach(StreamWriter::visit);
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    timer.shutdownNow();
    wake();
  }
}
