package heliograph.gateway.scheme;

import heliograph.gateway.settings.SecretFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A scheme whose secrets stand in files, and are read again when they change ({@link SecretFiles}).
 * Any thread.
 */
public final class FiledSecrets implements Scheme {
  private final SecretFiles<Scheme> files;

  /**
   * Reads the files for the first time.
   *
   * @param written the secrets that the configuration itself has
   * @param maker makes a scheme of all secrets
   * @throws IllegalArgumentException if a file cannot be read or is empty, or a secret breaks a
   *     rule; the message names the file or the rule, never the secret
   */
  FiledSecrets(
      String publisher,
      List<String> written,
      List<Path> files,
      Function<List<String>, Scheme> maker) {
    this.files = new SecretFiles<>("publisher=" + publisher, written, files, maker);
  }

  /** Reads every file, and takes over what has changed. */
  public void reload() {
    files.reload();
  }

  /** The secrets that count now, and how old their files are; it looks at the disk. */
  public SecretFiles.View view() {
    return files.view();
  }

  @Override
  public void checkProof(HookRequest request, byte[] body) {
    files.current().checkProof(request, body);
  }

  @Override
  public boolean checkAge(HookRequest request) {
    return files.current().checkAge(request);
  }

  @Override
  public String delivery(HookRequest request, byte[] body) {
    return files.current().delivery(request, body);
  }

  @Override
  public String nextDelivery(HookRequest request, byte[] body) {
    return files.current().nextDelivery(request, body);
  }

  @Override
  public boolean proven(HookRequest request) {
    return files.current().proven(request);
  }

  @Override
  public Optional<Deliveries> deliveries() {
    return files.current().deliveries();
  }

  @Override
  public Optional<String> sign(String text) {
    return files.current().sign(text);
  }
}
