package heliograph.gateway;

import heliograph.contract.RelayException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Where revocations outlive the process: a line of JSON each, on the disk before it counts. A last
 * line without its end was never acknowledged and is dropped; any other line that cannot be read
 * stops the start, because what it took back must not come back by itself. One thread at a time.
 */
final class RevocationFile {
  private static final String KEY = "relay.identity.revocations";

  // Empty where nothing is to outlive the process.
  private final Optional<Path> path;

  RevocationFile(Optional<Path> path) {
    this.path = path;
  }

  /**
   * Reads the file and writes it anew without those that no longer matter.
   *
   * @throws BadConfiguration if it is damaged, or cannot be read and written
   */
  List<Revocation> open(Predicate<Revocation> lives) {
    if (path.isEmpty()) {
      return List.of();
    }
    try {
      Path folder = path.get().toAbsolutePath().getParent();
      Files.createDirectories(folder);
      List<Revocation> live =
          Files.exists(path.get()) ? read(path.get()).stream().filter(lives).toList() : List.of();
      rewrite(live);
      return live;
    } catch (IOException e) {
      throw new BadConfiguration(KEY, "the file cannot be read and written: " + e);
    }
  }

  private static List<Revocation> read(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    List<Revocation> read = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        read.add(line(new String(bytes, from, i - from, StandardCharsets.UTF_8), read.size() + 1));
        from = i + 1;
      }
    }
    return read;
  }

  private static Revocation line(String text, int number) {
    try {
      return Json.read(
          text.getBytes(StandardCharsets.UTF_8), parser -> Revocation.read(parser, Instant.MAX));
    } catch (RelayException damaged) {
      throw new BadConfiguration(
          KEY,
          "line %d of the file is damaged (%s): mend it from a copy, or delete the line if you can do without"
              .formatted(number, damaged.detail()));
    }
  }

  /** Adds one; on the disk when this returns. */
  void append(Revocation revocation) throws IOException {
    if (path.isPresent()) {
      write(path.get(), List.of(revocation), StandardOpenOption.APPEND);
    }
  }

  /** Replaces all of them in one step. */
  void rewrite(List<Revocation> revocations) throws IOException {
    if (path.isEmpty()) {
      return;
    }
    Path fresh = path.get().resolveSibling(path.get().getFileName() + ".new");
    write(fresh, revocations, StandardOpenOption.TRUNCATE_EXISTING);
    Files.move(fresh, path.get(), StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel folder = FileChannel.open(path.get().toAbsolutePath().getParent())) {
      folder.force(true);
    }
  }

  private static void write(Path file, List<Revocation> revocations, StandardOpenOption how)
      throws IOException {
    StringBuilder lines = new StringBuilder();
    for (Revocation revocation : revocations) {
      lines.append(Json.object(revocation::write)).append('\n');
    }
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, how)) {
      long before = out.size();
      ByteBuffer bytes = ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.UTF_8));
      try {
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
        out.force(true);
      } catch (IOException e) {
        // Half a line would spoil the next one.
        out.truncate(before);
        throw e;
      }
    }
  }
}
