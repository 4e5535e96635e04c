package heliograph.log.disk;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** Tries whether a store could be opened in a directory: it has the room, and takes writes. */
final class Probe {
  // More than opening the store writes besides the journal, and a first commit.
  private static final int BYTES = 2 * 1024 * 1024;

  private Probe() {}

  static boolean takesWrites(Path directory) {
    try {
      return hasRoom(directory) && takesBytes(directory.resolve("probe.tmp"));
    } catch (IOException _) {
      return false;
    }
  }

  // What is read of the journal and outgrows a write buffer becomes a table. To try that in vain
  // each second would cost as much as it is long, and leave a file of the store's own log behind.
  private static boolean hasRoom(Path directory) throws IOException {
    File[] journals = directory.toFile().listFiles((_, name) -> name.endsWith(".log"));
    long journal = journals == null ? 0 : Arrays.stream(journals).mapToLong(File::length).sum();
    // Not the usable space: whoever may use the system's reserve would wait for more than it needs.
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
