package heliograph.log.disk;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Folders for logs, below the build's own; they go with the process that runs the tests. */
final class Folders {
  private static final Path ROOT = root();

  private Folders() {}

  private static Path root() {
    try {
      Path root = Files.createTempDirectory(Path.of("target"), "logs-");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(root)));
      return root;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) {
    try {
      empty(folder);
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One that nobody used before. */
  static Path fresh() {
    try {
      return Files.createTempDirectory(ROOT, "log-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a crash leaves of a folder that is in use: a copy of each of its files. */
  static Path crashed(Path folder) throws IOException {
    Path copy = fresh();
    for (Path file : list(folder, "")) {
      Files.copy(file, copy.resolve(file.getFileName()));
    }
    return copy;
  }

  /** The files with that ending, by name. */
  static List<Path> list(Path folder, String ending) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
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
