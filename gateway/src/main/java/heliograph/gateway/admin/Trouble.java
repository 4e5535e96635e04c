package heliograph.gateway.admin;

import heliograph.gateway.access.Access;
import heliograph.gateway.identity.Identity;
import heliograph.relay.Hub;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JsonGenerator;

/**
 * Something that an operator has to do something about.
 *
 * @param what what is in trouble
 * @param ready whether the relay can do without it, for those who asked it for something else
 * @param since since when; empty if that is not known
 * @param error what came of it last
 * @param next what the operator may do
 */
record Trouble(String what, boolean ready, Optional<Instant> since, String error, String next) {
  /** What to do about a server that is asked about callers, and does not answer. */
  static final String UPSTREAM =
      "see to the server that the relay asks; who needs its answer is told to come back";

  /** What to do about an issuer whose keys cannot be fetched. */
  static String nextFor(Identity.IssuerView issuer) {
    return issuer.ready()
        ? "see to the issuer; its older keys serve for relay.identity.keys.outage"
        : "see to the issuer, or to what lies between: none of its tokens can be verified";
  }

  void write(JsonGenerator json) {
    json.writeStartObject();
    json.writeStringProperty("what", what);
    since.ifPresent(it -> json.writeStringProperty("since", it.toString()));
    json.writeStringProperty("error", error);
    json.writeStringProperty("next", next);
    json.writeEndObject();
  }

  /** That the log cannot store. */
  static Trouble ofLog(Hub hub, String error) {
    return new Trouble(
        "log",
        false,
        hub.inspection().troubleChanged(),
        error,
        "make room on the disk of relay.log.directory, or mend it; the relay tries again every"
            + " second, and refuses events until then");
  }

  /** All that is in trouble now. */
  static List<Trouble> all(Hub hub, Identity identity, Access access) {
    Optional<Instant> draining = hub.drainingSince();
    List<Trouble> all = new ArrayList<>();
    hub.trouble().ifPresent(error -> all.add(ofLog(hub, error)));
    if (!hub.isAlive() && draining.isEmpty()) {
      all.add(
          new Trouble(
              "hub",
              false,
              Optional.empty(),
              "a thread of the hub has stopped",
              "restart the relay; its log has a line that begins with bug"));
    }
    draining.ifPresent(
        since ->
            all.add(
                new Trouble(
                    "stopping",
                    false,
                    Optional.of(since),
                    "the relay refuses new streams and events",
                    "wait until its streams have left, or start another one")));
    identity.issuers().stream()
        .filter(it -> it.failing() || !it.ready())
        .map(
            it ->
                new Trouble(
                    "issuer " + it.name(), it.ready(), it.changed(), it.lastError(), nextFor(it)))
        .forEach(all::add);
    access.upstreams().stream()
        .filter(it -> !it.well())
        .map(
            it ->
                new Trouble("upstream " + it.name(), true, it.changed(), it.lastError(), UPSTREAM))
        .forEach(all::add);
    if (hub.streams() >= hub.limits().streams()) {
      all.add(
          new Trouble(
              "streams",
              true,
              Optional.empty(),
              "as many streams are open as there may be",
              "raise relay.limits.streams and the connections, or add a relay"));
    }
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
    List<Trouble> troubles = all(hub, identity, access);
    boolean live = hub.isAlive();
    boolean ready = live && troubles.stream().allMatch(Trouble::ready);
    Instant since =
        ready
            ? readySince(hub, identity, started)
            : troubles.stream()
                .filter(it -> !it.ready())
                .flatMap(it -> it.since().stream())
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
