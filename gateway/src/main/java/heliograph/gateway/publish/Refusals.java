package heliograph.gateway.publish;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.intake.Publisher;
import heliograph.gateway.telemetry.Metrics;
import heliograph.gateway.telemetry.Metrics.PublishResult;
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
 * Tells operators what publishers are refused: by the log, a metric and the admin listener. Who
 * calls by webhooks is mostly a program of somebody else, which shows a problem to nobody. There is
 * an entry for each publisher of the configuration, and one for whoever is none of them. Any
 * thread.
 */
public final class Refusals {
  /** In the place of the name of who is no publisher, or has not proved to be one. */
  public static final String UNKNOWN = "unknown";

  private static final System.Logger LOGGER = System.getLogger("heliograph");

  // Of a request, whose publisher is known by its token.
  private static final Object KNOWN = new Object();

  private final Map<String, Standing> standings;
  private final Standing strangers = new Standing();
  private final Metrics metrics;
  private final InstantSource clock;
  private final LongSupplier nanos;

  Refusals(List<Publisher> publishers, Metrics metrics, InstantSource clock, LongSupplier nanos) {
    this.standings =
        publishers.stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    Publisher::name, _ -> new Standing(), (one, _) -> one));
    this.metrics = metrics;
    this.clock = clock;
    this.nanos = nanos;
  }

  /**
   * The same handler, whose refusals are told.
   *
   * @param name of the publisher that is meant, whether or not there is one
   */
  Handler telling(Function<ServerRequest, Optional<String>> name, Handler handler) {
    return (request, response) -> {
      try {
        handler.handle(request, response);
      } catch (RelayException refusal) {
        refused(name.apply(request).orElse(UNKNOWN), refusal);
        throw refusal;
      }
    };
  }

  /** The publisher of a request is known from now on. */
  static void known(ServerRequest request, Publisher publisher) {
    request.context().register(KNOWN, publisher.name());
  }

  static Optional<String> known(ServerRequest request) {
    return request.context().get(KNOWN, String.class);
  }

  /**
   * What became of a publisher's events, or of the one that was all of a request.
   *
   * @param batch whether refusals among them are refusals of the request
   */
  void answered(Publisher publisher, List<Outcome> outcomes, boolean batch) {
    List<PublishResult> accepted =
        outcomes.stream()
            .map(Outcome::result)
            .filter(result -> result != PublishResult.REFUSED)
            .toList();
    standing(publisher.name()).accepted(accepted, clock.instant());
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
      // Of this there is a line that says how many events it was.
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

  /** Events of a publisher are over a rate. */
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

  /** How a publisher of the configuration has fared. */
  public Standing.View of(Publisher publisher) {
    return standing(publisher.name()).view();
  }

  /** How those have fared that are none. */
  public Standing.View strangers() {
    return strangers.view();
  }
}
