package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * What the JVM learned at one start of the packaged relay, for the next ones: the tests start
 * hundreds. {@code deploy/start-cache} makes it where it is not there yet, as for {@code
 * deploy/run}.
 */
final class StartCache {
  /** The argument with which a JVM uses it. */
  static final String ARGUMENT = "-XX:AOTCache=" + file();

  private StartCache() {}

  private static String file() {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Path program =
        Path.of(System.getProperty("heliograph.jvm.options")).resolveSibling("start-cache");
    try {
      Process process =
          new ProcessBuilder(program.toString(), java.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, process.waitFor(), program.toString());
      return printed.strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
