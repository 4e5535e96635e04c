package heliograph.gateway.monitor;

import heliograph.gateway.access.Access.UpstreamView;
import heliograph.gateway.identity.Identity.IssuerView;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/**
 * Something that an operator has to do something about. All of it is told of each: nobody is helped
 * by a trouble that has no beginning, no cause or no way out.
 *
 * @param part the part of the relay that is in trouble
 * @param name which one, where there are several of that part; else empty
 * @param ready whether the relay can do without it, for those who asked it for something else
 * @param since since when
 * @param error what came of it last
 * @param next what the operator may do
 */
public record Trouble(
    Part part, String name, boolean ready, Instant since, String error, String next) {
  /** What may be in trouble: the words by which health, status and metrics mean the same. */
  public enum Part {
    LOG,
    HUB,
    STOPPING,
    STREAMS,
    ISSUER,
    UPSTREAM;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Checks that all of it is told. */
  public Trouble {
    if (error.isBlank() || next.isBlank()) {
      throw new IllegalArgumentException("a trouble has a cause and a way out");
    }
  }

  /** What is in trouble, as an operator is told it. */
  String what() {
    return name.isEmpty() ? part.word() : part.word() + " " + name;
  }

  /** Writes all of it as an object. */
  public void write(JsonGenerator json) {
    json.writeStartObject();
    json.writeStringProperty("what", what());
    json.writeStringProperty("since", since.toString());
    json.writeStringProperty("error", error);
    json.writeStringProperty("next", next);
    json.writeEndObject();
  }

  /** That the log cannot store. */
  static Trouble ofLog(Instant since, String error) {
    return new Trouble(
        Part.LOG,
        "",
        false,
        since,
        or(error, "events cannot be stored"),
        "make room on the disk of relay.log.directory, or mend it; the relay tries again every"
            + " second, and refuses events until then");
  }

  /** That one of the hub's threads runs no more. */
  static Trouble ofHub(Instant since) {
    return new Trouble(
        Part.HUB,
        "",
        false,
        since,
        "a thread of the hub has stopped",
        "restart the relay; its log has a line that begins with bug");
  }

  /** That the relay drains. */
  static Trouble ofDraining(Instant since) {
    return new Trouble(
        Part.STOPPING,
        "",
        false,
        since,
        "the relay refuses new streams and events",
        "wait until its streams have left, or start another one");
  }

  /** That no further stream is let in. */
  static Trouble ofStreams(Instant since, int most) {
    return new Trouble(
        Part.STREAMS,
        "",
        true,
        since,
        "as many streams are open as there may be, " + most,
        "raise relay.limits.streams and the connections, or add a relay");
  }

  /**
   * That the keys of an issuer cannot be fetched, or are not there yet; empty if it is well.
   *
   * @param started when the relay was started
   */
  static Optional<Trouble> ofIssuer(IssuerView issuer, Instant started) {
    return nextFor(issuer)
        .map(
            next ->
                new Trouble(
                    Part.ISSUER,
                    issuer.name(),
                    issuer.ready(),
                    issuer.changed().orElse(started),
                    or(issuer.lastError(), "its keys are not here yet"),
                    next));
  }

  /** What to do about an issuer whose keys cannot be fetched; empty if it is well. */
  public static Optional<String> nextFor(IssuerView issuer) {
    if (!issuer.ready()) {
      return Optional.of(
          "see to the issuer, or to what lies between: none of its tokens can be verified");
    }
    return issuer.failing()
        ? Optional.of("see to the issuer; its older keys serve for relay.identity.keys.outage")
        : Optional.empty();
  }

  /**
   * That a server does not answer that is asked about callers; empty if it does.
   *
   * @param started when the relay was started
   */
  static Optional<Trouble> ofUpstream(UpstreamView upstream, Instant started) {
    return nextFor(upstream)
        .map(
            next ->
                new Trouble(
                    Part.UPSTREAM,
                    upstream.name(),
                    true,
                    upstream.changed().orElse(started),
                    or(upstream.lastError(), "it does not answer"),
                    next));
  }

  /** What to do about a server that is asked about callers; empty if it answers. */
  public static Optional<String> nextFor(UpstreamView upstream) {
    return upstream.well()
        ? Optional.empty()
        : Optional.of(
            "see to the server that the relay asks; who needs its answer is told to come back");
  }

  private static String or(String error, String unknown) {
    return error.isBlank() ? unknown : error;
  }
}
