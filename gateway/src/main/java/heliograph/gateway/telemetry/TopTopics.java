package heliograph.gateway.telemetry;

import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Which topics most events come under, for each tenant, by their first two segments. Whoever
 * publishes makes up topics as it likes, so a tenant has a bounded number of entries: a topic that
 * is new takes the place of the one with the fewest events and goes on from its count, so that
 * frequent ones stay (the space-saving algorithm of Metwally, Agrawal and El Abbadi). Any thread.
 */
public final class TopTopics {
  /** The most topics of a tenant. */
  static final int MAX_TOPICS = 200;

  /** The most tenants; the one that was silent for longest is forgotten for a further one. */
  static final int MAX_TENANTS = 1000;

  // To look for the most silent tenant takes a while, so it is not done for each event.
  private static final long BETWEEN_LOOKS_MILLIS = 100;
  private static final int MINUTE_MILLIS = 60_000;

  private final Map<Tenant, OfTenant> tenants = new ConcurrentHashMap<>();
  private final AtomicLong nextLook = new AtomicLong();
  private final InstantSource clock;

  /** Counts nothing yet. */
  public TopTopics(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * A topic by its first two segments.
   *
   * @param events how many events came under it since the start; at most so many, if it took the
   *     place of another one
   * @param perMinute about how many came in the last minute
   */
  public record Counted(Tenant tenant, String topic, long events, long perMinute, Instant last) {}

  /** Counts an event that was stored. */
  public void stored(Tenant tenant, Topic topic) {
    long now = clock.millis();
    OfTenant known = tenants.get(tenant);
    if (known == null) {
      if (!hasRoom(now)) {
        return;
      }
      known = tenants.computeIfAbsent(tenant, _ -> new OfTenant());
    }
    known.count(beginning(topic.value()), now);
  }

  private boolean hasRoom(long now) {
    if (tenants.size() < MAX_TENANTS) {
      return true;
    }
    long next = nextLook.get();
    if (now < next || !nextLook.compareAndSet(next, now + BETWEEN_LOOKS_MILLIS)) {
      return false;
    }
    tenants.entrySet().stream()
        .min(Comparator.comparingLong(it -> it.getValue().last))
        .ifPresent(it -> tenants.remove(it.getKey()));
    return true;
  }

  private static String beginning(String topic) {
    int first = topic.indexOf('.');
    int second = first < 0 ? -1 : topic.indexOf('.', first + 1);
    return second < 0 ? topic : topic.substring(0, second);
  }

  /** The topics of all tenants, as they are counted at this moment. */
  public List<Counted> all() {
    long now = clock.millis();
    List<Counted> all = new ArrayList<>();
    tenants.forEach((tenant, topics) -> topics.tell(tenant, now, all));
    return all;
  }

  /** The topics of one tenant; its monitor guards them. */
  private static final class OfTenant {
    private final Map<String, Count> topics = new HashMap<>();
    private volatile long last;

    synchronized void count(String topic, long now) {
      last = now;
      Count known = topics.get(topic);
      if (known == null) {
        known = topics.size() < MAX_TOPICS ? new Count(0) : inPlaceOfTheLeast();
        topics.put(topic, known);
      }
      known.add(now);
    }

    private Count inPlaceOfTheLeast() {
      Map.Entry<String, Count> least =
          topics.entrySet().stream()
              .min(Comparator.comparingLong(it -> it.getValue().events))
              .orElseThrow();
      topics.remove(least.getKey());
      return new Count(least.getValue().events);
    }

    synchronized void tell(Tenant tenant, long now, List<Counted> all) {
      topics.forEach(
          (topic, count) ->
              all.add(
                  new Counted(
                      tenant,
                      topic,
                      count.events,
                      count.perMinute(now),
                      Instant.ofEpochMilli(count.last))));
    }
  }

  /** How often a topic was counted, altogether and in this and the last minute of the clock. */
  private static final class Count {
    private long events;
    private long minute;
    private long inMinute;
    private long inMinuteBefore;
    private long last;

    private Count(long events) {
      this.events = events;
    }

    void add(long now) {
      turn(now);
      events++;
      inMinute++;
      last = now;
    }

    private void turn(long now) {
      long current = now / MINUTE_MILLIS;
      if (current != minute) {
        inMinuteBefore = current == minute + 1 ? inMinute : 0;
        inMinute = 0;
        minute = current;
      }
    }

    /** Of the minute before, the part counts that lies within the last 60 seconds. */
    long perMinute(long now) {
      turn(now);
      double left = 1 - (double) (now % MINUTE_MILLIS) / MINUTE_MILLIS;
      return inMinute + Math.round(inMinuteBefore * left);
    }
  }
}
