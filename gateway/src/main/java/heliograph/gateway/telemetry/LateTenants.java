package heliograph.gateway.telemetry;

import heliograph.contract.Tenant;
import heliograph.relay.Lateness;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Tells the operator by name whose streams fall behind to the log because the tenant has had its
 * share: in a metric, and in one line of the log for each tenant and reason in a minute. Names are
 * given to so many tenants, the first that are late; what comes after them is told as one, as there
 * is no bound to the number of tenants. Any thread.
 */
public final class LateTenants implements Lateness {
  /** The most tenants that are told by name. */
  static final int MAX_NAMES = 100;

  /** What stands for all others in the place of a name. No tenant can have it. */
  static final String OTHERS = "(other)";

  /** For how long no further line is logged of a tenant and reason. */
  static final Duration SILENCE = Duration.ofMinutes(1);

  private static final System.Logger LOGGER = System.getLogger("heliograph");

  private final Counting counting;
  private final LongSupplier nanos;
  // Guarded by this object's monitor. It has two reasons for each name, and for the others.
  private final Map<Case, Lines> lines = new HashMap<>();
  private int names;

  private record Case(String tenant, Reason reason) {}

  /** When the last line was logged, and what came since. */
  private static final class Lines {
    private long logged;
    private long streams;
    private boolean isNew = true;
  }

  /** Counts streams of a tenant, by the name that it is told under and the word for a reason. */
  @FunctionalInterface
  public interface Counting {
    /** Adds so many streams. */
    void add(String tenant, String reason, int streams);
  }

  /**
   * Tells nobody yet.
   *
   * @param counting the metric, {@link Metrics#late}
   * @param nanos a clock of elapsed nanoseconds
   */
  public LateTenants(Counting counting, LongSupplier nanos) {
    this.counting = counting;
    this.nanos = nanos;
  }

  @Override
  public void late(Tenant tenant, Reason reason, int streams) {
    Told told = told(tenant.name(), reason, streams);
    String word = reason.name().toLowerCase(Locale.ROOT);
    counting.add(told.name, word, streams);
    if (told.streams > 0) {
      LOGGER.log(
          System.Logger.Level.WARNING,
          "tenant-late tenant={0} reason={1} streams={2}",
          told.name,
          word,
          Long.toString(told.streams));
    }
  }

  /** The name under which it is told, and the streams since the last line; 0 for no line now. */
  private record Told(String name, long streams) {}

  private synchronized Told told(String tenant, Reason reason, int streams) {
    Case of = new Case(tenant, reason);
    Lines line = lines.get(of);
    if (line == null) {
      of = new Case(nameOf(tenant), reason);
      line = lines.computeIfAbsent(of, _ -> new Lines());
    }
    line.streams += streams;
    long now = nanos.getAsLong();
    if (!line.isNew && now - line.logged < SILENCE.toNanos()) {
      return new Told(of.tenant, 0);
    }
    long since = line.streams;
    line.isNew = false;
    line.logged = now;
    line.streams = 0;
    return new Told(of.tenant, since);
  }

  private String nameOf(String tenant) {
    for (Reason reason : Reason.values()) {
      if (lines.containsKey(new Case(tenant, reason))) {
        return tenant;
      }
    }
    if (names == MAX_NAMES) {
      return OTHERS;
    }
    names++;
    return tenant;
  }
}
