package heliograph.gateway.profile;

import heliograph.contract.Attribute;
import heliograph.contract.Attributes;
import heliograph.contract.Audience;
import heliograph.contract.Cursor;
import heliograph.contract.Event;
import heliograph.contract.Payload;
import heliograph.contract.Tenant;
import heliograph.contract.Topic;
import heliograph.gateway.access.CredentialPolicy;
import heliograph.gateway.access.SubscribersConfig;
import heliograph.gateway.identity.IdentityConfig;
import heliograph.gateway.settings.Settings;
import heliograph.relay.Limits;
import heliograph.relay.OverUserLimit;
import heliograph.relay.SlowPolicy;
import heliograph.relay.StoredEvent;
import io.helidon.common.media.type.MediaTypes;
import io.helidon.common.parameters.Parameters;
import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** Profiles as an operator writes them, and what they are given in tests. */
final class Profiles {
  static final Instant NOON = Instant.parse("2026-05-04T12:00:00.5Z");
  static final InstantSource CLOCK = InstantSource.fixed(NOON);
  static final Parameters NO_QUERY = Parameters.empty("query");

  private Profiles() {}

  /** Reads a file of the relay, and refuses keys that nobody knows. */
  static List<ProfileConfig> read(String yaml) {
    Config root =
        Config.builder(ConfigSources.create(yaml, MediaTypes.APPLICATION_X_YAML))
            .disableEnvironmentVariablesSource()
            .disableSystemPropertiesSource()
            .build();
    Settings relay = Settings.of(root.get("relay"));
    StreamConfig defaults = StreamConfig.read(relay.section("stream"));
    List<ProfileConfig> profiles =
        ProfileConfig.readAll(relay, Profiles::policy, defaults, limits());
    relay.refuseUnknown(root.get("relay"));
    return profiles;
  }

  private static CredentialPolicy policy(Settings profile) {
    Settings relay =
        Settings.of(
            Config.just(
                ConfigSources.create(
                    """
                    identity:
                      issuers: [{ issuer: "http://127.0.0.1:1", audience: relay }]
                      session: { url: "http://127.0.0.1:1/session" }
                    """,
                    MediaTypes.APPLICATION_X_YAML)));
    IdentityConfig people = IdentityConfig.read(relay.section("identity"));
    return CredentialPolicy.read(profile, people, SubscribersConfig.read(relay, people).session());
  }

  private static Limits limits() {
    return new Limits(
        256,
        20_000,
        5000,
        20,
        100_000,
        1000,
        SlowPolicy.CATCH_UP,
        OverUserLimit.REFUSE,
        Limits.Memory.ORDINARY,
        Limits.FilterTime.ORDINARY);
  }

  /**
   * Reads one profile at {@code /events/{id}/live} that shows the topic of its variable.
   *
   * @param rest further keys of the entry, one a line and in YAML
   */
  static ProfileConfig one(String... rest) {
    return read(entry("  - name: a", "    path: /events/{id}/live", rest)).getFirst();
  }

  /** A file with one profile. */
  static String entry(String name, String path, String... rest) {
    StringBuilder yaml = new StringBuilder("relay:\n  streams:\n");
    yaml.append("  ").append(name).append('\n').append("  ").append(path).append('\n');
    yaml.append("      topics: [\"event.{path.id}\"]\n");
    for (String line : rest) {
      yaml.append("      ").append(line).append('\n');
    }
    return yaml.toString();
  }

  /** How a stream of the event 42 speaks. */
  static ProfileDialect dialect(ProfileConfig profile) {
    return profile.dialect(values(profile, "42"), CLOCK);
  }

  static RequestValues values(ProfileConfig profile, String id) {
    return profile.values(Map.of("id", id), NO_QUERY);
  }

  static Parameters query(String name, String... values) {
    return Parameters.create("query", Map.of(name, List.of(values)));
  }

  static Cursor cursor(long sequence) {
    return new Cursor("e1", sequence);
  }

  static Event event(String type, Payload data) {
    return event(type, data, Map.of());
  }

  static Event event(String type, Payload data, Map<String, Attribute> attributes) {
    return new Event(
        "id-1",
        "/shop",
        type,
        new Tenant("acme"),
        new Topic("event.42"),
        new Audience.Everyone(),
        new Attributes(attributes),
        data);
  }

  static StoredEvent stored(long sequence, String type, String json) {
    return new StoredEvent(event(type, json(json)), cursor(sequence));
  }

  static Payload json(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return Payload.json(bytes, 0, bytes.length);
  }
}
