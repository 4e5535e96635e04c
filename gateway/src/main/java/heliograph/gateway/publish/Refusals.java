package heliograph.gateway.publish;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.intake.Publisher;
import heliograph.gateway.telemetry.Metrics;
import heliograph.gateway.telemetry.Metrics.PublishResult;
import heliograph.gateway.telemetry.PublishTrace;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Tells operators what publishers are refused: by the log, a metric and the admin listener.
 * Webhooks mostly come from somebody else's program, which shows a problem to nobody. There is an
 * entry for each publisher of the configuration, and one for all callers that are none of them. Any
 * thread.
 */
public final class Refusals {
  /**
   * The name under which callers are counted that are no publisher, or have not proved to be one.
   */
  public static final String UNKNOWN = "unknown";

  private static final System.Logger LOGGER = System.getLogger("heliograph");

  // The publisher's name stands under this key in the context of a request that has shown a token.
  private static final Object KNOWN = new Object();

  private final Map<String, Standing> standings;
  private final Standing strangers;
  private final Metrics metrics;
  private final InstantSource clock;
  private final LongSupplier nanos;

  /**
   * Begins to tell of publishers.
   *
   * @param before told of publishers until now; whoever has the same name keeps its standing
   */
  Refusals(
      List<Publisher> publishers,
      Optional<Refusals> before,
      Metrics metrics,
      InstantSource clock,
      LongSupplier nanos) {
    Map<String, Standing> known = before.map(it -> it.standings).orElse(Map.of());
    this.strangers = before.map(it -> it.strangers).orElseGet(Standing::new);
    this.standings =
        publishers.stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    Publisher::name,
                    it -> known.getOrDefault(it.name(), new Standing()),
                    (one, _) -> one));
    this.metrics = metrics;
    this.clock = clock;
    this.nanos = nanos;
  }

  /**
   * Wraps a handler so that its refusals are told.
   *
   * @param name the name of the publisher that a request means, whether or not there is one
   */
  Handler telling(Function<ServerRequest, Optional<String>> name, Handler handler) {
    return (request, response) -> {
      try {
        handler.handle(request, response);
      } catch (RelayException refusal) {
        PublishTrace trace = PublishTrace.of(request);
        trace.refused(refusal);
        trace.telling(() -> refused(name.apply(request).orElse(UNKNOWN), refusal));
        throw refusal;
      }
    };
  }

  /** Notes that the publisher of a request is known from now on. */
  static void known(ServerRequest request, Publisher publisher) {
    request.context().register(KNOWN, publisher.name());
  }

  static Optional<String> known(ServerRequest request) {
    return request.context().get(KNOWN, String.class);
  }

  /**
   * Counts what became of a publisher's events, or of the one event that was all of a request.
   *
   * @param batch whether the events came as a batch, whose refusals would not be told otherwise
   */
  void answered(Publisher publisher, List<Outcome> outcomes, boolean batch) {
    List<PublishResult> accepted =
        outcomes.stream()
            .map(Outcome::result)
            .filter(result -> result != PublishResult.REFUSED)
            .toList();
    standing(publisher.name()).accepted(accepted, clock.instant());
    accepted.forEach(result -> metrics.accepted(publisher.name(), result));
    for (Outcome outcome : outcomes) {
      if (batch && outcome instanceof Outcome.Refused one) {
        refused(publisher.name(), one.why());
      }
    }
  }

  private void refused(String name, RelayException why) {
    Standing standing = standing(name);
    String label = standing == strangers ? UNKNOWN : name;
    metrics.refusedToPublish(label, why.code());
    standing.refused(why, clock.instant());
    if (why.code() == ErrorCode.RATE_LIMITED) {
      // The line that overRate() logs says how many events it was.
      return;
    }
    long count = standing.toLog(why.code(), 1, nanos.getAsLong());
    if (count > 0) {
      LOGGER.log(
          System.Logger.Level.WARNING,
          "publish-refused publisher={0} code={1} refused={2} pointer={3} reason={4}",
          label,
          why.code().name(),
          Long.toString(count),
          why.pointer(),
          why.reason().orElse(why.detail()));
    }
  }

  /** Tells that events of a publisher are over a rate. */
  void overRate(Publisher publisher, int events) {
    long count =
        standing(publisher.name()).toLog(ErrorCode.RATE_LIMITED, events, nanos.getAsLong());
    if (count > 0) {
      LOGGER.log(
          System.Logger.Level.WARNING,
          "rate-limited publisher={0} events={1}",
          publisher.name(),
          Long.toString(count));
    }
  }

  private Standing standing(String name) {
    return standings.getOrDefault(name, strangers);
  }

  /** What was accepted and refused of a publisher of the configuration. */
  public Standing.View of(Publisher publisher) {
    return standing(publisher.name()).view();
  }

  /** What was refused of callers that are no publisher. */
  public Standing.View strangers() {
    return strangers.view();
  }
}
