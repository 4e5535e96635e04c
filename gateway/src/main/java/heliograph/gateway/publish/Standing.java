package heliograph.gateway.publish;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.telemetry.Metrics.PublishResult;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Counts what was accepted and refused of a publisher since the relay's start. Any thread. */
public final class Standing {
  /** For how long no further line is logged of refusals with the same code. */
  static final Duration SILENCE = Duration.ofMinutes(1);

  private final Object lock = new Object();

  // These are guarded by lock. There is one line for each code at most, so the map is bounded.
  private final Map<ErrorCode, Line> lines = new EnumMap<>(ErrorCode.class);
  private long stored;
  private long duplicates;
  private final Map<ErrorCode, Long> refused = new EnumMap<>(ErrorCode.class);
  private @Nullable Instant lastAccepted;
  private @Nullable Refused lastRefusal;

  /** What was refused last, and when. */
  public record Refused(Instant at, RelayException why) {}

  /**
   * What a publisher's standing is at one moment.
   *
   * @param refusals how many requests, and single events of batches, were refused, by code
   */
  public record View(
      long stored,
      long duplicates,
      Map<ErrorCode, Long> refusals,
      Optional<Instant> lastAccepted,
      Optional<Refused> lastRefusal) {
    /** How many requests, and single events of batches, were refused. */
    public long refused() {
      return refusals.values().stream().mapToLong(it -> it).sum();
    }
  }

  /** When the last line was logged, and how much was refused since. */
  private static final class Line {
    private final long nanos;
    private long since;

    private Line(long nanos) {
      this.nanos = nanos;
    }
  }

  void accepted(List<PublishResult> results, Instant now) {
    synchronized (lock) {
      for (PublishResult result : results) {
        switch (result) {
          case STORED -> stored++;
          case DUPLICATE -> duplicates++;
          case REFUSED -> throw new IllegalArgumentException("refused");
        }
        lastAccepted = now;
      }
    }
  }

  void refused(RelayException why, Instant now) {
    synchronized (lock) {
      refused.merge(why.code(), 1L, Long::sum);
      lastRefusal = new Refused(now, why);
    }
  }

  /**
   * Whether a line is to be logged of what was refused.
   *
   * @param count how much was refused now
   * @return how much was refused since the last line, or zero if no line is to be logged now
   */
  long toLog(ErrorCode code, int count, long nowNanos) {
    synchronized (lock) {
      Line line = lines.get(code);
      if (line != null && nowNanos - line.nanos < SILENCE.toNanos()) {
        line.since += count;
        return 0;
      }
      lines.put(code, new Line(nowNanos));
      return line == null ? count : line.since + count;
    }
  }

  View view() {
    synchronized (lock) {
      return new View(
          stored,
          duplicates,
          new EnumMap<>(refused),
          Optional.ofNullable(lastAccepted),
          Optional.ofNullable(lastRefusal));
    }
  }
}
