package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the JVM learned at one start of the packaged relay, for the next ones (JEP 514): the tests
 * start hundreds, and so each takes half of the time. It lies beside the jar, where the tests in
 * Node find it too, and is made again when the jar is newer.
 */
final class StartCache {
  private static final Path JAR = Path.of(System.getProperty("heliograph.jar"));
  private static final Path FILE = JAR.resolveSibling("heliograph.aot");

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
    try {
      Path made = folder.resolve(FILE.getFileName());
      Path config = Files.writeString(folder.resolve("application.yaml"), yaml(folder));
      assertEquals(0, startAndStop(made, config), "a relay that starts, and stops");
      assertTrue(Files.exists(made), "what it learned");
      Files.move(made, FILE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
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

  private static int startAndStop(Path made, Path config) throws IOException {
    List<String> command =
        RelayProcess.command(
            List.of("-XX:AOTCacheOutput=" + made), List.of("--config", config.toString()));
    Process relay = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (BufferedReader lines = relay.inputReader()) {
      // It writes what it learned at its end; reading on keeps it from being held up.
      lines
          .lines()
          .filter(line -> line.contains("started public="))
          .forEach(_ -> relay.toHandle().destroy());
      return relay.waitFor();
    } catch (InterruptedException e) {
      throw new UncheckedIOException(new IOException(e));
    } finally {
      relay.destroyForcibly();
    }
  }
}
