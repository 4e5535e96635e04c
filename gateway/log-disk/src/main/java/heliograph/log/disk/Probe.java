package heliograph.log.disk;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** Tests whether a store could be opened in a directory: whether it has room, and takes writes. */
final class Probe {
  // More than what opening the store writes besides the journal, and a first commit.
  private static final int BYTES = 2 * 1024 * 1024;

  private Probe() {}

  static boolean takesWrites(Path directory) {
    try {
      return hasRoom(directory) && takesBytes(directory.resolve("probe.tmp"));
    } catch (IOException _) {
      return false;
    }
  }

  // When the store is opened, what it reads of the journal becomes tables. Trying that in vain each
  // second would cost time by the journal's length, and leave a file of the store's own log behind
  // each time.
  private static boolean hasRoom(Path directory) throws IOException {
    File[] journals = directory.toFile().listFiles((_, name) -> name.endsWith(".log"));
    long journal = journals == null ? 0 : Arrays.stream(journals).mapToLong(File::length).sum();
    // Not the usable space, which leaves out the system's reserve: a process that may use that
    // would
    // wait for more room than it needs.
    return Files.getFileStore(directory).getUnallocatedSpace() >= journal + BYTES;
  }

  private static boolean takesBytes(Path file) throws IOException {
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
  }
}
