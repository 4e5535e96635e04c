package heliograph.log.disk;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/** Loads the part of RocksDB that is not Java. */
final class Native {
  // RocksDB's own loader adds a second "jni" to this.
  private static final String NAME = "rocksdbjni";

  private Native() {}

  /**
   * Loads the library, once for the process. It is taken from the folder of RocksDB's jar, where
   * the build of the relay puts it, or else from inside the jar. From there RocksDB unpacks it at
   * each start into the folder for temporary files, and removes it only when the JVM ends in order.
   * Any thread.
   *
   * @throws IllegalStateException if there is no library for this platform, or it cannot be loaded
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
