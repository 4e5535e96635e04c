package heliograph.gateway.operator;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file of lines, each of which is on the disk when it was written. At its limit it gets a number,
 * as the older ones have, and a new one is begun; the oldest goes. One thread at a time.
 */
final class AuditFile {
  private final Path file;
  private final long maxBytes;
  private final int kept;

  /**
   * Makes a file, which is not opened before the first line.
   *
   * @param maxBytes the most bytes of it, if no single line has more
   * @param kept how many older files are kept
   */
  AuditFile(Path file, long maxBytes, int kept) {
    this.file = file;
    this.maxBytes = maxBytes;
    this.kept = kept;
  }

  /**
   * Checks that lines can be written, as far as that can be told without a file.
   *
   * @throws IOException if they cannot
   */
  void check() throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (Files.exists(file)) {
      open().close();
    } else if (folder != null && !Files.isDirectory(folder)) {
      throw new NoSuchFileException(folder.toString());
    }
  }

  /**
   * Writes a line, which begins a line of the file also if the one before it has no end. If that
   * fails, nothing of it is left, if the disk lets it be taken away.
   *
   * @throws IOException if it is not written
   */
  void append(String line) throws IOException {
    byte[] bytes = ((isTorn() ? "\n" : "") + line + "\n").getBytes(StandardCharsets.UTF_8);
    // The file is opened anew for each line, since operators move and delete files: the line has to
    // be in the one that has this name now. Lines are few.
    if (Files.exists(file) && Files.size(file) > 0 && Files.size(file) + bytes.length > maxBytes) {
      rotate();
    }
    try (FileChannel channel = open()) {
      long before = channel.size();
      try {
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        while (rest.hasRemaining()) {
          channel.write(rest);
        }
        channel.force(true);
      } catch (IOException e) {
        // On a full disk the beginning of the line may be there, and the next would go on with it.
        try {
          channel.truncate(before);
        } catch (IOException left) {
          e.addSuppressed(left);
        }
        throw e;
      }
    }
  }

  /**
   * Whether the file ends within a line: the machine or the disk may have failed while it was
   * written. The next line must not be spoilt by that.
   */
  private boolean isTorn() throws IOException {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer last = ByteBuffer.allocate(1);
      return channel.size() > 0
          && channel.read(last, channel.size() - 1) == 1
          && last.get(0) != '\n';
    }
  }

  private FileChannel open() throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
  }

  private void rotate() throws IOException {
    Files.deleteIfExists(numbered(kept));
    for (int number = kept - 1; number > 0; number--) {
      if (Files.exists(numbered(number))) {
        move(numbered(number), numbered(number + 1));
      }
    }
    move(file, numbered(1));
  }

  private static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private Path numbered(int number) {
    return file.resolveSibling(file.getFileName() + "." + number);
  }
}
