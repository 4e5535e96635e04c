package heliograph.gateway.profile;

import heliograph.contract.RelayException;
import heliograph.contract.TopicPattern;
import heliograph.contract.TypePattern;
import heliograph.gateway.access.CredentialPolicy;
import heliograph.gateway.access.SubscribersConfig.RuleConfig;
import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.Settings;
import heliograph.relay.Limits;
import heliograph.relay.SlowPolicy;
import heliograph.relay.Start;
import io.helidon.common.parameters.Parameters;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the operator wrote about one stream of its own, in the list {@code relay.streams}. Any
 * thread.
 *
 * @param name the name in metrics and in the log, which no other profile has
 * @param path where streams are opened
 * @param asking what they ask for
 * @param token which credentials are read, and who says whose they are
 * @param authorize which servers are asked before a stream opens, once for each stream
 * @param shape how streams look on the wire
 * @param stream what holds for all streams, as far as the profile does not say otherwise
 * @param queue the most events that may wait for a stream
 * @param slow what happens when more wait
 * @param window how long events are gathered for one write; zero for not at all
 * @param latest whether only the newest of each partition key is sent of what was gathered
 * @param onePer how many streams one user or session may have open
 * @param enabled for whom the profile is switched on
 * @param status what is told of its streams
 * @param poll whether clients without SSE may poll at the same path
 * @param logSubjects whether the log says who opens and ends streams
 */
public record ProfileConfig(
    String name,
    PathTemplate path,
    Asking asking,
    CredentialPolicy token,
    List<RuleConfig> authorize,
    Shape shape,
    StreamConfig stream,
    int queue,
    SlowPolicy slow,
    Duration window,
    boolean latest,
    Optional<OnePer> onePer,
    Enabled enabled,
    Optional<StatusPage> status,
    boolean poll,
    boolean logSubjects) {
  /** The most profiles. */
  public static final int MAX_PROFILES = 50;

  private static final String LIST = "streams";

  /**
   * A frame that streams can have, as it is told to those who write clients.
   *
   * @param word the contract's name of it: that of the relay's own word, {@code event} or {@code
   *     batch}
   * @param name the name by which scripts listen for it; empty if it has one of several
   * @param data a JSON Schema of its data
   */
  public record Told(String word, Optional<String> name, JsonNode data) {}

  /**
   * What is taken of a request, as it is told to those who write clients.
   *
   * @param required whether it must be there
   * @param split the character at which its value becomes several; empty for never
   * @param number whether it is a whole number, or several
   */
  public record Taken(String name, boolean required, Optional<String> split, boolean number) {}

  /** Copies the rules. */
  public ProfileConfig {
    authorize = List.copyOf(authorize);
  }

  /**
   * Reads what the operator wrote.
   *
   * @param relay the node {@code relay}
   * @param token reads which credentials are read, of the node of a profile
   * @param defaults what holds for all streams
   * @param limits the bounds of all streams
   * @throws BadConfiguration naming the key at fault
   */
  public static List<ProfileConfig> readAll(
      Settings relay,
      Function<Settings, CredentialPolicy> token,
      StreamConfig defaults,
      Limits limits) {
    List<Settings> entries = relay.list(LIST);
    if (entries.size() > MAX_PROFILES) {
      throw relay.bad(LIST, "at most " + MAX_PROFILES + " profiles");
    }
    List<ProfileConfig> profiles = new ArrayList<>();
    List<PathTemplate> paths = new ArrayList<>();
    for (Settings entry : entries) {
      ProfileConfig profile = new ProfileReader(entry, token, defaults, limits).read();
      if (profiles.stream().anyMatch(other -> other.name().equals(profile.name()))) {
        throw entry.bad("name", "another profile has this name");
      }
      add(paths, profile.path(), entry);
      profile.status().ifPresent(page -> add(paths, page.path(), entry.section("status")));
      profiles.add(profile);
    }
    return List.copyOf(profiles);
  }

  private static void add(List<PathTemplate> paths, PathTemplate path, Settings entry) {
    for (PathTemplate other : paths) {
      if (path.conflicts(other)) {
        throw entry.bad("path", "a request could be for this path and for " + other);
      }
    }
    paths.add(path);
  }

  /**
   * What a request fills in. Query parameters that the profile does not take are not looked at.
   *
   * @param variables the variables of the path, by {@link PathTemplate#match}
   * @throws RelayException INVALID_REQUEST naming the variable that is not as it should be
   */
  public RequestValues values(Map<String, String> variables, Parameters query) {
    return asking.values(variables, query);
  }

  /**
   * The topics that a request asks for, at least one.
   *
   * @throws RelayException INVALID_REQUEST naming the variables that make too many topics, or one
   *     that is too long
   */
  public List<TopicPattern> topics(RequestValues values) {
    return asking.topics(values);
  }

  /** The names of the query parameters that are read, besides those of credential and position. */
  public Set<String> parameters() {
    return asking.query().keySet();
  }

  /** What is taken of the query of a request, in the order of the names. */
  public List<Taken> takenOfQuery() {
    return asking.query().keySet().stream()
        .sorted()
        .map(
            name -> {
              QueryRule rule = rule(name);
              return new Taken(
                  name,
                  rule.fallback().isEmpty(),
                  rule.split(),
                  asking.numbers().contains(RequestValues.QUERY + name));
            })
        .toList();
  }

  private QueryRule rule(String parameter) {
    return Objects.requireNonNull(asking.query().get(parameter));
  }

  /** What is taken of the path of a request, in the order of the path. */
  public List<Taken> takenOfPath() {
    return path.variables().stream()
        .map(
            name ->
                new Taken(
                    name,
                    true,
                    Optional.empty(),
                    asking.numbers().contains(RequestValues.PATH + name)))
        .toList();
  }

  /** The frames of the relay's own words that {@code /v1/stream} has. */
  public static List<Told> usualWords() {
    return ShapeReader.usual();
  }

  /** The frames of the relay's own words that streams have. */
  public List<Told> ownWords() {
    return shape.told(this::schema);
  }

  /**
   * The frames that streams have of events of some types.
   *
   * @param data a JSON Schema of their data
   */
  public List<Told> framesOf(TypePattern types, JsonNode data) {
    return shape.told(types, data, this::schema);
  }

  private JsonNode schema(Placeholder placeholder) {
    ObjectNode one = placeholder.schema();
    boolean several =
        placeholder.name().startsWith(RequestValues.QUERY)
            && rule(placeholder.name().substring(RequestValues.QUERY.length())).split().isPresent();
    return several
        ? JsonNodeFactory.instance.objectNode().put("type", "array").set("items", one)
        : one;
  }

  /** The types that streams ask for; empty for all. */
  public List<TypePattern> types() {
    return asking.types();
  }

  /** The condition on events, as it was written. */
  public Optional<String> filter() {
    return asking.filter();
  }

  /** Where a stream begins whose client names no position. */
  public Start start(InstantSource clock) {
    return asking.start().at(clock);
  }

  /** Whether frames have an {@code id}, with which a client can go on where it was. */
  public boolean ids() {
    return shape.ids();
  }

  /** Whether consecutive events of one type become one frame. */
  public boolean isBatched() {
    return shape.batch().isPresent();
  }

  /** The heartbeat that a script can see, beside the comment. */
  public Optional<Beat> heartbeat() {
    return shape.heartbeat();
  }

  /** Whether a script learns of gaps; if not, events may be lost without a word. */
  public boolean tellsGaps() {
    return !shape.words().gap().lines().isEmpty();
  }

  /**
   * Whether open streams may go on where this profile is written in another way: what holds for all
   * streams alike may differ.
   */
  public boolean servesAs(ProfileConfig other) {
    return equals(
        new ProfileConfig(
            other.name,
            other.path,
            other.asking,
            other.token,
            other.authorize,
            other.shape,
            stream,
            queue,
            slow,
            other.window,
            other.latest,
            other.onePer,
            other.enabled,
            other.status,
            other.poll,
            other.logSubjects));
  }

  /**
   * How a stream speaks.
   *
   * @param clock the time of the relay's own words
   */
  public ProfileDialect dialect(RequestValues values, InstantSource clock) {
    return new ProfileDialect(shape, values, clock);
  }
}
