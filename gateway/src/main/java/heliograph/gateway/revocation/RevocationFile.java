package heliograph.gateway.revocation;

import heliograph.contract.RelayException;
import heliograph.gateway.json.Json;
import heliograph.gateway.settings.BadConfiguration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The file in which older relays kept revocations, with a line of JSON for each. A last line
 * without its end was never acknowledged and is dropped; any other line that cannot be read stops
 * the start, because the credentials that it revoked must not be good again. One thread at a time.
 *
 * @param path where the file is
 */
record RevocationFile(Path path) {
  /** The end of the file's name once it has been taken over. */
  static final String DONE = ".imported";

  private static final String KEY = "relay.identity.revocations";

  /**
   * Reads the file; an absent one has no revocations.
   *
   * @throws BadConfiguration if it is damaged, or cannot be read
   */
  List<Revocation> read(RevocationText text) {
    if (Files.notExists(path)) {
      return List.of();
    }
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(path);
    } catch (IOException e) {
      throw new BadConfiguration(KEY, "the file cannot be read: " + e);
    }
    List<Revocation> read = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        String line = new String(bytes, from, i - from, StandardCharsets.UTF_8);
        read.add(line(line, read.size() + 1, text));
        from = i + 1;
      }
    }
    return read;
  }

  private static Revocation line(String line, int number, RevocationText text) {
    try {
      return Json.read(line.getBytes(StandardCharsets.UTF_8), text::read);
    } catch (RelayException damaged) {
      throw new BadConfiguration(
          KEY,
          "line %d of the file is damaged (%s): mend it from a copy, or delete the line if you can do without"
              .formatted(number, damaged.detail()));
    }
  }

  /**
   * Moves the file away, if it is there. If a crash undoes that, the next start reads it once more.
   *
   * @throws BadConfiguration if it cannot be moved
   */
  void done() {
    if (Files.notExists(path)) {
      return;
    }
    try {
      Files.move(
          path, path.resolveSibling(path.getFileName() + DONE), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new BadConfiguration(KEY, "the file cannot be moved away: " + e);
    }
  }
}
