package heliograph.gateway.access;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.access.AskedOnce.Answer;
import heliograph.gateway.access.AskedOnce.Kept;
import heliograph.gateway.access.Rechecks.Check;
import heliograph.gateway.access.Rechecks.Finding;
import heliograph.gateway.access.Rechecks.Verdict;
import heliograph.gateway.access.Subscribers.Switch;
import heliograph.gateway.access.SubscribersConfig.SessionConfig;
import heliograph.gateway.identity.ClaimMapping;
import heliograph.gateway.identity.Identity;
import heliograph.gateway.identity.TokenTimes;
import heliograph.gateway.json.JsonTree;
import heliograph.gateway.revocation.Life;
import heliograph.gateway.wire.Watchdog;
import io.helidon.http.HeaderName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import tools.jackson.databind.JsonNode;

/**
 * Knows the subscribers that come with a session of an application, which alone knows what the
 * session means: it is asked for the claims of who holds one, and asked again while a stream is
 * open. Any thread.
 */
final class Sessions {
  /** How long the application may take for an answer, in all. */
  static final Duration TIMEOUT = Duration.ofSeconds(5);

  /** How long a refusal or a missing answer is remembered. */
  static final Duration KEEP_REFUSED = Duration.ofSeconds(1);

  /** An open stream stays for this many times the ttl while the application cannot be asked. */
  static final int GRACE = 3;

  private final SessionConfig config;
  private final ClaimMapping mapping;
  private final Set<String> further;
  private final Life life;
  private final InstantSource clock;
  private final Upstream application;
  private final AskedOnce<Session> questions;

  /**
   * What the application told of who holds a session.
   *
   * @param further the values of the switches' claims that it told
   */
  record Told(Claims claims, Map<String, String> further) {
    /** Whether something is on for the holder. */
    boolean has(Switch what) {
      return what.isOn(claims, what.claim().map(further::get));
    }
  }

  /** What the application said of a session. */
  private sealed interface Session {
    record Known(Told told) implements Session {}

    record Refused(RelayException why) implements Session {}

    /** The application said nothing that can be understood, or cannot be asked now. */
    record Unknown() implements Session {}
  }

  /**
   * Makes the sessions of one application.
   *
   * @param mapping reads the claims in the application's answers
   * @param further the claims of switches, which are kept of an answer
   * @param life how long a session is good at most, if it says when it began
   * @param nanos a clock of elapsed nanoseconds
   */
  Sessions(
      SessionConfig config,
      ClaimMapping mapping,
      Set<String> further,
      Life life,
      Watchdog watchdog,
      InstantSource clock,
      LongSupplier nanos) {
    this.config = config;
    this.mapping = mapping;
    this.further = Set.copyOf(further);
    this.life = life;
    this.clock = clock;
    this.application = new Upstream("session", TIMEOUT, UpstreamMeaning::ofSession, nanos);
    this.questions =
        new AskedOnce<>(TIMEOUT, Answer.none(new Session.Unknown(), KEEP_REFUSED), watchdog, nanos);
  }

  /** Whom it asks. */
  Upstream upstream() {
    return application;
  }

  /** The headers of a request that the application is to have. */
  List<HeaderName> forward() {
    return config.forward();
  }

  /**
   * What is told of who holds the session.
   *
   * @throws RelayException BAD_TOKEN, INVALID_REQUEST, EXPIRED_TOKEN or NOT_ALLOWED if the session
   *     lets nobody in, IDENTITY_UNAVAILABLE while the application cannot be asked
   */
  Told told(PassedHeaders session) {
    return switch (look(session).value()) {
      case Session.Known(Told told) -> {
        if (!clock.instant().isBefore(told.claims().expires())) {
          throw new RelayException(ErrorCode.EXPIRED_TOKEN, "the session's time is over");
        }
        yield told;
      }
      case Session.Refused(RelayException why) -> throw why;
      case Session.Unknown() ->
          throw RelayException.retryAfter(
              ErrorCode.IDENTITY_UNAVAILABLE,
              "sessions cannot be asked at the moment",
              KEEP_REFUSED);
    };
  }

  /**
   * The check of an open stream: it asks again, as often as the answer runs out, whether the claims
   * are still the same.
   *
   * @param what what was on for the holder when the stream was opened
   */
  Check check(PassedHeaders session, Claims opened, Switch what) {
    return new Check(
        config.ttl(),
        config.ttl().multipliedBy(GRACE),
        () -> {
          Kept<Session> now = look(session);
          Verdict verdict =
              switch (now.value()) {
                case Session.Known(Told told) -> verdict(told, opened, what);
                case Session.Refused _ -> Verdict.GONE;
                case Session.Unknown() -> Verdict.UNKNOWN;
              };
          return new Finding(verdict, now.left());
        });
  }

  private static Verdict verdict(Told told, Claims opened, Switch what) {
    if (!isSame(told.claims(), opened)) {
      return Verdict.GONE;
    }
    return told.has(what) ? Verdict.STANDS : Verdict.OFF;
  }

  private static boolean isSame(Claims claims, Claims opened) {
    return claims.subject().equals(opened.subject())
        && claims.tenant().equals(opened.tenant())
        && claims.roles().equals(opened.roles())
        && claims.topics().equals(opened.topics());
  }

  private Kept<Session> look(PassedHeaders session) {
    String key = session.hash();
    // Questions about a caller that the application has vouched for count as that caller's, and do
    // not wait behind those of strangers.
    Party party =
        questions.owner(key).<Party>map(Function.identity()).orElseGet(Party.Stranger::new);
    try {
      return questions.ask(key, party, () -> ask(party, session)).await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw RelayException.stopping();
    }
  }

  private Answer<Session> ask(Party party, PassedHeaders passed) {
    Session session = meaning(application.ask(party, config.url(), passed));
    return switch (session) {
      case Session.Known(Told told) ->
          Answer.of(Party.Known.of(told.claims()), session, config.ttl());
      case Session.Refused _ -> Answer.refusal(session, KEEP_REFUSED);
      case Session.Unknown() -> Answer.none(session, KEEP_REFUSED);
    };
  }

  private Session meaning(Upstream.Reply reply) {
    return switch (reply.meaning()) {
      case ALLOWED ->
          object(reply.body())
              .map(this::session)
              .orElseGet(
                  () -> {
                    var _ = application.unusable("no JSON object");
                    return new Session.Unknown();
                  });
      case DENIED -> refused(ErrorCode.BAD_TOKEN, "the session was refused");
      case UNANSWERABLE ->
          refused(
              ErrorCode.INVALID_REQUEST, "the application does not take what carries the session");
      case LATER, UNUSABLE, ILL -> new Session.Unknown();
    };
  }

  private static Session refused(ErrorCode code, String detail) {
    return new Session.Refused(new RelayException(code, detail));
  }

  /**
   * Reads the claims; an answer that would be refused as the claims of a token is refused here too.
   */
  private Session session(JsonNode object) {
    try {
      Optional<Instant> began =
          TokenTimes.time(object, "auth_time").or(() -> TokenTimes.time(object, "iat"));
      // A session without a time began at the epoch, not at the time of the answer: else a later
      // answer would let a revoked session in again.
      Claims.Proof proof =
          new Claims.Proof(
              "", Identity.name(object, "sid"), Optional.empty(), began.orElse(Instant.EPOCH));
      Instant last = began.map(life::end).orElse(Instant.MAX);
      Instant expires = TokenTimes.time(object, "exp").filter(last::isAfter).orElse(last);
      return new Session.Known(new Told(mapping.claims(object, expires, proof), further(object)));
    } catch (RelayException why) {
      return new Session.Refused(why);
    }
  }

  private Map<String, String> further(JsonNode object) {
    Map<String, String> values = new HashMap<>();
    for (String claim : further) {
      ClaimMapping.value(object, claim).ifPresent(value -> values.put(claim, value));
    }
    return Map.copyOf(values);
  }

  private static Optional<JsonNode> object(String body) {
    try {
      return Optional.of(JsonTree.object(body.getBytes(StandardCharsets.UTF_8)));
    } catch (RelayException _) {
      return Optional.empty();
    }
  }
}
