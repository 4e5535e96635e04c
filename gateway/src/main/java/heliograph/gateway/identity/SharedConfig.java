package heliograph.gateway.identity;

import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.SecretFiles;
import heliograph.gateway.settings.Secrets;
import heliograph.gateway.settings.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the operator wrote about an issuer that signs with secrets which the relay has too. Secrets
 * in files are not part of it: they are read when the issuer is made.
 *
 * @param secrets the secrets that the configuration itself has
 * @param files the files with further secrets, one on each line
 * @param algorithms the algorithms of its tokens, at least one
 * @param named whether its tokens have {@code iss}
 * @param lifetime how long its tokens are good that do not say when they were issued; empty if such
 *     tokens are refused
 */
public record SharedConfig(
    Secrets secrets,
    List<Path> files,
    Set<MacAlgorithm> algorithms,
    boolean named,
    Optional<Duration> lifetime) {
  /** The word for what the tokens do not have. */
  static final String NONE = "none";

  private static final String SECRETS = "secrets";
  private static final String FILES = "secret-files";
  private static final String ALGORITHMS = "algorithms";
  private static final Duration MOST = Duration.ofDays(365);

  // RFC 7519, section 4.1.1, allows any text; this one can stand in a line of the log.
  private static final Pattern ISSUER = Pattern.compile("[!-~]{1,200}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  /** Copies the paths and the algorithms. */
  public SharedConfig {
    files = List.copyOf(files);
    algorithms = Set.copyOf(algorithms);
  }

  /**
   * Reads how an issuer signs. Files with secrets are read too, so that a bad one stops the start.
   *
   * @param entry the node of the issuer
   * @return empty if the issuer has keys, and no secret
   * @throws BadConfiguration naming the key at fault
   */
  static Optional<SharedConfig> read(Settings entry) {
    Secrets secrets = Secrets.read(entry, SECRETS);
    List<String> files = entry.texts(FILES, List.of());
    List<String> words = entry.texts(ALGORITHMS, List.of());
    Optional<Duration> lifetime = lifetime(entry);
    Optional<String> name = entry.text("name");
    boolean shared = entry.section(SECRETS).exists() || entry.section(FILES).exists();
    if (!shared) {
      refuse(entry, ALGORITHMS, !words.isEmpty());
      refuse(entry, "lifetime", lifetime.isPresent());
      refuse(entry, "name", name.isPresent());
      return Optional.empty();
    }
    if (words.isEmpty()) {
      throw entry.bad(ALGORITHMS, "is required beside secrets: HS256, HS384 or HS512");
    }
    Set<MacAlgorithm> algorithms = EnumSet.noneOf(MacAlgorithm.class);
    algorithms.addAll(entry.all(ALGORITHMS, words, SharedConfig::algorithm));
    boolean named = !entry.required("issuer").equals(NONE);
    if (named && name.isPresent()) {
      throw entry.bad("name", "is for issuer: none; another is called as its tokens call it");
    }
    SharedConfig read =
        new SharedConfig(
            secrets,
            entry.all(FILES, files, Path::of).stream().distinct().toList(),
            algorithms,
            named,
            lifetime);
    read.check(entry);
    return Optional.of(read);
  }

  private static void refuse(Settings entry, String key, boolean written) {
    if (written) {
      throw entry.bad(key, "is for an issuer with secrets");
    }
  }

  private static MacAlgorithm algorithm(String word) {
    for (MacAlgorithm algorithm : MacAlgorithm.values()) {
      if (algorithm.name().equals(word)) {
        return algorithm;
      }
    }
    throw new IllegalArgumentException("must be of HS256, HS384, HS512");
  }

  private static Optional<Duration> lifetime(Settings entry) {
    Duration none = Duration.ZERO;
    Duration lifetime = entry.duration("lifetime", none, none, MOST);
    return Optional.of(lifetime).filter(it -> !it.isZero());
  }

  private void check(Settings entry) {
    if (secrets.isEmpty() && files.isEmpty()) {
      throw entry.bad(SECRETS, "at least one secret is required, here or in secret-files");
    }
    String key = SECRETS;
    try {
      // These are checked alone first, so that a fault in them is not blamed on the files.
      if (!secrets.isEmpty()) {
        var _ = make(secrets.texts());
      }
      if (!files.isEmpty()) {
        key = FILES;
        var _ = load(NONE);
      }
    } catch (IllegalArgumentException badSecret) {
      throw entry.bad(key, String.valueOf(badSecret.getMessage()));
    }
  }

  private SharedSecrets make(List<String> texts) {
    return SecretFiles.make(texts, all -> SharedSecrets.of(all, algorithms));
  }

  /**
   * What is made of the secrets that the configuration and the files have now.
   *
   * @param issuer what the log calls the issuer
   * @throws IllegalArgumentException if a file cannot be read, or a secret breaks a rule
   */
  SecretFiles<SharedSecrets> load(String issuer) {
    return new SecretFiles<>("issuer=" + issuer, secrets.texts(), files, this::make);
  }

  /**
   * What the relay calls the issuer: what its tokens call it, or else its name.
   *
   * @throws BadConfiguration naming the key at fault
   */
  String issuer(Settings entry) {
    return named
        ? entry.checked("issuer", text -> checked(text, ISSUER, "200 visible ASCII characters"))
        : entry.checked("name", text -> checked(text, NAME, "64 characters of A-Z a-z 0-9 _ -"));
  }

  private static String checked(String text, Pattern syntax, String rule) {
    if (!syntax.matcher(text).matches()) {
      throw new IllegalArgumentException("must be 1 to " + rule);
    }
    return text;
  }
}
