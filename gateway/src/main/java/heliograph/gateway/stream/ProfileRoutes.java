package heliograph.gateway.stream;

import heliograph.contract.Cursor;
import heliograph.contract.RelayException;
import heliograph.gateway.access.Access;
import heliograph.gateway.access.Subscribers;
import heliograph.gateway.access.TopicRules;
import heliograph.gateway.http.AcceptedTypes;
import heliograph.gateway.http.Problems;
import heliograph.gateway.json.Json;
import heliograph.gateway.profile.PathTemplate;
import heliograph.gateway.profile.ProfileConfig;
import heliograph.gateway.profile.ProfileDialect;
import heliograph.gateway.types.TypeRules;
import heliograph.gateway.wire.RequestTimeouts;
import heliograph.relay.Hub;
import heliograph.relay.StoredEvent;
import heliograph.relay.Subscription;
import io.helidon.common.uri.UriPath;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.PathMatcher;
import io.helidon.http.PathMatchers;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** What is served at the paths of one profile. Any thread. */
final class ProfileRoutes {
  private static final System.Logger LOGGER = System.getLogger("heliograph");
  private static final String STREAM = "text/event-stream";
  private static final String JSON = "application/json";

  private final ProfileConfig profile;
  private final StreamHandler streams;
  private final PollHandler polls;
  private final Optional<ProfileStatusHandler> status;

  ProfileRoutes(
      ProfileConfig profile,
      Hub hub,
      Access access,
      TypeRules types,
      StreamTools tools,
      RequestTimeouts timeouts) {
    this.profile = profile;
    Subscribers subscribers = access.subscribers().by(profile.token(), profile.enabled());
    TopicRules rules = access.rules(profile.name() + ".", profile.authorize());
    this.streams =
        new StreamHandler(
            hub,
            new ProfileEndpoint(
                profile,
                StreamQuery::resumed,
                subscribers::ofStream,
                subscribers,
                rules,
                tools.clock()),
            profile.stream(),
            types,
            tools,
            profile.logSubjects() ? StreamLog.BY_SUBJECT : StreamLog.NAMELESS);
    // No ticket is good here, as one lasts for a single stream.
    StreamEndpoint asked =
        new ProfileEndpoint(
            profile,
            request -> StreamQuery.polledAfter(request.query()),
            subscribers::of,
            subscribers,
            rules,
            tools.clock());
    this.polls = new PollHandler(hub, asked, ProfileRoutes::told, tools, timeouts);
    this.status =
        profile
            .status()
            .map(page -> new ProfileStatusHandler(hub, asked, profile.name(), page, tools.clock()));
    if (!profile.tellsGaps()) {
      LOGGER.log(System.Logger.Level.WARNING, "gap-untold profile={0}", profile.name());
    }
  }

  void register(HttpRules routing) {
    only(routing, profile.path(), this::serve);
    status.ifPresent(it -> only(routing, it.path(), it::tell));
  }

  private static void only(HttpRules routing, PathTemplate path, Handler get) {
    Matcher matcher = new Matcher(path);
    routing
        .route(Method.GET, matcher, get)
        .route(_ -> true, matcher, Problems.onlyMethods("GET, HEAD"));
  }

  private void serve(ServerRequest request, ServerResponse response) {
    if (profile.poll()) {
      response.headers().add(HeaderNames.VARY, HeaderNames.ACCEPT.defaultCase());
    }
    if (profile.poll() && polls(request.headers())) {
      polls.poll(request, response);
    } else {
      streams.stream(request, response);
    }
  }

  /** Whether a client wants JSON and no stream; one that takes anything is given a stream. */
  private static boolean polls(ServerRequestHeaders headers) {
    List<String> accept = headers.all(HeaderNames.ACCEPT, List::of);
    return AcceptedTypes.has(accept, JSON) && !AcceptedTypes.has(accept, STREAM);
  }

  /** An event of a poll: the members of the frame that a stream would have. */
  private static byte[] told(StoredEvent stored, Subscription subscription) {
    ProfileDialect dialect = (ProfileDialect) subscription.dialect();
    Cursor cursor = stored.cursor();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(
        ascii(
            "{\"event\":"
                + dialect
                    .name(stored.event())
                    .map(name -> new String(Json.quoted(name), StandardCharsets.UTF_8))
                    .orElse("null")
                + ",\"id\":\""
                + cursor
                + "\",\"data\":"));
    out.writeBytes(dialect.data(cursor, stored.event()));
    out.write('}');
    return out.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Finds the requests for the path of a profile, as it was sent: what is encoded in a segment
   * stays in it. Any thread.
   */
  record Matcher(PathTemplate template) implements PathMatcher {
    @Override
    public PathMatchers.MatchResult match(UriPath path) {
      return fits(path) ? PathMatchers.any().match(path) : PathMatchers.MatchResult.notAccepted();
    }

    private boolean fits(UriPath path) {
      try {
        return template.match(path.rawPath()).isPresent();
      } catch (RelayException _) {
        // It is for this path, and its endpoint says what is wrong with it.
        return true;
      }
    }

    @Override
    public PathMatchers.PrefixMatchResult prefixMatch(UriPath path) {
      return PathMatchers.PrefixMatchResult.notAccepted();
    }
  }
}
