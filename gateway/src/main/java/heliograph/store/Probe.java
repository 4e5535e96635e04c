package heliograph.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Tries whether a directory can be written to, to the disk. */
final class Probe {
  // More than opening the store writes, and a first commit.
  private static final int BYTES = 2 * 1024 * 1024;

  private Probe() {}

  static boolean takesWrites(Path directory) {
    Path file = directory.resolve("probe.tmp");
    try {
      try (FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        ByteBuffer zeros = ByteBuffer.allocate(BYTES);
        while (zeros.hasRemaining()) {
          channel.write(zeros);
        }
        channel.force(true);
      } finally {
        Files.deleteIfExists(file);
      }
      return true;
    } catch (IOException _) {
      return false;
    }
  }
}
