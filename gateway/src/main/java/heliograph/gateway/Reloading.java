package heliograph.gateway;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.admin.AdminDoor.Configured;
import heliograph.gateway.operator.Deed;
import heliograph.gateway.operator.Operator;
import heliograph.gateway.reload.Change;
import heliograph.gateway.reload.Reloaded;
import heliograph.gateway.reload.Reloads;
import heliograph.gateway.reload.WrittenKeys;
import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.ConfigurationFile;
import heliograph.gateway.settings.InForce;
import io.helidon.config.Config;
import io.helidon.config.ConfigException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads the configuration again and puts in force what it says, as far as that can change in a
 * running relay. By the thread of reloads.
 */
final class Reloading implements Reloads.Reading {
  /** How long a reload waits for the keys of an issuer that was added. */
  static final Duration KEYS = Duration.ofSeconds(5);

  private final ConfigurationFile file;
  private final Config server;
  private final Parts parts;
  private WrittenKeys written;
  private volatile List<Path> files;
  private volatile Configured configured;

  /**
   * Begins with what the relay was started with.
   *
   * @param file the file that is read again
   * @param root what was read at the start
   * @param inForce each of its keys, as an operator is told of it
   */
  Reloading(ConfigurationFile file, Config root, InForce inForce, Parts parts) {
    this.file = file;
    this.server = root.get("server");
    this.parts = parts;
    this.written = WrittenKeys.of(root);
    this.files = files(root);
    this.configured = configured(inForce);
  }

  /** Each key that is in force, as an operator is told of it. Any thread. */
  Configured configured() {
    return configured;
  }

  private Configured configured(InForce inForce) {
    return new Configured(inForce, file.path().toString(), parts.clock.instant());
  }

  /** The files that the configuration stands in, and the schemas that it names. Any thread. */
  List<Path> files() {
    return files;
  }

  private List<Path> files(Config root) {
    return Stream.concat(
            Stream.of(file.path()),
            root.get("relay.types").asNodeList().orElse(List.of()).stream()
                .flatMap(type -> type.get("schema").asString().asOptional().stream())
                .filter(schema -> !schema.startsWith("{"))
                .map(Path::of))
        .toList();
  }

  @Override
  public Reloaded read(Reloads.By by, boolean dryRun) {
    return switch (by) {
      // The handler of the request has noted who asks.
      case REQUEST -> readOrRefuse(dryRun);
      case SIGNAL, FILE ->
          parts
              .operators
              .audit()
              .act(
                  Operator.ofProcess(by.word()),
                  new Deed("reload", "", ""),
                  () -> readOrRefuse(false));
    };
  }

  private Reloaded readOrRefuse(boolean dryRun) {
    try {
      return read(dryRun);
    } catch (BadConfiguration | ConfigException wrong) {
      throw new RelayException(ErrorCode.BAD_CONFIGURATION, String.valueOf(wrong.getMessage()));
    }
  }

  private Reloaded read(boolean dryRun) {
    ConfigurationFile.Loaded loaded = file.load();
    Gateway.Checked checked = Gateway.check(loaded);
    Rules old = parts.rules();
    GatewayConfig config = checked.config().keeping(old.config);
    // A publisher by certificates needs the listener that runs, not the one that is written.
    Gateway.checkCertificates(server, config);
    WrittenKeys next = WrittenKeys.of(loaded.merged());
    List<Change> changes = new ArrayList<>(written.changesTo(next));
    changes.addAll(inFiles(old.config, config, changes));
    Rules made = config.equals(old.config) ? old : new Rules(config, parts, old);
    if (dryRun) {
      return new Reloaded(changes, parts.streaming.replaced(old.streams, made.streams));
    }
    int ended = made == old ? 0 : put(old, made);
    // What is in files with secrets counts from the answer on, and not only when they are looked
    // at.
    made.secretFiles().forEach(Runnable::run);
    written = next.keeping(written);
    files = files(loaded.merged());
    configured =
        configured(checked.inForce().keeping(configured.inForce(), WrittenKeys::needsRestart));
    return new Reloaded(changes, ended);
  }

  /** What has changed although the keys are the same: the schemas that stand in files. */
  private static List<Change> inFiles(GatewayConfig old, GatewayConfig next, List<Change> told) {
    boolean known = told.stream().anyMatch(it -> it.key().equals("relay.types"));
    return known || old.types().types().equals(next.types().types())
        ? List.of()
        : List.of(new Change("relay.types", Optional.of("schema"), Change.Kind.CHANGED, false));
  }

  private int put(Rules old, Rules next) {
    next.identity.start();
    // Or the relay would be unready, and tokens of an issuer that was added refused, for a moment.
    boolean _ = next.identity.awaitKeys(KEYS);
    GatewayConfig config = next.config;
    parts.metrics.observeProfiles(
        parts.hub, config.profiles().stream().map(it -> it.name()).toList());
    parts.streaming.observe(next.streams);
    parts.put(next);
    old.replacedBy(next);
    parts.hub.limit(parts.limits(config));
    parts.publishing.put(next.publishing);
    if (old.types != next.types) {
      parts.hub.mask(parts.masks.by(next.types));
    }
    int ended = parts.streaming.end(old.streams, next.streams, config.shutdown().reconnectWindow());
    parts.secretFiles.look(next.secretFiles());
    old.identity.closeBut(next.identity);
    parts.watch.turn(config.watched());
    return ended;
  }
}
