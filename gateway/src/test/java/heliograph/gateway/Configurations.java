package heliograph.gateway;

import heliograph.gateway.intake.Publisher;
import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Configurations for tests, as an operator would write them. */
public final class Configurations {
  /** The least that a relay can be started with. */
  public static final Map<String, String> LEAST =
      Map.of(
          "relay.identity.issuers.0.issuer", "https://id.example.com/realms/acme",
          "relay.identity.issuers.0.audience", "heliograph");

  /** A file with one secret of 32 characters. */
  static final String TOKEN_FILE = "src/test/resources/heliograph/gateway/token.txt";

  private Configurations() {}

  /** A little of everything that is a list. */
  public static Map<String, String> withPublisher() {
    Map<String, String> settings = new TreeMap<>(LEAST);
    settings.put("relay.publishers.0.name", "jobs");
    settings.put("relay.publishers.0.scheme", "token");
    settings.put("relay.publishers.0.secrets.0", "0123456789abcdef");
    settings.put("relay.publishers.0.tenants.0", "main");
    settings.put("relay.admin.login.tokens.0.name", "ada");
    settings.put("relay.admin.login.tokens.0.role", "viewer");
    settings.put("relay.admin.login.tokens.0.file", TOKEN_FILE);
    settings.put("relay.types.0.type", "order.*");
    settings.put("relay.types.0.masks.0.fields.0", "/customer/email");
    settings.put("relay.types.0.masks.0.roles.0", "billing");
    settings.put("relay.authorize.0.topics", "orders.*");
    settings.put("relay.authorize.0.url", "http://api/orders/{2}");
    settings.put("relay.streams.0.name", "live");
    settings.put("relay.streams.0.path", "/orders/{id}/live");
    settings.put("relay.streams.0.topics.0", "orders.{path.id}.{query.part}");
    settings.put("relay.streams.0.query.part.default", "all");
    settings.put("relay.streams.0.names.0.type", "order.*");
    settings.put("relay.streams.0.names.0.name", "order");
    settings.put("relay.streams.0.authorize.0.url", "http://api/orders/{path.id}");
    return settings;
  }

  static GatewayConfig read(Map<String, String> settings) {
    return GatewayConfig.read(config(settings), config(settings));
  }

  static Config config(Map<String, String> settings) {
    return Config.builder(ConfigSources.create(settings))
        .disableEnvironmentVariablesSource()
        .disableSystemPropertiesSource()
        .build();
  }

  /** How the first of the publishers signs, by a clock that stands still. */
  public static Publisher.Hook hook(Map<String, String> settings) {
    return hook(settings, InstantSource.fixed(Instant.EPOCH));
  }

  /** How the first of the publishers signs. */
  public static Publisher.Hook hook(Map<String, String> settings, InstantSource clock) {
    return Publisher.of(read(settings).publishers().getFirst(), clock, Optional.empty())
        .hook()
        .orElseThrow();
  }
}
