package heliograph.gateway.stream;

import heliograph.contract.Claims;
import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.contract.TopicPattern;
import heliograph.gateway.access.Caller;
import heliograph.gateway.access.Subscribers;
import heliograph.gateway.access.Subscribers.Gate;
import heliograph.gateway.access.TopicRules;
import heliograph.gateway.profile.Beat;
import heliograph.gateway.profile.Enabled;
import heliograph.gateway.profile.ProfileConfig;
import heliograph.gateway.profile.ProfileDialect;
import heliograph.gateway.profile.RequestValues;
import heliograph.relay.Interest;
import heliograph.relay.Keep;
import heliograph.relay.Seat;
import heliograph.relay.Start;
import heliograph.relay.StreamOptions;
import io.helidon.webserver.http.ServerRequest;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * The endpoint of streams or of polls whose operator has said what is to be had there. Of the query
 * nothing is read but what the profile names, the position of a client and its credential, so that
 * nobody can ask for more. Any thread.
 *
 * @param position reads where a client goes on that names a position
 * @param who finds out who asks
 * @param rules those of the profile, which are asked about each request
 */
record ProfileEndpoint(
    ProfileConfig profile,
    Function<ServerRequest, Optional<Start>> position,
    Function<ServerRequest, Caller> who,
    Subscribers subscribers,
    TopicRules rules,
    InstantSource clock)
    implements StreamEndpoint {

  @Override
  public StreamQuery query(ServerRequest request) {
    RequestValues values = profile.values(variables(request), request.query());
    Optional<Start> resumed = profile.ids() ? position.apply(request) : Optional.empty();
    List<TopicPattern> topics = profile.topics(values);
    return new StreamQuery(
        topics,
        profile.types(),
        profile.filter(),
        resumed.orElseGet(() -> profile.start(clock)),
        options(values),
        pace(values));
  }

  private Map<String, String> variables(ServerRequest request) {
    return profile.path().match(request.path().rawPath()).orElseThrow();
  }

  private StreamOptions options(RequestValues values) {
    return new StreamOptions(
        profile.dialect(values, clock),
        profile.latest() ? Keep.LATEST : Keep.EVERY,
        OptionalInt.of(profile.queue()),
        Optional.of(profile.slow()),
        Optional.of(profile.name()),
        Optional.empty());
  }

  private Pace pace(RequestValues values) {
    return new Pace(
        profile.window(),
        Heartbeat.COMMENT,
        profile.heartbeat().map(beat -> pulse(beat, values)),
        profile.isBatched()
            ? (events, dialect) -> ((ProfileDialect) dialect).frames(events)
            : Pace.Framing.EACH);
  }

  private static Pace.Pulse pulse(Beat beat, RequestValues values) {
    return new Pace.Pulse(
        beat.every(), beat.when() == Beat.When.ALWAYS, now -> beat.frame(values, now));
  }

  @Override
  public Caller caller(ServerRequest request) {
    Caller caller = who.apply(request);
    if (!caller.on() && !isOff(caller)) {
      throw profile.enabled().answer() == Enabled.FORBIDDEN
          ? new RelayException(ErrorCode.NOT_ALLOWED, "it is switched off for this caller")
          : new RelayException(ErrorCode.NOT_FOUND, "nothing is here for this caller");
    }
    return caller;
  }

  @Override
  public boolean isOff(Caller caller) {
    return !caller.on() && profile.enabled().answer() == Enabled.NO_CONTENT;
  }

  @Override
  public Optional<Seat> seat(Claims claims) {
    return profile.onePer().map(onePer -> onePer.seat(claims.proof().session()));
  }

  @Override
  public Gate gate(ServerRequest request, Interest interest) {
    Map<String, String> path = variables(request);
    return new Gate(subscribers, (caller, headers) -> rules.admitAt(path, caller, headers));
  }
}
