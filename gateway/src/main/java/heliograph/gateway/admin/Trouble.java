package heliograph.gateway.admin;

import heliograph.gateway.access.Access;
import heliograph.gateway.access.Access.UpstreamView;
import heliograph.gateway.identity.Identity;
import heliograph.gateway.identity.Identity.IssuerView;
import heliograph.relay.Hub;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JsonGenerator;

/**
 * Something that an operator has to do something about. All of it is told of each: nobody is helped
 * by a trouble that has no beginning, no cause or no way out.
 *
 * @param what what is in trouble
 * @param ready whether the relay can do without it, for those who asked it for something else
 * @param since since when
 * @param error what came of it last
 * @param next what the operator may do
 */
record Trouble(String what, boolean ready, Instant since, String error, String next) {
  /** What to do about a server that is asked about callers, and does not answer. */
  static final String UPSTREAM =
      "see to the server that the relay asks; who needs its answer is told to come back";

  /** Checks that all of it is told. */
  Trouble {
    if (what.isBlank() || error.isBlank() || next.isBlank()) {
      throw new IllegalArgumentException("a trouble has a name, a cause and a way out");
    }
  }

  /** What to do about an issuer whose keys cannot be fetched. */
  static String nextFor(IssuerView issuer) {
    return issuer.ready()
        ? "see to the issuer; its older keys serve for relay.identity.keys.outage"
        : "see to the issuer, or to what lies between: none of its tokens can be verified";
  }

  void write(JsonGenerator json) {
    json.writeStartObject();
    json.writeStringProperty("what", what);
    json.writeStringProperty("since", since.toString());
    json.writeStringProperty("error", error);
    json.writeStringProperty("next", next);
    json.writeEndObject();
  }

  /** That the log cannot store. */
  static Trouble ofLog(Instant since, String error) {
    return new Trouble(
        "log",
        false,
        since,
        or(error, "events cannot be stored"),
        "make room on the disk of relay.log.directory, or mend it; the relay tries again every"
            + " second, and refuses events until then");
  }

  /** That one of the hub's threads runs no more. */
  static Trouble ofHub(Instant since) {
    return new Trouble(
        "hub",
        false,
        since,
        "a thread of the hub has stopped",
        "restart the relay; its log has a line that begins with bug");
  }

  /** That the relay drains. */
  static Trouble ofDraining(Instant since) {
    return new Trouble(
        "stopping",
        false,
        since,
        "the relay refuses new streams and events",
        "wait until its streams have left, or start another one");
  }

  /** That the keys of an issuer cannot be fetched, or are not there yet. */
  static Trouble ofIssuer(IssuerView issuer, Instant started) {
    return new Trouble(
        "issuer " + issuer.name(),
        issuer.ready(),
        issuer.changed().orElse(started),
        or(issuer.lastError(), "its keys are not here yet"),
        nextFor(issuer));
  }

  /** That a server does not answer that is asked about callers. */
  static Trouble ofUpstream(UpstreamView upstream, Instant started) {
    return new Trouble(
        "upstream " + upstream.name(),
        true,
        upstream.changed().orElse(started),
        or(upstream.lastError(), "it does not answer"),
        UPSTREAM);
  }

  /** That no further stream is let in. */
  static Trouble ofStreams(Instant since, int most) {
    return new Trouble(
        "streams",
        true,
        since,
        "as many streams are open as there may be, " + most,
        "raise relay.limits.streams and the connections, or add a relay");
  }

  private static String or(String error, String unknown) {
    return error.isBlank() ? unknown : error;
  }

  /** All that is in trouble now. */
  private static List<Trouble> all(Hub hub, Identity identity, Access access, Instant started) {
    Optional<Instant> draining = hub.drainingSince();
    List<Trouble> all = new ArrayList<>();
    hub.trouble()
        .map(it -> ofLog(hub.inspection().troubleChanged().orElse(started), it))
        .ifPresent(all::add);
    if (!hub.isAlive() && draining.isEmpty()) {
      all.add(ofHub(hub.stoppedSince().orElse(started)));
    }
    draining.map(Trouble::ofDraining).ifPresent(all::add);
    identity.issuers().stream()
        .filter(it -> it.failing() || !it.ready())
        .map(it -> ofIssuer(it, started))
        .forEach(all::add);
    access.upstreams().stream()
        .filter(it -> !it.well())
        .map(it -> ofUpstream(it, started))
        .forEach(all::add);
    hub.fullSince().map(it -> ofStreams(it, hub.limits().streams())).ifPresent(all::add);
    return all;
  }

  /**
   * What all of it comes to.
   *
   * @param live whether the hub's threads run
   * @param ready whether the relay does what it is for
   * @param word the same as a word
   * @param since since when it is ready, or is not
   */
  record State(List<Trouble> troubles, boolean live, boolean ready, String word, Instant since) {
    /** Copies the troubles. */
    State {
      troubles = List.copyOf(troubles);
    }
  }

  /**
   * Looks at all of it.
   *
   * @param started when the relay was started
   */
  static State state(Hub hub, Identity identity, Access access, Instant started) {
    List<Trouble> troubles = all(hub, identity, access, started);
    boolean live = hub.isAlive();
    boolean ready = live && troubles.stream().allMatch(Trouble::ready);
    Instant since =
        ready
            ? readySince(hub, identity, started)
            : troubles.stream()
                .filter(it -> !it.ready())
                .map(Trouble::since)
                .min(Comparator.naturalOrder())
                .orElse(started);
    return new State(troubles, live, ready, word(hub, identity, troubles, ready), since);
  }

  private static String word(Hub hub, Identity identity, List<Trouble> troubles, boolean ready) {
    if (hub.drainingSince().isPresent()) {
      return "draining";
    }
    if (!ready && identity.issuers().stream().anyMatch(it -> !it.shared() && it.keys().isEmpty())) {
      return hub.trouble().isEmpty() && hub.isAlive() ? "starting" : "trouble";
    }
    return troubles.isEmpty() ? "ready" : "trouble";
  }

  private static Instant readySince(Hub hub, Identity identity, Instant started) {
    return Stream.of(
            hub.inspection().troubleChanged().stream(),
            identity.issuers().stream()
                .filter(it -> !it.failing())
                .flatMap(it -> it.changed().stream()),
            Stream.of(started))
        .flatMap(it -> it)
        .max(Comparator.naturalOrder())
        .orElse(started);
  }
}
