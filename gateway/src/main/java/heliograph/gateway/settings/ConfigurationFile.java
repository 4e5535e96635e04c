package heliograph.gateway.settings;

import io.helidon.config.Config;
import io.helidon.config.ConfigException;
import io.helidon.config.ConfigSources;
import java.nio.file.Files;
import java.nio.file.Path;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * The file with the configuration, which can be read again and again. Reading looks into jars, so
 * it is not for virtual threads.
 */
public record ConfigurationFile(Path path) {
  /**
   * The configuration as it was read once.
   *
   * @param merged every source, the environment included
   * @param written the file and the system properties, where an unknown key is a mistake
   */
  public record Loaded(Config merged, Config written) {}

  /**
   * Reads the file, with what overrides it.
   *
   * @throws BadConfiguration if the file cannot be read, or is no YAML; then it says in which line
   * @throws ConfigException if it has another fault that Helidon finds
   */
  public Loaded load() {
    if (!Files.isReadable(path)) {
      throw new BadConfiguration("no configuration", "cannot read " + path);
    }
    try {
      return new Loaded(config(true), config(false));
    } catch (ConfigException e) {
      throw inItsLine(e);
    }
  }

  private Config config(boolean environment) {
    Config.Builder builder = Config.builder().sources(ConfigSources.file(path));
    return environment ? builder.build() : builder.disableEnvironmentVariablesSource().build();
  }

  /** The parser's own message quotes the lines around, in which there may be a secret. */
  private RuntimeException inItsLine(ConfigException fault) {
    for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
      if (cause instanceof MarkedYAMLException yaml && yaml.getProblemMark() != null) {
        Mark place = yaml.getProblemMark();
        return new BadConfiguration(
            path.toString(),
            "line %d, column %d: %s"
                .formatted(place.getLine() + 1, place.getColumn() + 1, yaml.getProblem()));
      }
    }
    return fault;
  }
}
