package heliograph.gateway.access;

import heliograph.contract.Tenant;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Decides when an upstream is left alone, and by whom. If it cannot be reached, all callers leave
 * it alone. If it fails after it has read a question, the question may be the cause: such a failure
 * counts for the tenant of the caller alone, and only if several callers of that tenant see
 * failures. Failures of strangers' questions count for nobody. Any thread.
 */
final class Breakers {
  /** How many of the last attempts to connect have to fail before nobody connects. */
  static final int UNREACHABLE = 6;

  /**
   * How many callers of a tenant have to see failures before the tenant leaves the upstream alone.
   */
  static final int CALLERS = 3;

  /** The most tenants that are remembered; the one that asked longest ago is forgotten. */
  static final int MAX_TENANTS = 1000;

  /** How long an upstream must not fail before the log says that it has recovered. */
  static final Duration QUIET = Duration.ofMinutes(1);

  private static final System.Logger LOGGER = System.getLogger("heliograph");

  private final String name;
  private final LongSupplier nanos;
  private final Breaker reaching;
  private final AtomicLong attempts = new AtomicLong();

  // This is guarded by itself.
  private final Map<Tenant, Breaker> tenants = new LinkedHashMap<>(16, 0.75f, true);

  // These are guarded by this; they are what the log was told.
  private boolean unreachable;
  private boolean failing;
  private long failedAtNanos;
  private long changedNanos;
  private String lastError = "";

  private final LongAdder failures = new LongAdder();

  /**
   * How an upstream is.
   *
   * @param well whether the log was told of no trouble, or of its end
   * @param changedNanos when that became so; empty if it was always so
   * @param lastError what the last trouble came of; empty if there was none
   * @param asked how many questions it was asked
   * @param failed how many it did not answer
   */
  record View(
      String name,
      boolean well,
      OptionalLong changedNanos,
      String lastError,
      long asked,
      long failed) {}

  /** How the upstream is, for an operator. */
  View view() {
    synchronized (this) {
      boolean well = !unreachable && !failing;
      return new View(
          name,
          well,
          well && lastError.isEmpty() ? OptionalLong.empty() : OptionalLong.of(changedNanos),
          lastError,
          attempts.get(),
          failures.sum());
    }
  }

  /**
   * Makes the breakers of one upstream.
   *
   * @param name the upstream's name in the log
   * @param nanos a clock of elapsed nanoseconds
   */
  Breakers(String name, LongSupplier nanos) {
    this.name = name;
    this.nanos = nanos;
    this.reaching = new Breaker(UNREACHABLE, 1, nanos);
  }

  /** A question that may be asked; whoever asks it reports what came of it. */
  final class Question {
    private final Party party;
    private final String attempt;

    private Question(Party party, String attempt) {
      this.party = party;
      this.attempt = attempt;
    }

    /** Reports that there was no connection over which to ask. */
    void unreachable(String cause) {
      failures.increment();
      boolean _ = reaching.failed(attempt);
      tellUnreachable(cause);
    }

    /** Reports that a connection was made. */
    void reached() {
      boolean _ = reaching.answered(attempt);
      tellReached();
    }

    /** Reports that there was an answer, whatever it says. */
    void answered() {
      if (party instanceof Party.Known known && of(known.tenant()).answered(known.name())) {
        LOGGER.log(
            System.Logger.Level.INFO,
            "upstream-recovered upstream={0} tenant={1}",
            name,
            known.tenant().name());
      }
      tellAnswered();
    }

    /** Reports that the upstream got the question and did not answer. */
    void failed(String cause) {
      failures.increment();
      if (party instanceof Party.Known known && of(known.tenant()).failed(known.name())) {
        LOGGER.log(
            System.Logger.Level.WARNING,
            "upstream-failed upstream={0} tenant={1} cause={2}",
            name,
            known.tenant().name(),
            cause);
      }
      tellFailed(cause);
    }
  }

  /** A question that this party may ask; empty while the upstream is left alone. */
  Optional<Question> question(Party party) {
    if (party instanceof Party.Known known && !of(known.tenant()).admits(known.name())) {
      return Optional.empty();
    }
    String attempt = Long.toString(attempts.incrementAndGet());
    return reaching.admits(attempt) ? Optional.of(new Question(party, attempt)) : Optional.empty();
  }

  private Breaker of(Tenant tenant) {
    synchronized (tenants) {
      Breaker breaker = tenants.computeIfAbsent(tenant, _ -> new Breaker(CALLERS, CALLERS, nanos));
      if (tenants.size() > MAX_TENANTS) {
        tenants.remove(tenants.keySet().iterator().next());
      }
      return breaker;
    }
  }

  /** How many tenants are remembered. */
  int tenants() {
    synchronized (tenants) {
      return tenants.size();
    }
  }

  private void tellUnreachable(String cause) {
    synchronized (this) {
      if (unreachable) {
        return;
      }
      unreachable = true;
      changed(cause);
    }
    warn(cause);
  }

  private void tellReached() {
    synchronized (this) {
      if (!unreachable) {
        return;
      }
      unreachable = false;
      changedNanos = nanos.getAsLong();
    }
    recovered();
  }

  private void tellFailed(String cause) {
    synchronized (this) {
      failedAtNanos = nanos.getAsLong();
      if (failing) {
        return;
      }
      failing = true;
      changed(cause);
    }
    warn(cause);
  }

  private void tellAnswered() {
    synchronized (this) {
      // Recovery is not logged at once: the questions of different callers may fail and succeed in
      // turn.
      if (!failing || nanos.getAsLong() - failedAtNanos < QUIET.toNanos()) {
        return;
      }
      failing = false;
      changedNanos = nanos.getAsLong();
    }
    recovered();
  }

  private void changed(String cause) {
    changedNanos = nanos.getAsLong();
    lastError = cause;
  }

  private void warn(String cause) {
    LOGGER.log(System.Logger.Level.WARNING, "upstream-failed upstream={0} cause={1}", name, cause);
  }

  private void recovered() {
    LOGGER.log(System.Logger.Level.INFO, "upstream-recovered upstream={0}", name);
  }
}
