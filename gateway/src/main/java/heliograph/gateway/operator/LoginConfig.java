package heliograph.gateway.operator;

import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.Settings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How operators log in. If there are neither tokens nor a provider, nobody has to.
 *
 * @param tokens who may come with a token
 * @param provider by whom operators log in; empty if only by tokens
 * @param session how long a login lasts at most
 * @param open what needs no login
 */
public record LoginConfig(
    List<TokenConfig> tokens, Optional<ProviderConfig> provider, Duration session, Open open) {
  /** The most entries with tokens. */
  static final int MAX_TOKENS = 50;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Duration USUAL_SESSION = Duration.ofHours(8);

  /** Copies the tokens. */
  public LoginConfig {
    tokens = List.copyOf(tokens);
  }

  /** What needs no login, where there is one. */
  public enum Open {
    /** Health and metrics. */
    OBSERVE,
    /** Health. */
    HEALTH,
    /** Nothing. */
    NOTHING
  }

  /**
   * The tokens of one operator, or of one program.
   *
   * @param name how the audit names it
   * @param file the file that has them, one on each line
   */
  public record TokenConfig(String name, Set<Role> roles, Path file) {
    /** Copies the roles. */
    public TokenConfig {
      roles = Set.copyOf(roles);
    }
  }

  /**
   * Reads how operators log in. Files are read too, so that a bad one stops the start.
   *
   * @param admin the node {@code relay.admin}
   * @throws BadConfiguration naming the key at fault
   */
  static LoginConfig read(Settings admin) {
    Settings login = admin.section("login");
    LoginConfig read =
        new LoginConfig(
            tokens(login),
            ProviderConfig.read(login.section("oidc")),
            login.duration("session", USUAL_SESSION, Duration.ofSeconds(1), Duration.ofDays(30)),
            login.choice("open", Open.OBSERVE));
    if (read.isNone() && login.exists()) {
      throw login.bad(
          "tokens", "at least one is required, or oidc; or leave relay.admin.login out");
    }
    return read;
  }

  private static List<TokenConfig> tokens(Settings login) {
    List<TokenConfig> tokens = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Settings entry : login.list("tokens")) {
      TokenConfig token =
          new TokenConfig(entry.checked("name", LoginConfig::name), roles(entry), file(entry));
      if (!names.add(token.name())) {
        throw entry.bad("name", "is named twice");
      }
      tokens.add(token);
    }
    if (tokens.size() > MAX_TOKENS) {
      throw login.bad("tokens", "at most " + MAX_TOKENS);
    }
    return tokens;
  }

  private static Path file(Settings entry) {
    Path file = Path.of(entry.required("file"));
    entry.made("file", () -> OperatorTokens.load("", file));
    return file;
  }

  private static String name(String text) {
    if (!NAME.matcher(text).matches()) {
      throw new IllegalArgumentException("must be 1 to 64 letters, digits, dots, dashes and _");
    }
    return text;
  }

  private static Set<Role> roles(Settings entry) {
    List<String> words = entry.texts("role", List.of());
    Set<Role> roles = EnumSet.noneOf(Role.class);
    roles.addAll(entry.all("role", words, LoginConfig::role));
    if (roles.isEmpty()) {
      throw entry.bad("role", "is required: viewer, operator or payload, or a list of them");
    }
    return roles;
  }

  private static Role role(String word) {
    for (Role role : Role.values()) {
      if (role.word().equals(word)) {
        return role;
      }
    }
    throw new IllegalArgumentException("must be of viewer, operator, payload");
  }

  /** Whether nobody has to log in. */
  public boolean isNone() {
    return tokens.isEmpty() && provider.isEmpty();
  }

  /** How operators log in, in a word. */
  String word() {
    return isNone() ? "none" : provider.isPresent() ? "oidc" : "tokens";
  }

  /**
   * Checks that others than those on this machine have to log in.
   *
   * @param host the address of the admin listener
   * @throws BadConfiguration if they could reach the listener without
   */
  void check(String host) {
    if (isNone() && !isLoopback(host)) {
      throw new BadConfiguration(
          "relay.admin.login",
          "is required, since the admin listener is not on a loopback address: without a login"
              + " whoever reaches it is obeyed. Write relay.admin.login.tokens or"
              + " relay.admin.login.oidc, or leave out the host of the listener called admin in"
              + " server.sockets");
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException _) {
      return false;
    }
  }
}
