package heliograph.gateway.identity;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.identity.IdentityConfig.IssuerConfig;
import heliograph.gateway.identity.IdentityConfig.KeysConfig;
import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.SecretFiles;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** An application that signs its tokens with secrets which the relay has too. Any thread. */
final class SecretIssuer implements Issuer {
  // Flask-JWT-Extended, Simple JWT and Keycloak say in one of these claims what a token is for.
  private static final List<String> KINDS = List.of("type", "token_type", "typ");

  private final IssuerConfig settings;
  private final SharedConfig shared;
  private final SecretFiles<SharedSecrets> secrets;
  private final Set<String> algorithms;

  /**
   * Makes the issuer with the secrets that its files have now.
   *
   * @throws BadConfiguration if a file went bad since it was read
   */
  SecretIssuer(IssuerConfig settings, SharedConfig shared) {
    this.settings = settings;
    this.shared = shared;
    this.algorithms =
        shared.algorithms().stream()
            .map(MacAlgorithm::name)
            .collect(Collectors.toUnmodifiableSet());
    try {
      this.secrets = shared.load(settings.issuer());
    } catch (IllegalArgumentException badSecret) {
      throw new BadConfiguration(
          "relay.identity.issuers",
          "secret-files of " + settings.issuer() + ": " + badSecret.getMessage());
    }
  }

  /** Whether some of its secrets are in files. */
  boolean hasFiles() {
    return !shared.files().isEmpty();
  }

  /** Reads its files with secrets again, and takes over what has changed. */
  void reload() {
    secrets.reload();
  }

  /** Reads the times of a token, unless that is one for getting others by the same secret. */
  @Override
  public TokenTimes times(JsonNode payload) {
    if (KINDS.stream().anyMatch(kind -> isRefresh(payload.path(kind)))) {
      throw new RelayException(ErrorCode.BAD_TOKEN, "the token is made for refreshing another");
    }
    TokenTimes times = TokenTimes.read(payload);
    return shared.lifetime().map(times::issuedWithin).orElse(times);
  }

  private static boolean isRefresh(JsonNode kind) {
    return kind.stringValue("").equalsIgnoreCase("refresh");
  }

  /** Says no: whoever can verify its tokens could make one, so none is a proof of its sender. */
  @Override
  public boolean hasPublishers() {
    return false;
  }

  @Override
  public IssuerConfig settings() {
    return settings;
  }

  @Override
  public Set<String> algorithms() {
    return algorithms;
  }

  @Override
  public boolean hasKeys() {
    return true;
  }

  @Override
  public boolean isOf(IssuerConfig other, KeysConfig keys) {
    return settings.equals(other);
  }

  @Override
  public boolean awaitKeys(Duration most) {
    return true;
  }

  @Override
  public View view() {
    return new View(
        true,
        true,
        algorithms.stream().sorted().map(it -> new KeyName("", it)).toList(),
        OptionalLong.empty(),
        OptionalLong.empty(),
        false,
        "");
  }

  @Override
  public Keys keys() {
    return secrets.current();
  }

  @Override
  public Keys refreshed() {
    return keys();
  }

  /** Begins nothing: {@link Identity} has the files of all issuers read again. */
  @Override
  public void start() {}

  @Override
  public void close() {}
}
