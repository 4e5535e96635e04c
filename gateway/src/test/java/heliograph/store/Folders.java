package heliograph.store;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Stream;

/** Folders for logs, below the build's own, so that a clean build leaves none behind. */
final class Folders {
  private static final Path ROOT = Path.of("target", "logs");

  private Folders() {}

  /** One that nobody used before. */
  static Path fresh() {
    try {
      Files.createDirectories(ROOT);
      return Files.createTempDirectory(ROOT, "log-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void empty(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.equals(folder)) {
          Files.delete(file);
        }
      }
    }
  }

  static long bytes(Path folder) {
    File[] files = folder.toFile().listFiles();
    return files == null ? 0 : Arrays.stream(files).mapToLong(File::length).sum();
  }
}
