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

/** How a publisher has fared since the start, for operators. Any thread. */
public final class Standing {
  /** How long nothing more is logged of refusals with the same code. */
  static final Duration SILENCE = Duration.ofMinutes(1);

  private final Object lock = new Object();

  // Guarded by lock. The lines of the log are by code, so there are as many as codes.
  private final Map<ErrorCode, Line> lines = new EnumMap<>(ErrorCode.class);
  private long stored;
  private long duplicates;
  private long refused;
  private @Nullable Instant lastAccepted;
  private @Nullable Refused lastRefusal;

  /** What was refused, and when. */
  public record Refused(Instant at, RelayException why) {}

  /**
   * It all at one moment.
   *
   * @param refused requests, and single events of batches
   */
  public record View(
      long stored,
      long duplicates,
      long refused,
      Optional<Instant> lastAccepted,
      Optional<Refused> lastRefusal) {}

  /** When the last line was logged, and what has come since. */
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
      refused++;
      lastRefusal = new Refused(now, why);
    }
  }

  /**
   * Whether a line is to be logged of what was refused.
   *
   * @param count how much it was
   * @return how much it was since the last line, or zero for no line now
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
          refused,
          Optional.ofNullable(lastAccepted),
          Optional.ofNullable(lastRefusal));
    }
  }
}
