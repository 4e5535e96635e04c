package heliograph.log.disk;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Folders for logs, below the build's own; they go with the process that runs the tests. */
final class Folders {
  private static final int MOST_COPIES = 1000;
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

  /**
   * What a crash leaves of a folder that is in use: a copy of each of its files at one moment. The
   * store writes and deletes files by itself meanwhile, so a copy counts if the same files were
   * there before and after it.
   */
  static Path crashed(Path folder) throws IOException {
    for (int i = 0; i < MOST_COPIES; i++) {
      Path copy = fresh();
      List<Path> before = list(folder, "");
      if (isCopied(before, copy) && before.equals(list(folder, ""))) {
        return copy;
      }
    }
    throw new IOException("the files never stay the same");
  }

  private static boolean isCopied(List<Path> files, Path copy) throws IOException {
    try {
      for (Path file : files) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
      return true;
    } catch (NoSuchFileException _) {
      return false;
    }
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
