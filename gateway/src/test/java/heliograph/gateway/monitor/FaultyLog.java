package heliograph.gateway.monitor;

import heliograph.contract.Tenant;
import heliograph.relay.EventLog;
import heliograph.relay.MemoryLog;
import heliograph.relay.Published;
import heliograph.relay.Receipt;
import heliograph.relay.Retention;
import heliograph.relay.Shown;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A log in memory that cannot store when it is told so, or has a bug. */
final class FaultyLog implements EventLog {
  private static final Duration DAY = Duration.ofDays(1);

  private final MemoryLog log =
      new MemoryLog(new Retention(DAY, 100, 1 << 20, DAY), 1 << 20, InstantSource.system());
  private volatile Optional<String> trouble = Optional.empty();
  private volatile boolean bug;

  void cannotStore(String why) {
    trouble = Optional.of(why);
  }

  void hasABug() {
    bug = true;
  }

  @Override
  public Optional<String> trouble() {
    return trouble;
  }

  @Override
  public List<Receipt> append(List<Published> events) {
    if (bug) {
      throw new AssertionError("a bug that the test has made");
    }
    return log.append(events);
  }

  @Override
  public String epoch() {
    return log.epoch();
  }

  @Override
  public void follow(Consumer<Shown> shown) {
    log.follow(shown);
  }

  @Override
  public Page read(Tenant tenant, long after, int max, long maxBytes) {
    return log.read(tenant, after, max, maxBytes);
  }

  @Override
  public long head(Tenant tenant) {
    return log.head(tenant);
  }

  @Override
  public long oldest(Tenant tenant) {
    return log.oldest(tenant);
  }

  @Override
  public long before(Tenant tenant, Instant time) {
    return log.before(tenant, time);
  }

  @Override
  public void trim() {
    log.trim();
  }

  @Override
  public boolean isNew(Tenant tenant) {
    return log.isNew(tenant);
  }

  @Override
  public int tenants() {
    return log.tenants();
  }

  @Override
  public void close() {
    log.close();
  }
}
