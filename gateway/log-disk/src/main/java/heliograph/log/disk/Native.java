package heliograph.log.disk;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/** The part of RocksDB that is not Java. */
final class Native {
  // So that it is asked for by RocksDB's own loader, which adds a second "jni".
  private static final String NAME = "rocksdbjni";

  private Native() {}

  /**
   * Loads it, once for the process: from beside RocksDB's jar, where the build of the relay puts
   * it, and else from in the jar. From there RocksDB would unpack it for each start, and what it
   * then leaves of it in the folder for temporary files only goes when the JVM runs to its end. Any
   * thread.
   *
   * @throws IllegalStateException if there is none for this platform, or it cannot be loaded
   */
  static void load() {
    Path folder = folderOfJar();
    try {
      if (Files.exists(folder.resolve(Environment.getJniLibraryFileName(NAME)))) {
        RocksDB.loadLibrary(List.of(folder.toString()));
      } else {
        RocksDB.loadLibrary();
      }
    } catch (UnsatisfiedLinkError e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path folderOfJar() {
    try {
      Path jar = Path.of(RocksDB.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return jar.resolveSibling("");
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
