package heliograph.gateway.telemetry;

import heliograph.contract.EndReason;
import heliograph.contract.ErrorCode;
import heliograph.contract.Gap;
import heliograph.relay.Hub;
import heliograph.relay.Subscription;
import io.helidon.metrics.api.Bucket;
import io.helidon.metrics.api.Counter;
import io.helidon.metrics.api.FunctionalCounter;
import io.helidon.metrics.api.Gauge;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.metrics.api.Tag;
import io.helidon.metrics.api.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * The counters, gauges and timers of the relay. Labels take few, fixed values: words of ours, and
 * publishers and profiles by the names that the configuration gives them. No topic or user is a
 * label, because their number has no bound and their names are not for everyone. Tenants are one in
 * a single place, where an operator has to know who it is, and {@link LateTenants} bounds how many.
 * Any thread.
 */
public final class Metrics {
  private static final List<Duration> LATENCY_BUCKETS =
      List.of(
          Duration.ofNanos(250_000),
          Duration.ofNanos(500_000),
          Duration.ofMillis(1),
          Duration.ofNanos(2_500_000),
          Duration.ofMillis(5),
          Duration.ofMillis(10),
          Duration.ofMillis(25),
          Duration.ofMillis(50),
          Duration.ofMillis(100),
          Duration.ofMillis(250),
          Duration.ofSeconds(1),
          Duration.ofSeconds(5));

  // What stands for the streams of no profile; no profile can have this name.
  private static final String NO_PROFILE = "none";

  private final MeterRegistry registry;
  private final Map<PublishResult, Counter> published;
  private final Map<ErrorCode, Counter> refusals;
  private final Map<String, OfProfile> profiles = new ConcurrentHashMap<>();
  private final Map<Cut, Counter> cuts;
  private final Map<SpanResult, Counter> spans;
  private final LongAdder deliveries = new LongAdder();
  private final Counter withheld;
  private final Timer publishToWrite;

  /** Why a connection was cut before its client was done with it. */
  public enum Cut {
    /** No request came. */
    SILENT,
    /** A request did not arrive whole in its time. */
    REQUEST,
    /** An answer was not read in its time. */
    ANSWER,
    /** No further request came after an answer. */
    IDLE,
    /** The memory that it held was needed for later ones. */
    MEMORY
  }

  /** What became of spans of traces. */
  public enum SpanResult {
    /** The endpoint has them. */
    SENT,
    /** The endpoint did not take them. */
    FAILED,
    /** They were made, and there was no room for them to wait in. */
    DROPPED,
    /** They were not made, as there were enough in that second. */
    CAPPED
  }

  /** What became of a published event. */
  public enum PublishResult {
    STORED,
    DUPLICATE,
    REFUSED
  }

  /** Registers every meter that needs no other part. */
  public Metrics(MeterRegistry registry) {
    this.registry = registry;
    this.published =
        counters(
            PublishResult.class,
            "heliograph_events_published",
            "Events by what became of them",
            "result",
            result -> result.name().toLowerCase(java.util.Locale.ROOT),
            List.of());
    this.refusals =
        counters(
            ErrorCode.class,
            "heliograph_refusals",
            "Requests that were refused, by code",
            "code",
            ErrorCode::name,
            List.of());
    this.cuts =
        counters(
            Cut.class,
            "heliograph_connections_cut",
            "Connections that were cut, by what they were at",
            "reason",
            cut -> cut.name().toLowerCase(java.util.Locale.ROOT),
            List.of());
    this.spans =
        counters(
            SpanResult.class,
            "heliograph_spans",
            "Spans of traces, by what became of them",
            "result",
            result -> result.name().toLowerCase(java.util.Locale.ROOT),
            List.of());
    registry.getOrCreate(
        FunctionalCounter.builder("heliograph_deliveries", deliveries, LongAdder::sum)
            .description("Events written to subscribers"));
    this.withheld =
        registry.getOrCreate(
            Counter.builder("heliograph_events_withheld")
                .description("Events withheld because their masks could not be applied"));
    this.publishToWrite =
        registry.getOrCreate(
            Timer.builder("heliograph_publish_to_write")
                .description("From a publisher's request to the write to a subscriber")
                // There are buckets and no quantiles: only buckets add up over relays.
                .percentiles(new double[0])
                .buckets(LATENCY_BUCKETS.toArray(Duration[]::new)));
  }

  /**
   * Registers the meters that are read from the hub at each scrape, and those of profiles.
   *
   * @param names the profiles of the configuration
   */
  public void observe(Hub hub, List<String> names) {
    registry.getOrCreate(
        FunctionalCounter.builder("heliograph_log_commits", hub, Hub::commits)
            .description("Commits of the log; events published by commits is the size of a group"));
    observeProfile(hub, Optional.empty());
    observeProfiles(hub, names);
    gauge("heliograph_tenants", "Tenants that the log holds something of", hub, Hub::tenants);
    gauge("heliograph_cohorts", "Groups of subscriptions with equal interest", hub, Hub::cohorts);
    gauge(
        "heliograph_queue_depth",
        "Events waiting to be written, over all subscriptions",
        hub,
        it -> it.subscriptions().stream().mapToInt(Subscription::queued).sum());
    gauge(
        "heliograph_waiting_bytes",
        "Bytes of live events that wait to be written, each counted once",
        hub,
        Hub::waitingBytes);
    gauge(
        "heliograph_reading_bytes",
        "Bytes of events that were read from the log and are not written yet",
        hub,
        Hub::readingBytes);
  }

  /** Registers the meters of profiles that are not registered yet. */
  public void observeProfiles(Hub hub, List<String> names) {
    names.forEach(name -> observeProfile(hub, Optional.of(name)));
  }

  private void observeProfile(Hub hub, Optional<String> profile) {
    ofProfile(profile);
    registry.getOrCreate(
        Gauge.builder("heliograph_streams_open", hub, it -> (double) it.streamsIn(profile))
            .description("Open streams, by profile")
            .tags(List.of(profileTag(profile))));
  }

  /** The counters of one profile, or of the streams without one. */
  private record OfProfile(
      Map<EndReason, Counter> ends, Map<Gap.Reason, Counter> gaps, Counter storms) {}

  private OfProfile ofProfile(Optional<String> profile) {
    return profiles.computeIfAbsent(
        profile.orElse(NO_PROFILE),
        _ -> {
          List<Tag> tags = List.of(profileTag(profile));
          return new OfProfile(
              counters(
                  EndReason.class,
                  "heliograph_stream_ends",
                  "Streams that ended, by profile and reason",
                  "reason",
                  EndReason::word,
                  tags),
              counters(
                  Gap.Reason.class,
                  "heliograph_gaps",
                  "Gaps that subscribers were told of, by profile and reason",
                  "reason",
                  Gap.Reason::word,
                  tags),
              registry.getOrCreate(
                  Counter.builder("heliograph_supersede_storms")
                      .description("Users whose streams superseded each other too often")
                      .tags(tags)));
        });
  }

  private static Tag profileTag(Optional<String> profile) {
    return Tag.create("profile", profile.orElse(NO_PROFILE));
  }

  /**
   * Registers the number of revocations that are kept.
   *
   * @param count how many there are, read at each scrape
   */
  public void observeRevocations(IntSupplier count) {
    registry.getOrCreate(
        Gauge.builder("heliograph_revocations", count, it -> (double) it.getAsInt())
            .description("Revocations that are kept"));
  }

  /** Counts a published event by what became of it. */
  public void published(PublishResult result) {
    count(published, result).increment();
  }

  /** Counts a refused request by its code. */
  public void refused(ErrorCode code) {
    count(refusals, code).increment();
  }

  /**
   * Counts a request or an event of a publisher that was refused.
   *
   * @param publisher a name of the configuration, of which there are few, or {@link
   *     Refusals#UNKNOWN}
   */
  public void refusedToPublish(String publisher, ErrorCode code) {
    registry
        .getOrCreate(
            Counter.builder("heliograph_publish_refusals")
                .description("Requests and single events that were refused, by publisher and code")
                .tags(List.of(Tag.create("publisher", publisher), Tag.create("code", code.name()))))
        .increment();
  }

  /**
   * Counts an event of a publisher that was stored, or had been.
   *
   * @param publisher a name of the configuration, of which there are few
   */
  public void accepted(String publisher, PublishResult result) {
    registry
        .getOrCreate(
            Counter.builder("heliograph_publisher_events")
                .description("Events by their publisher, and by what became of them")
                .tags(
                    List.of(
                        Tag.create("publisher", publisher),
                        Tag.create("result", result.name().toLowerCase(java.util.Locale.ROOT)))))
        .increment();
  }

  /**
   * Registers whether publishers are paused.
   *
   * @param names of the configuration
   * @param paused whether the one of a name is
   */
  public void observePauses(List<String> names, Predicate<String> paused) {
    for (String name : names) {
      registry.getOrCreate(
          Gauge.builder("heliograph_publisher_paused", paused, it -> it.test(name) ? 1.0 : 0.0)
              .description("Whether an operator has paused the publisher")
              .tags(List.of(Tag.create("publisher", name))));
    }
  }

  /**
   * Counts a stream that ended.
   *
   * @param profile the profile that it was of; empty for none
   */
  public void ended(EndReason reason, Optional<String> profile) {
    count(ofProfile(profile).ends(), reason).increment();
  }

  /**
   * Counts a gap that a subscriber was told of.
   *
   * @param profile the profile of its stream; empty for none
   */
  public void missed(Gap.Reason reason, Optional<String> profile) {
    count(ofProfile(profile).gaps(), reason).increment();
  }

  /** Counts a user of a profile whose streams supersede each other again and again. */
  public void storm(String profile) {
    ofProfile(Optional.of(profile)).storms().increment();
  }

  /** Counts a connection that was cut. */
  public void cut(Cut why) {
    count(cuts, why).increment();
  }

  /** Counts spans of traces. */
  public void spans(SpanResult result, int number) {
    count(spans, result).increment(number);
  }

  /**
   * Counts streams that fell behind to the log because their tenant has had its share.
   *
   * @param tenant one of the names that {@link LateTenants} gives, of which there are few
   * @param reason what it has had its share of, in a word
   */
  public void late(String tenant, String reason, int streams) {
    registry
        .getOrCreate(
            Counter.builder("heliograph_late_streams")
                .description("Streams that read the log because their tenant had its share")
                .tags(List.of(Tag.create("tenant", tenant), Tag.create("reason", reason))))
        .increment(streams);
  }

  /** Counts an event that was withheld because its masks could not be applied. */
  public void withheld() {
    withheld.increment();
  }

  /** Counts events that were written to subscribers. */
  public void delivered(int events) {
    deliveries.add(events);
  }

  /** Records the nanoseconds from a publisher's request to the write to a subscriber. */
  public void publishToWrite(long nanos) {
    publishToWrite.record(nanos, TimeUnit.NANOSECONDS);
  }

  /**
   * What was counted since the start.
   *
   * @param stored events that were stored
   * @param duplicates events that had been stored before
   * @param refused events that were refused
   * @param delivered events that were written to subscribers
   * @param withheld events whose masks could not be applied
   * @param gaps gaps that subscribers were told of
   * @param ends streams that ended, by their reason
   * @param refusals requests that were refused, by their code
   */
  public record Totals(
      long stored,
      long duplicates,
      long refused,
      long delivered,
      long withheld,
      long gaps,
      Map<String, Long> ends,
      Map<String, Long> refusals) {}

  /**
   * How many events were written to a subscriber within a time of their publishing, by that time in
   * seconds, from the shortest on; the last is without end.
   */
  SortedMap<Double, Long> written() {
    SortedMap<Double, Long> counts = new TreeMap<>();
    for (Bucket bucket : publishToWrite.snapshot().histogramCounts()) {
      counts.put(bucket.boundary(TimeUnit.NANOSECONDS) / 1e9, bucket.count());
    }
    counts.put(Double.POSITIVE_INFINITY, publishToWrite.count());
    return counts;
  }

  /** What was counted since the start, for an operator; without reasons that were never needed. */
  public Totals totals() {
    long gaps = 0;
    Map<String, Long> ends = new TreeMap<>();
    for (OfProfile each : profiles.values()) {
      gaps += each.gaps().values().stream().mapToLong(Counter::count).sum();
      each.ends().forEach((reason, counter) -> add(ends, reason.word(), counter));
    }
    Map<String, Long> codes = new TreeMap<>();
    refusals.forEach((code, counter) -> add(codes, code.name(), counter));
    return new Totals(
        stored(),
        count(published, PublishResult.DUPLICATE).count(),
        count(published, PublishResult.REFUSED).count(),
        deliveries.sum(),
        withheld.count(),
        gaps,
        ends,
        codes);
  }

  private static void add(Map<String, Long> counts, String name, Counter counter) {
    if (counter.count() > 0) {
      counts.merge(name, counter.count(), Long::sum);
    }
  }

  /** How many events were stored since the start. */
  public long stored() {
    return count(published, PublishResult.STORED).count();
  }

  /** How many events were written to subscribers since the start. */
  long delivered() {
    return deliveries.sum();
  }

  // Every counter exists from the start, so that a rate over a rare reason begins at zero.
  private <E extends Enum<E>> Map<E, Counter> counters(
      Class<E> type,
      String name,
      String description,
      String label,
      Function<E, String> value,
      List<Tag> more) {
    Map<E, Counter> counters = new EnumMap<>(type);
    for (E constant : type.getEnumConstants()) {
      counters.put(
          constant,
          registry.getOrCreate(
              Counter.builder(name)
                  .description(description)
                  .tags(
                      Stream.concat(
                              Stream.of(Tag.create(label, value.apply(constant))), more.stream())
                          .toList())));
    }
    return counters;
  }

  private static <E extends Enum<E>> Counter count(Map<E, Counter> counters, E constant) {
    Counter counter = counters.get(constant);
    if (counter == null) {
      throw new IllegalStateException("no counter for " + constant);
    }
    return counter;
  }

  private void gauge(String name, String description, Hub hub, ToDoubleFunction<Hub> value) {
    registry.getOrCreate(Gauge.builder(name, hub, value).description(description));
  }
}
