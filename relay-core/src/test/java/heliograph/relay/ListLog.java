package heliograph.relay;

import heliograph.contract.Cursor;
import heliograph.contract.Event;
import heliograph.contract.Tenant;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a log promises, in lists that are searched from end to end: nothing is ever let go, only
 * passed over.
 */
final class ListLog {
  private final String epoch;
  private final Retention retention;
  private final Map<Tenant, Past> pasts = new HashMap<>();

  ListLog(String epoch, Retention retention) {
    this.epoch = epoch;
    this.retention = retention;
  }

  private record Kept(Published published, Instant at) {
    Event event() {
      return published.event();
    }
  }

  /** All of a tenant's events; those before {@code gone} can not be read any more. */
  private static final class Past {
    private final List<Kept> all = new ArrayList<>();
    private int gone;
  }

  Receipt append(Published published, Instant now) {
    Event event = published.event();
    Past past = past(event.tenant());
    for (int i = past.all.size() - 1; i >= 0; i--) {
      Kept kept = past.all.get(i);
      boolean same =
          kept.published().publisher().equals(published.publisher())
              && kept.event().id().equals(event.id())
              && kept.event().source().equals(event.source());
      if (same && !kept.at().plus(retention.dedup()).isBefore(now)) {
        return new Receipt.Duplicate(cursor(i + 1L));
      }
    }
    past.all.add(new Kept(published, now));
    trim(event.tenant(), now);
    return new Receipt.Stored(cursor(past.all.size()));
  }

  long head(Tenant tenant) {
    return past(tenant).all.size();
  }

  EventLog.Page read(Tenant tenant, long after, int max) {
    return read(tenant, after, max, Long.MAX_VALUE);
  }

  EventLog.Page read(Tenant tenant, long after, int max, long maxBytes) {
    Past past = past(tenant);
    long bytes = 0;
    long first = Math.max(after, past.gone) + 1;
    List<StoredEvent> events = new ArrayList<>();
    for (long at = first; at <= past.all.size() && events.size() < max; at++) {
      Event event = past.all.get((int) at - 1).event();
      bytes += event.size();
      if (bytes > maxBytes && !events.isEmpty()) {
        break;
      }
      events.add(new StoredEvent(event, cursor(at)));
    }
    return new EventLog.Page(first, events);
  }

  void trim(Tenant tenant, Instant now) {
    Past past = past(tenant);
    while (past.gone < past.all.size() && mustGo(past, now)) {
      past.gone++;
    }
  }

  private boolean mustGo(Past past, Instant now) {
    List<Kept> kept = past.all.subList(past.gone, past.all.size());
    long bytes = kept.stream().mapToLong(each -> each.event().size()).sum();
    return kept.size() > retention.events()
        || bytes > retention.bytes()
        || kept.getFirst().at().plus(retention.age()).isBefore(now);
  }

  private Past past(Tenant tenant) {
    return pasts.computeIfAbsent(tenant, _ -> new Past());
  }

  private Cursor cursor(long sequence) {
    return new Cursor(epoch, sequence);
  }
}
