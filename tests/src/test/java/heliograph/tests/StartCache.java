package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What the JVM learned at one start of the packaged relay, for the next ones (JEP 514): the tests
 * start hundreds, and so each takes half of the time. It lies beside the jar, where the tests in
 * Node find it too, and is made again when the jar is newer.
 */
final class StartCache {
  private static final Path JAR = Path.of(System.getProperty("heliograph.jar"));
  private static final Path FILE = JAR.resolveSibling("heliograph.aot");
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private StartCache() {}

  /** The argument with which a JVM uses it. */
  static synchronized String argument() throws IOException {
    if (!Files.exists(FILE)
        || Files.getLastModifiedTime(FILE).compareTo(Files.getLastModifiedTime(JAR)) < 0) {
      make();
    }
    return "-XX:AOTCache=" + FILE;
  }

  private static void make() throws IOException {
    Path folder = Files.createTempDirectory("heliograph");
    Path made = folder.resolve(FILE.getFileName());
    Path config = Files.writeString(folder.resolve("application.yaml"), yaml(folder));
    List<String> command =
        RelayProcess.command(
            List.of("-XX:AOTCacheOutput=" + made), List.of("--config", config.toString()));
    try (RelayProcess relay = RelayProcess.launch(folder, Map.of(), command)) {
      relay.listen();
      relay.terminate();
      // It writes what it learned at its end.
      assertEquals(0, relay.exitCode(LIMIT));
      Files.move(made, FILE, StandardCopyOption.REPLACE_EXISTING);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static String yaml(Path folder) {
    return RelayProcess.yaml(
        """
        identity: { issuers: [{ issuer: "http://127.0.0.1:1", audience: tests }] }
        log: { directory: %s/log }
        """
            .formatted(folder));
  }
}
