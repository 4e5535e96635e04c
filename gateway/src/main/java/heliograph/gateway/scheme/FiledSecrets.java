package heliograph.gateway.scheme;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A scheme with secrets in files, one on each line, that are read again when they change. A file
 * that cannot be read any more, is empty or holds a secret that is not fit keeps the secrets that
 * it held before: a mistake must not lock out who signs. Verifying: any thread. Reloading: one
 * thread.
 */
public final class FiledSecrets implements Scheme {
  /** The most bytes of a file. */
  static final int MAX_BYTES = 64 * 1024;

  /** The most secrets of a publisher: each is tried with every request. */
  static final int MAX_SECRETS = 16;

  private static final System.Logger LOGGER = System.getLogger("heliograph");

  private final String publisher;
  private final List<String> written;
  private final Function<List<String>, Scheme> maker;
  private volatile Scheme current;

  // Of the thread that reloads: what each file held when it was last well, and what is wrong now.
  private final Map<Path, List<String>> held = new LinkedHashMap<>();
  private final Map<Path, String> troubles = new LinkedHashMap<>();

  /**
   * Reads the files for the first time.
   *
   * @param written the secrets of the configuration itself
   * @throws IllegalArgumentException naming the file that cannot be read or is empty, or the rule
   *     that a secret breaks; never the secret
   */
  FiledSecrets(
      String publisher,
      List<String> written,
      List<Path> files,
      Function<List<String>, Scheme> maker) {
    this.publisher = publisher;
    this.written = List.copyOf(written);
    this.maker = maker;
    for (Path file : files) {
      held.put(file, read(file));
    }
    this.current = make(held);
  }

  /** A scheme of all these secrets. */
  static Scheme scheme(List<String> secrets, Function<List<String>, Scheme> maker) {
    if (secrets.size() > MAX_SECRETS) {
      throw new IllegalArgumentException("at most " + MAX_SECRETS + " secrets");
    }
    return maker.apply(secrets);
  }

  private Scheme make(Map<Path, List<String>> files) {
    List<String> all = new ArrayList<>(written);
    files.values().forEach(all::addAll);
    return scheme(all, maker);
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

  /** Looks at every file, and takes over what has changed. */
  public void reload() {
    for (Path file : List.copyOf(held.keySet())) {
      try {
        List<String> secrets = read(file);
        if (!secrets.equals(held.get(file))) {
          Map<Path, List<String>> changed = new LinkedHashMap<>(held);
          changed.put(file, secrets);
          current = make(changed);
          held.put(file, secrets);
          log(System.Logger.Level.INFO, "secrets-reloaded", file, "secrets=" + secrets.size());
        }
        troubles.remove(file);
      } catch (IllegalArgumentException e) {
        String trouble = String.valueOf(e.getMessage());
        if (!trouble.equals(troubles.put(file, trouble))) {
          log(System.Logger.Level.WARNING, "secrets-kept", file, "cause=" + trouble);
        }
      }
    }
  }

  private void log(System.Logger.Level level, String word, Path file, String more) {
    LOGGER.log(level, "{0} publisher={1} file={2} {3}", word, publisher, file, more);
  }

  @Override
  public void checkProof(HookRequest request, byte[] body) {
    current.checkProof(request, body);
  }

  @Override
  public boolean checkAge(HookRequest request) {
    return current.checkAge(request);
  }

  @Override
  public String delivery(HookRequest request, byte[] body) {
    return current.delivery(request, body);
  }

  @Override
  public String nextDelivery(HookRequest request, byte[] body) {
    return current.nextDelivery(request, body);
  }

  @Override
  public boolean proven(HookRequest request) {
    return current.proven(request);
  }

  @Override
  public Optional<String> sign(String text) {
    return current.sign(text);
  }
}
