package heliograph.gateway.operator;

import heliograph.gateway.json.Pointers;
import heliograph.gateway.settings.SecretFiles;
import heliograph.gateway.settings.Settings;
import java.net.URI;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.core.JsonPointer;

/**
 * An OpenID provider by which operators log in. The relay's secret there is no part of it: it is
 * read when the login is made.
 *
 * @param issuer the provider, as its tokens name it
 * @param url how browsers call the admin listener, without a path
 * @param clientId what the relay is called at the provider
 * @param secretFile the file with the relay's secret at the provider
 * @param scopes what is asked for besides {@code openid}
 * @param audience what access tokens are for that let scripts in; empty if none do
 * @param name where in a token an operator's name is
 * @param roles where in a token the words are that make roles
 * @param words the words that make each role
 */
public record ProviderConfig(
    URI issuer,
    URI url,
    String clientId,
    Path secretFile,
    List<String> scopes,
    Optional<String> audience,
    JsonPointer name,
    JsonPointer roles,
    Map<Role, List<String>> words) {
  private static final String SECRET_FILE = "client-secret-file";
  private static final String AUDIENCE = "audience";
  private static final int MAX_WORDS = 100;

  // RFC 6749 section 3.3.
  private static final Pattern SCOPE = Pattern.compile("[!#-\\[\\]-~]{1,200}");

  /** Copies the scopes and the words. */
  public ProviderConfig {
    scopes = List.copyOf(scopes);
    words = Map.copyOf(words);
  }

  /**
   * Reads a provider. A file with its secret is read too, so that a bad one stops the start.
   *
   * @param node the node {@code relay.admin.login.oidc}
   * @return empty if there is none
   * @throws heliograph.gateway.settings.BadConfiguration naming the key at fault
   */
  static Optional<ProviderConfig> read(Settings node) {
    Optional<String> audience = node.text(AUDIENCE).map(_ -> node.required(AUDIENCE));
    List<String> scopes = node.texts("scopes", List.of());
    JsonPointer name = pointer(node, "name-claim", "/sub");
    JsonPointer roles = pointer(node, "roles-claim", "/groups");
    Map<Role, List<String>> words = words(node.section("roles"));
    var _ = node.text("issuer");
    var _ = node.text("url");
    var _ = node.text("client-id");
    var _ = node.text(SECRET_FILE);
    if (!node.exists()) {
      return Optional.empty();
    }
    Path secretFile = Path.of(node.required(SECRET_FILE));
    var _ = node.made(SECRET_FILE, () -> secretIn(secretFile));
    if (scopes.size() > MAX_WORDS || !scopes.stream().allMatch(it -> SCOPE.matcher(it).matches())) {
      throw node.bad("scopes", "must be at most " + MAX_WORDS + " words");
    }
    if (words.values().stream().allMatch(List::isEmpty)) {
      throw node.bad("roles", "must make somebody a viewer, an operator or a payload");
    }
    ProviderConfig read =
        new ProviderConfig(
            node.checked("issuer", Settings::httpUri),
            node.checked("url", ProviderConfig::origin),
            node.required("client-id"),
            secretFile,
            scopes,
            audience,
            name,
            roles,
            words);
    if (audience.filter(read.clientId()::equals).isPresent()) {
      throw node.bad(AUDIENCE, "must not be the client-id, which tokens have that are for logins");
    }
    return Optional.of(read);
  }

  private static Map<Role, List<String>> words(Settings node) {
    Map<Role, List<String>> words = new EnumMap<>(Role.class);
    for (Role role : Role.values()) {
      List<String> of = node.texts(role.word(), List.of());
      if (of.size() > MAX_WORDS || of.stream().anyMatch(String::isBlank)) {
        throw node.bad(role.word(), "must be at most " + MAX_WORDS + " texts, none empty");
      }
      words.put(role, List.copyOf(of));
    }
    return words;
  }

  private static JsonPointer pointer(Settings node, String key, String usual) {
    return node.text(key, usual).equals(usual)
        ? JsonPointer.compile(usual)
        : node.checked(key, Pointers::parse);
  }

  /**
   * The origin that a text is.
   *
   * @throws IllegalArgumentException if it is none, or more than one
   */
  private static URI origin(String text) {
    URI uri = Settings.httpUri(text);
    boolean more =
        uri.getRawUserInfo() != null || uri.getRawQuery() != null || uri.getRawFragment() != null;
    if (more || !List.of("", "/").contains(uri.getRawPath())) {
      throw new IllegalArgumentException("must have no path, query or user");
    }
    return URI.create(uri.getScheme() + "://" + uri.getRawAuthority());
  }

  /**
   * The one secret in a file.
   *
   * @throws IllegalArgumentException if it cannot be read, or holds none or several; the message
   *     names the file
   */
  private static String secretIn(Path file) {
    return new SecretFiles<>(
            "login",
            List.of(),
            List.of(file),
            secrets -> {
              if (secrets.size() > 1) {
                throw new IllegalArgumentException(file + " holds several secrets");
              }
              return secrets.getFirst();
            })
        .current();
  }

  /**
   * The relay's secret at the provider, as it is now.
   *
   * @throws IllegalArgumentException if its file went bad since it was read
   */
  String clientSecret() {
    return secretIn(secretFile);
  }
}
