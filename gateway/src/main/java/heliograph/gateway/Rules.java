package heliograph.gateway;

import heliograph.gateway.access.Access;
import heliograph.gateway.access.CredentialPolicy;
import heliograph.gateway.admin.AdminDoor;
import heliograph.gateway.client.ForClients;
import heliograph.gateway.http.Cors;
import heliograph.gateway.http.Description;
import heliograph.gateway.http.OwnOrigin;
import heliograph.gateway.http.Routes;
import heliograph.gateway.identity.Identity;
import heliograph.gateway.identity.LogoutHandler;
import heliograph.gateway.intake.EventReader;
import heliograph.gateway.intake.EventRules;
import heliograph.gateway.profile.ProfileConfig;
import heliograph.gateway.publish.PublishRules;
import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.stream.Streaming;
import heliograph.gateway.stream.Streaming.StreamRules;
import heliograph.gateway.types.TypeRules;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Everything that is made of one reading of the configuration and replaced as a whole by the next:
 * who may publish and subscribe, and what is served at which path. {@link Parts} outlive it, with
 * all that is counted and remembered. Immutable but for the end of its time; any thread.
 */
final class Rules {
  final GatewayConfig config;
  final TypeRules types;
  final OwnOrigin origin;
  final Cors cors;
  final Identity identity;
  final Access access;
  final PublishRules publishing;
  final StreamRules streams;
  final LogoutHandler logouts;
  final Description description;
  final ForClients forClients;

  /** The routes of the public listener. */
  final Routes open;

  final AdminDoor admin;

  /** The routes of the admin listener, but those of its API. */
  final Routes adminRoutes;

  /** Whether this is of the start. */
  final boolean first;

  // Shared with what came before where that let streams in by the same rules.
  private final AtomicBoolean replaced;

  /**
   * Makes everything anew but what would be the same. It begins nothing, and reads jars: not on a
   * virtual thread.
   *
   * @param parts what outlives this
   * @param before what is in force until now
   * @throws BadConfiguration if secrets cannot be read any more
   */
  Rules(GatewayConfig config, Parts parts, Rules before) {
    this(
        config,
        before.config.types().equals(config.types())
            ? before.types
            : TypeRules.of(config.types(), Optional.of(before.types)),
        parts,
        Optional.of(before));
  }

  /** Makes everything, with the types of the start. */
  Rules(GatewayConfig config, TypeRules types, Parts parts) {
    this(config, types, parts, Optional.empty());
  }

  private Rules(GatewayConfig config, TypeRules types, Parts parts, Optional<Rules> before) {
    this.config = config;
    this.first = before.isEmpty();
    this.types = types;
    this.origin = new OwnOrigin(config.trustedProxies());
    this.cors = new Cors(config.subscribers().cors(), origin);
    this.identity =
        kept(before, GatewayConfig::identity, it -> it.identity)
            .orElseGet(
                () ->
                    new Identity(
                        config.identity(),
                        parts.revocations.life(),
                        parts.clock,
                        parts.nanos,
                        before.map(it -> it.identity)));
    this.replaced =
        before
            .filter(it -> it.letsInAlike(config))
            .map(it -> it.replaced)
            .orElseGet(AtomicBoolean::new);
    this.access =
        new Access(
            config.subscribers(),
            config.identity(),
            switches(config.profiles()),
            identity,
            cors,
            parts.admission,
            replaced::get,
            before.map(it -> it.access));
    EventRules rules = new EventRules(config.intake().eventBytes(), types, parts.clock);
    this.publishing =
        parts.publishing.rules(
            config.intake(),
            config.publishers(),
            new EventReader(rules, config.intake().batchEvents()),
            identity,
            origin,
            before.map(it -> it.publishing));
    this.streams = new StreamRules(config.stream(), config.profiles(), access, types);
    this.logouts = new LogoutHandler(identity, parts.revocations, parts.hub, parts.bodies);
    this.description = new Description(Streaming.described(config.profiles()));
    this.forClients =
        new ForClients(
            description,
            config.profiles(),
            config.types(),
            CredentialPolicy.usual(config.identity()),
            config.subscribers(),
            parts.clientFiles);
    this.open = Routes.of(routing -> PublicDoor.register(routing, this, parts));
    this.admin = admin(parts);
    this.adminRoutes = Routes.of(admin::register);
  }

  /** What is made of a part of the configuration, if that was the same before. */
  private <T> Optional<T> kept(
      Optional<Rules> before, Function<GatewayConfig, ?> part, Function<Rules, T> made) {
    return before.filter(it -> part.apply(it.config).equals(part.apply(config))).map(made);
  }

  /** What is looked at in tokens and sessions to know which profiles are on for their holder. */
  private static Set<String> switches(List<ProfileConfig> profiles) {
    return profiles.stream()
        .flatMap(profile -> profile.enabled().claim().stream())
        .collect(Collectors.toSet());
  }

  private AdminDoor admin(Parts parts) {
    return new AdminDoor(
        parts.adminBodies,
        parts.bodies,
        config.profiles(),
        parts.hub,
        publishing,
        types,
        access,
        identity,
        parts.revocations,
        parts.operators.audit(),
        config.stream().retry(),
        config.shutdown().reconnectWindow(),
        parts.clock);
  }

  /** What reads the files with secrets again. */
  List<Runnable> secretFiles() {
    return Stream.concat(identity.secretFiles().stream(), publishing.secretFiles().stream())
        .toList();
  }

  /** Whether another configuration lets the same streams in, and shows them the same. */
  private boolean letsInAlike(GatewayConfig other) {
    return config.identity().equals(other.identity())
        && config.subscribers().equals(other.subscribers())
        && config.profiles().equals(other.profiles())
        && config.types().equals(other.types());
  }

  /**
   * Says that something else is in force. A stream that is opening by this now finds it out before
   * it is served.
   */
  void replacedBy(Rules next) {
    if (next.replaced != replaced) {
      replaced.set(true);
    }
  }
}
