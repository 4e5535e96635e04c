package heliograph.gateway.access;

import heliograph.contract.Tenant;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * When an upstream is left alone, and by whom. That it cannot be reached is everybody's trouble.
 * That it fails once it has heard a question may be the question's doing, so that counts for the
 * tenant of who asked, and only where several of its callers meet with it; of strangers it counts
 * for nobody. Any thread.
 */
final class Breakers {
  /** Of the last attempts to connect, so many have to fail. */
  static final int UNREACHABLE = 6;

  /** So many callers of a tenant have to meet with failures. */
  static final int CALLERS = 3;

  /** The most tenants that are kept in mind; the one that asked longest ago is forgotten. */
  static final int MAX_TENANTS = 1000;

  /** An upstream that failed has recovered when it did not for so long. */
  static final Duration QUIET = Duration.ofMinutes(1);

  private static final System.Logger LOGGER = System.getLogger("heliograph");

  private final String name;
  private final LongSupplier nanos;
  private final Breaker reaching;
  private final AtomicLong attempts = new AtomicLong();

  // Guarded by itself.
  private final Map<Tenant, Breaker> tenants = new LinkedHashMap<>(16, 0.75f, true);

  // Guarded by this: what the log was told.
  private boolean unreachable;
  private boolean failing;
  private long failedAtNanos;

  /**
   * @param name of the upstream in the log
   */
  Breakers(String name, LongSupplier nanos) {
    this.name = name;
    this.nanos = nanos;
    this.reaching = new Breaker(UNREACHABLE, 1, nanos);
  }

  /** A question that may be asked; whoever has it tells what came of it. */
  final class Question {
    private final Party party;
    private final String attempt;

    private Question(Party party, String attempt) {
      this.party = party;
      this.attempt = attempt;
    }

    /** There was no connection to ask it over. */
    void unreachable(String cause) {
      boolean _ = reaching.failed(attempt);
      tellUnreachable(cause);
    }

    /** It is on its way. */
    void reached() {
      boolean _ = reaching.answered(attempt);
      tellReached();
    }

    /** There was an answer, whatever it says. */
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

    /** The upstream heard it and did not answer. */
    void failed(String cause) {
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

  /** A question of this party; none while the upstream is left alone. */
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

  /** How many tenants are kept in mind. */
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
    }
    warn(cause);
  }

  private void tellReached() {
    synchronized (this) {
      if (!unreachable) {
        return;
      }
      unreachable = false;
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
    }
    warn(cause);
  }

  private void tellAnswered() {
    synchronized (this) {
      // Not at once: anybody's questions may fail and be answered in turn.
      if (!failing || nanos.getAsLong() - failedAtNanos < QUIET.toNanos()) {
        return;
      }
      failing = false;
    }
    recovered();
  }

  private void warn(String cause) {
    LOGGER.log(System.Logger.Level.WARNING, "upstream-failed upstream={0} cause={1}", name, cause);
  }

  private void recovered() {
    LOGGER.log(System.Logger.Level.INFO, "upstream-recovered upstream={0}", name);
  }
}
