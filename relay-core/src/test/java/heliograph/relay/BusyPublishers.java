package heliograph.relay;

import heliograph.contract.Event;
import heliograph.contract.Tenant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;

/**
 * Publishers that send as fast as they can, for tenants and roles in turn, and remember which
 * sequence whom was for. All count their ids alike, so that only their names keep them apart.
 */
final class BusyPublishers {
  static final List<Tenant> TENANTS = List.of(new Tenant("acme"), new Tenant("other"));
  static final List<String> ROLES = List.of("red", "blue");

  private static final String EVERYBODY = "";
  private static final int LARGEST_BATCH = 12;

  // So many batches are published without a look at delivery, on average.
  private static final int BURST = 8;

  private static final long LOOK_AGAIN_NANOS = 20_000;

  private final Hub hub;
  private final int ephemeralPercent;
  private final Map<Tenant, Map<Long, Sent>> sent = new ConcurrentHashMap<>();
  private final List<Aside<Long>> running = new ArrayList<>();
  private final AtomicInteger ended = new AtomicInteger();
  private volatile int started;
  private volatile boolean stopped;

  private record Sent(String role, boolean ephemeral) {}

  BusyPublishers(Hub hub, int ephemeralPercent) {
    this.hub = hub;
    this.ephemeralPercent = ephemeralPercent;
    TENANTS.forEach(tenant -> sent.put(tenant, new ConcurrentHashMap<>()));
  }

  /** Each of them stops by itself after {@code most} events. */
  void start(int publishers, int most) {
    started = publishers;
    for (int i = 0; i < publishers; i++) {
      SplittableRandom random = new SplittableRandom(i);
      String name = "publisher-" + i;
      running.add(Aside.start(() -> publish(name, random, most)));
    }
  }

  /** Returns when the last event is stored and delivered; how many there were. */
  long stop() throws InterruptedException {
    stopped = true;
    return awaitEnd();
  }

  long awaitEnd() throws InterruptedException {
    long events = 0;
    for (Aside<Long> publisher : running) {
      events += publisher.outcome();
    }
    stopped = true;
    return events;
  }

  boolean isStopped() {
    return stopped;
  }

  /** What a subscriber with the role is to get of the tenant's events, but for ephemeral ones. */
  List<Long> lasting(Tenant tenant, String role, long after, long through) {
    return visible(tenant, role, after, through, false);
  }

  List<Long> ephemeral(Tenant tenant, String role, long after, long through) {
    return visible(tenant, role, after, through, true);
  }

  private List<Long> visible(
      Tenant tenant, String role, long after, long through, boolean ephemeral) {
    Map<Long, Sent> all = sent.get(tenant);
    return LongStream.rangeClosed(after + 1, through)
        .filter(
            sequence -> {
              Sent event = all.get(sequence);
              return event.ephemeral() == ephemeral
                  && (event.role().equals(EVERYBODY) || event.role().equals(role));
            })
        .boxed()
        .toList();
  }

  private long publish(String name, SplittableRandom random, int most) {
    long published = 0;
    while (!stopped && published < most) {
      Tenant tenant = TENANTS.get(random.nextInt(TENANTS.size()));
      List<Sent> batch = new ArrayList<>();
      List<Event> events = new ArrayList<>();
      for (int i = random.nextInt(1, LARGEST_BATCH); i > 0; i--) {
        int role = random.nextInt(ROLES.size() + 1);
        Sent next =
            new Sent(
                role == ROLES.size() ? EVERYBODY : ROLES.get(role),
                random.nextInt(100) < ephemeralPercent);
        events.add(event(tenant, next).id("id-" + (published + batch.size())).event());
        batch.add(next);
      }
      List<Receipt> receipts = hub.publish(name, events);
      for (int i = 0; i < batch.size(); i++) {
        Receipt.Stored stored = (Receipt.Stored) receipts.get(i);
        sent.get(tenant).put(stored.cursor().sequence(), batch.get(i));
      }
      published += batch.size();
      if (random.nextInt(BURST) == 0) {
        awaitDelivery(hub);
      }
    }
    if (ended.incrementAndGet() == started) {
      stopped = true;
    }
    return published;
  }

  /** Lets delivery come along, which publishers do not wait for by themselves. */
  static void awaitDelivery(Hub hub) {
    while (hub.workers().isBusy()) {
      // To yield would keep both carriers from whoever is to deliver.
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
    }
  }

  private static AnEvent event(Tenant tenant, Sent sent) {
    AnEvent event = AnEvent.ordinary().of(tenant);
    if (!sent.role().equals(EVERYBODY)) {
      event = event.forRole(sent.role());
    }
    return sent.ephemeral() ? event.ephemeral() : event;
  }
}
