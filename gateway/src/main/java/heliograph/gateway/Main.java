package heliograph.gateway;

import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.ConfigurationFile;
import heliograph.gateway.telemetry.LogLine;
import heliograph.log.disk.DamagedLogException;
import io.helidon.config.ConfigException;
import io.helidon.logging.common.LogConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Starts the relay, or checks its configuration: {@code java -jar heliograph.jar}. */
public final class Main {
  private static final System.Logger LOGGER = System.getLogger("heliograph");
  private static final String DEFAULT_FILE = "application.yaml";
  private static final int USAGE = 64;
  private static final int CONFIGURATION = 78;
  private static final int FAILED = 1;

  private Main() {}

  /**
   * Starts the relay. The exit code is 0 after a clean stop, 1 if the start fails, 64 for wrong
   * arguments and 78 for a wrong configuration; the last two are those of sysexits.h.
   *
   * @param args {@code --config FILE}; {@code application.yaml} in the working directory if left
   *     out. {@code --check FILE} starts nothing: it says what a start would say of the file, with
   *     the exit code 0 or 78
   */
  public static void main(String[] args) {
    // A second processor has nothing to do yet.
    CompletableFuture<Void> prepared =
        CompletableFuture.runAsync(
            FirstUse::prepare, Thread.ofPlatform().name("heliograph-first-use").daemon()::start);
    Umask.set();
    LogConfig.configureRuntime();
    // The JVM itself would print the exception to stderr, past the log's format.
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, bug) ->
            LOGGER.log(System.Logger.Level.ERROR, "bug thread=" + thread.getName(), bug));
    boolean check = args.length == 2 && args[0].equals("--check");
    if (args.length != 0 && !(args.length == 2 && (check || args[0].equals("--config")))) {
      stop(USAGE, "usage: java -jar heliograph.jar [--config FILE | --check FILE]");
    }
    Path file = Path.of(args.length == 2 ? args[1] : DEFAULT_FILE);
    if (!Files.isReadable(file)) {
      stop(CONFIGURATION, "no configuration: cannot read " + file);
    }
    try {
      run(new ConfigurationFile(file), check, prepared);
    } catch (BadConfiguration | ConfigException e) {
      stop(CONFIGURATION, "configuration: " + e.getMessage());
    } catch (DamagedLogException e) {
      // The first line says what is wrong, the second what to do.
      stop(FAILED, String.valueOf(e.getMessage()).lines());
    } catch (RuntimeException e) {
      stop(FAILED, "cannot start: " + rootCause(e));
    }
  }

  private static void run(ConfigurationFile file, boolean check, CompletableFuture<Void> prepared) {
    ConfigurationFile.Loaded loaded = file.load();
    if (check) {
      var _ = Gateway.check(loaded);
      Runtime.getRuntime().halt(0);
    }
    Gateway.start(loaded, file, prepared);
  }

  private static String rootCause(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.toString();
  }

  private static void stop(int status, String message) {
    stop(status, Stream.of(message));
  }

  private static void stop(int status, Stream<String> lines) {
    // The message may quote files and exceptions, which can hold control characters.
    System.err.println(
        lines
            .map(line -> LogLine.printable(line, LogLine.MAX_TEXT))
            .collect(Collectors.joining("\n", "heliograph: ", "")));
    // This halts and does not exit: nothing is up that a shutdown hook should bring down in order.
    Runtime.getRuntime().halt(status);
  }
}
