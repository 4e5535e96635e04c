package heliograph.gateway.profile;

import heliograph.contract.TypePattern;
import heliograph.gateway.access.CredentialPolicy;
import heliograph.gateway.access.CredentialPolicy.Verifier;
import heliograph.gateway.access.SubscribersConfig.RuleConfig;
import heliograph.gateway.filter.Filters;
import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.Settings;
import heliograph.relay.Interest;
import heliograph.relay.Limits;
import heliograph.relay.OverUserLimit;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads one entry of {@code relay.streams}. One thread. */
final class ProfileReader {
  // What the label of metrics says for streams that are in no profile.
  private static final String IN_NONE = "none";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final int MAX_ONLY = 200;

  private final Settings entry;
  private final Function<Settings, CredentialPolicy> token;
  private final StreamConfig defaults;
  private final Limits limits;

  ProfileReader(
      Settings entry,
      Function<Settings, CredentialPolicy> token,
      StreamConfig defaults,
      Limits limits) {
    this.entry = entry;
    this.token = token;
    this.defaults = defaults;
    this.limits = limits;
  }

  /**
   * Reads the entry.
   *
   * @throws BadConfiguration naming the key at fault
   */
  ProfileConfig read() {
    String name = entry.checked("name", ProfileReader::name);
    PathTemplate path = entry.checked("path", PathTemplate::of);
    ShapeReader shapes = new ShapeReader(entry, path.variables());
    Shape shape = shapes.read();
    Duration window = entry.duration("window", Duration.ZERO, Duration.ZERO, defaults.maxWindow());
    if (shape.batch().isPresent() && window.isZero()) {
      throw entry.bad("window", "is required with batch, for which it gathers");
    }
    ProfileConfig profile =
        new ProfileConfig(
            name,
            path,
            asking(path.variables(), shape),
            token.apply(entry),
            RuleConfig.ofProfile(entry, path.variables()),
            shape,
            defaults.overriddenBy(entry),
            entry.number("queue", limits.queue(), 1, 100_000),
            entry.choice("slow", limits.slow()),
            window,
            entry.flag("latest", false),
            OnePer.read(entry),
            Enabled.read(entry),
            StatusPage.read(entry),
            entry.flag("poll", false),
            entry.flag("log-subjects", false));
    if (!shape.ids()) {
      checkWithoutIds(profile);
    }
    if (profile.token().verifier() instanceof Verifier.Nobody) {
      checkOpenToAll(profile);
    }
    return profile;
  }

  private static String name(String text) {
    if (!NAME.matcher(text).matches()) {
      throw new IllegalArgumentException("must be 1 to 64 characters of A-Z a-z 0-9 _ -");
    }
    if (text.equals(IN_NONE)) {
      throw new IllegalArgumentException("must not be what metrics call streams of no profile");
    }
    return text;
  }

  /** Where nobody is told from another, nothing can be decided or counted for one alone. */
  private void checkOpenToAll(ProfileConfig profile) {
    if (!profile.authorize().isEmpty()) {
      throw entry.bad("authorize", "with token.verify: none there is nobody to ask about");
    }
    if (profile.onePer().isPresent()) {
      throw entry.bad("one-per", "with token.verify: none all callers are one user");
    }
  }

  /** Without ids no client has a position, so nothing may lean on one. */
  private void checkWithoutIds(ProfileConfig profile) {
    if (profile.poll()) {
      throw entry.bad("poll", "must be false with ids: false; a poll goes on by its cursor");
    }
    if (!profile.asking().start().isLive()) {
      throw entry.bad("start", "must be live with ids: false, or each return begins there");
    }
    if (profile.onePer().filter(it -> it.over() == OverUserLimit.SUPERSEDE).isPresent()) {
      throw entry
          .section("one-per")
          .bad("over", "must be refuse with ids: false; a superseded client would come back");
    }
  }

  private Asking asking(Set<String> path, Shape shape) {
    List<TopicTemplate> topics = topics(path);
    List<String> types = entry.texts("types", List.of());
    if (types.size() > Interest.MAX_PATTERNS) {
      throw entry.bad("types", "at most " + Interest.MAX_PATTERNS + " patterns");
    }
    Set<String> taken = new LinkedHashSet<>();
    topics.forEach(topic -> taken.addAll(topic.takes()));
    shape.taken().map(Placeholder::name).forEach(taken::add);
    Set<String> numbers =
        shape
            .taken()
            .filter(it -> it.form() == Placeholder.Form.NUMBER)
            .map(Placeholder::name)
            .collect(Collectors.toSet());
    return new Asking(
        query(taken, numbers),
        numbers,
        topics,
        entry.all("types", types, TypePattern::new),
        entry.text("filter").map(text -> entry.made("filter", () -> filter(text))),
        Beginning.read(entry));
  }

  private static String filter(String text) {
    var _ = Filters.compile(text);
    return text;
  }

  private List<TopicTemplate> topics(Set<String> path) {
    List<String> topics = entry.texts("topics", List.of());
    if (topics.isEmpty() || topics.size() > Interest.MAX_PATTERNS) {
      throw entry.bad("topics", "1 to " + Interest.MAX_PATTERNS + " are required");
    }
    return entry.all("topics", topics, text -> TopicTemplate.of(text, path));
  }

  /**
   * The rules of all parameters that something is taken from.
   *
   * @param taken the names of all values that are taken
   * @param numbers those that are taken as numbers
   */
  private Map<String, QueryRule> query(Set<String> taken, Set<String> numbers) {
    Map<String, QueryRule> rules = new TreeMap<>();
    for (String name : taken) {
      if (name.startsWith(RequestValues.QUERY)) {
        rules.put(name.substring(RequestValues.QUERY.length()), QueryRule.ORDINARY);
      }
    }
    entry
        .named("query", NAME)
        .forEach(
            (name, parameter) -> {
              QueryRule rule = rule(parameter, RequestValues.QUERY + name, numbers);
              if (rules.replace(name, rule) == null) {
                throw entry.section("query").bad(name, "no template of this profile takes it");
              }
            });
    return rules;
  }

  private static QueryRule rule(Settings parameter, String name, Set<String> numbers) {
    Optional<String> split = parameter.verbatim("split");
    if (split.filter(it -> it.length() != 1 || it.matches("[A-Za-z0-9_-]")).isPresent()) {
      throw parameter.bad("split", "must be one character, and none of a value's own");
    }
    List<String> only = parameter.texts("only", List.of());
    if (only.size() > MAX_ONLY) {
      throw parameter.bad("only", "at most " + MAX_ONLY + " values");
    }
    for (String value : only) {
      parameter.made("only", () -> checked(name, value));
    }
    QueryRule rule = new QueryRule(split, new LinkedHashSet<>(only), parameter.text("default"));
    if (rule.fallback().isPresent()) {
      RequestValues fallback =
          parameter.made(
              "default", () -> new RequestValues(Map.of(name, rule.value(name, List.of()))));
      if (numbers.contains(name)) {
        parameter.made("default", () -> fallback.checkedNumber(name));
      }
    }
    return rule;
  }

  private static String checked(String name, String value) {
    RequestValues.checkSegment(name, value);
    return value;
  }
}
