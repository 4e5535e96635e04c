package heliograph.gateway.settings;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What is made of secrets that stand in files, one on each line, and made again when they change. A
 * file that cannot be read any more, is empty or holds a bad secret keeps the secrets that it held
 * before, so that a mistake locks out nobody. Any thread.
 *
 * @param <T> the type of what is made
 */
public final class SecretFiles<T> {
  /** The most bytes of a file. */
  public static final int MAX_BYTES = 64 * 1024;

  /** The most secrets of one owner, each of which is tried with every request. */
  public static final int MAX_SECRETS = 16;

  private static final System.Logger LOGGER = System.getLogger("heliograph");

  private final String owner;
  private final List<String> written;
  private final Function<List<String>, T> maker;
  private volatile T current;

  // These are guarded by this object's monitor: what each file held when it was last good, and what
  // is wrong with it now.
  private final Map<Path, List<String>> held = new LinkedHashMap<>();
  private final Map<Path, String> troubles = new LinkedHashMap<>();

  /**
   * Reads the files for the first time.
   *
   * @param owner whose secrets they are, as the log names it, such as {@code publisher=orders}
   * @param written the secrets that the configuration itself has
   * @param maker makes something of all secrets
   * @throws IllegalArgumentException if a file cannot be read or is empty, or a secret breaks a
   *     rule; the message names the file or the rule, never the secret
   */
  public SecretFiles(
      String owner, List<String> written, List<Path> files, Function<List<String>, T> maker) {
    this.owner = owner;
    this.written = List.copyOf(written);
    this.maker = maker;
    for (Path file : files) {
      held.put(file, read(file));
    }
    this.current = make(held);
  }

  /**
   * Makes something of all secrets.
   *
   * @throws IllegalArgumentException if there are over {@link #MAX_SECRETS}, or one breaks a rule
   */
  public static <T> T make(List<String> secrets, Function<List<String>, T> maker) {
    if (secrets.size() > MAX_SECRETS) {
      throw new IllegalArgumentException("at most " + MAX_SECRETS + " secrets");
    }
    return maker.apply(secrets);
  }

  private T make(Map<Path, List<String>> files) {
    List<String> all = new ArrayList<>(written);
    files.values().forEach(all::addAll);
    return make(all, maker);
  }

  /**
   * Secrets as an operator is told of them.
   *
   * @param count how many there are
   * @param files the files that some of them stand in
   */
  public record View(int count, List<FileView> files) {
    /** Copies the files. */
    public View {
      files = List.copyOf(files);
    }
  }

  /**
   * A file with secrets.
   *
   * @param changed when it was written last; empty if that cannot be told now
   * @param trouble why it cannot be used now, so that what it held before counts; may be empty
   */
  public record FileView(Path file, Optional<Instant> changed, String trouble) {}

  /** The secrets that count now, and how old their files are; it looks at the disk. */
  public View view() {
    Map<Path, String> now = new LinkedHashMap<>();
    int count;
    synchronized (this) {
      count = written.size() + held.values().stream().mapToInt(List::size).sum();
      held.keySet().forEach(it -> now.put(it, troubles.getOrDefault(it, "")));
    }
    return new View(
        count,
        now.entrySet().stream()
            .map(it -> new FileView(it.getKey(), changed(it.getKey()), it.getValue()))
            .toList());
  }

  private static Optional<Instant> changed(Path file) {
    try {
      return Optional.of(Files.getLastModifiedTime(file).toInstant());
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /** What was made of the secrets that the files had when they were last good. */
  public T current() {
    return current;
  }

  private static List<String> read(Path file) {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    } catch (IOException _) {
      throw new IllegalArgumentException(file + " cannot be read");
    }
    if (bytes.length > MAX_BYTES) {
      throw new IllegalArgumentException(file + " has over " + MAX_BYTES + " bytes");
    }
    List<String> secrets =
        text(file, bytes).lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    if (secrets.isEmpty()) {
      throw new IllegalArgumentException(file + " holds no secret");
    }
    return secrets;
  }

  private static String text(Path file, byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException _) {
      throw new IllegalArgumentException(file + " is not UTF-8");
    }
  }

  /**
   * Reads every file, and takes over what has changed. It holds a lock around reading, which nobody
   * waits for but another reload.
   */
  public synchronized void reload() {
    for (Path file : List.copyOf(held.keySet())) {
      try {
        List<String> secrets = read(file);
        if (!secrets.equals(held.get(file))) {
          Map<Path, List<String>> changed = new LinkedHashMap<>(held);
          changed.put(file, secrets);
          current = make(changed);
          held.put(file, secrets);
          log(
              System.Logger.Level.INFO,
              "secrets-reloaded",
              "secrets",
              file,
              Integer.toString(secrets.size()));
        }
        troubles.remove(file);
      } catch (IllegalArgumentException e) {
        String trouble = String.valueOf(e.getMessage());
        if (!trouble.equals(troubles.put(file, trouble))) {
          log(System.Logger.Level.WARNING, "secrets-kept", "cause", file, trouble);
        }
      }
    }
  }

  private void log(System.Logger.Level level, String word, String more, Path file, String what) {
    int at = owner.indexOf('=');
    // The words are the relay's own; what has been chosen by others is in the values.
    String pattern = word + " " + owner.substring(0, at) + "={0} file={1} " + more + "={2}";
    LOGGER.log(level, pattern, owner.substring(at + 1), file, what);
  }
}
