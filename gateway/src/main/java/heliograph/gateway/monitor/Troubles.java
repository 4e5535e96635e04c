package heliograph.gateway.monitor;

import heliograph.gateway.access.Access.UpstreamView;
import heliograph.gateway.identity.Identity.IssuerView;
import heliograph.gateway.monitor.Trouble.Part;
import heliograph.relay.Hub;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import tools.jackson.core.JsonGenerator;

/**
 * The one rule by which the relay is well or not. Health checks, the status and the metrics all ask
 * it, so that they cannot come apart. Any thread.
 */
public final class Troubles {
  private final Hub hub;
  private final Supplier<List<IssuerView>> issuers;
  private final Supplier<List<UpstreamView>> upstreams;
  private final Instant started;

  /**
   * Begins with a relay that starts now.
   *
   * @param issuers how the issuers are that there are now
   * @param upstreams how the servers are that are asked about callers now
   */
  public Troubles(
      Hub hub,
      Supplier<List<IssuerView>> issuers,
      Supplier<List<UpstreamView>> upstreams,
      InstantSource clock) {
    this.hub = hub;
    this.issuers = issuers;
    this.upstreams = upstreams;
    this.started = clock.instant();
  }

  /** When the relay was started. */
  public Instant started() {
    return started;
  }

  /**
   * How the relay is at one moment.
   *
   * @param troubles all that is in trouble
   * @param live whether the hub's threads run
   * @param ready whether the relay does what it is for
   * @param word the same as a word
   * @param since since when it is ready, or is not
   */
  public record State(
      List<Trouble> troubles, boolean live, boolean ready, String word, Instant since) {
    /** Copies the troubles. */
    public State {
      troubles = List.copyOf(troubles);
    }

    /** The troubles of a part. */
    List<Trouble> of(Part part) {
      return troubles.stream().filter(it -> it.part() == part).toList();
    }

    /** Writes it as members of an object. */
    public void write(JsonGenerator json) {
      json.writeStringProperty("state", word);
      json.writeStringProperty("since", since.toString());
      json.writeBooleanProperty("live", live);
      json.writeBooleanProperty("ready", ready);
      json.writeArrayPropertyStart("troubles");
      troubles.forEach(it -> it.write(json));
      json.writeEndArray();
    }
  }

  /** Looks at all of it. */
  public State state() {
    List<IssuerView> asked = issuers.get();
    List<Trouble> all = new ArrayList<>();
    log().ifPresent(all::add);
    ofHub().ifPresent(all::add);
    asked.stream().flatMap(it -> Trouble.ofIssuer(it, started).stream()).forEach(all::add);
    upstreams.get().stream()
        .flatMap(it -> Trouble.ofUpstream(it, started).stream())
        .forEach(all::add);
    hub.fullSince().map(it -> Trouble.ofStreams(it, hub.limits().streams())).ifPresent(all::add);

    boolean ready = all.stream().allMatch(Trouble::ready);
    Instant since =
        all.stream()
            .filter(it -> !it.ready())
            .map(Trouble::since)
            .min(Comparator.naturalOrder())
            .orElseGet(() -> readySince(asked));
    return new State(all, hub.isAlive(), ready, word(all, asked), since);
  }

  /** That the log cannot store; empty if it can. */
  public Optional<Trouble> log() {
    return hub.trouble()
        .map(it -> Trouble.ofLog(hub.inspection().troubleChanged().orElse(started), it));
  }

  /** That the hub stops, by an order or since one of its threads has ended. */
  private Optional<Trouble> ofHub() {
    // It refuses streams already when its log's thread is about to end. Whether it was ordered to
    // is asked after that, as the order is noted before anything is refused.
    boolean works = hub.isAlive() && !hub.isDraining();
    Optional<Trouble> draining = hub.drainingSince().map(Trouble::ofDraining);
    return works || draining.isPresent()
        ? draining
        : Optional.of(Trouble.ofHub(hub.stoppedSince().orElse(started)));
  }

  private static String word(List<Trouble> all, List<IssuerView> issuers) {
    if (all.isEmpty()) {
      return "ready";
    }
    if (all.stream().anyMatch(it -> it.part() == Part.STOPPING)) {
      return "draining";
    }
    List<Part> unready = all.stream().filter(it -> !it.ready()).map(Trouble::part).toList();
    boolean keysToCome = issuers.stream().anyMatch(it -> !it.shared() && it.keys().isEmpty());
    boolean noneElse = unready.stream().allMatch(it -> it == Part.ISSUER);
    return !unready.isEmpty() && keysToCome && noneElse ? "starting" : "trouble";
  }

  private Instant readySince(List<IssuerView> issuers) {
    return Stream.of(
            hub.inspection().troubleChanged().stream(),
            issuers.stream().filter(it -> !it.failing()).flatMap(it -> it.changed().stream()),
            Stream.of(started))
        .flatMap(it -> it)
        .max(Comparator.naturalOrder())
        .orElse(started);
  }
}
