package heliograph.gateway.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.Settings;
import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoginConfigTest {
  private static final String TOKEN = "0123456789abcdef0123456789abcdef";

  @TempDir Path folder;
  private final Map<String, String> written = new HashMap<>();

  @BeforeEach
  void write() throws IOException {
    Path file = Files.writeString(folder.resolve("token"), TOKEN);
    written.put("admin.login.tokens.0.name", "ada");
    written.put("admin.login.tokens.0.role", "viewer");
    written.put("admin.login.tokens.0.file", file.toString());
    written.put("admin.login.oidc.issuer", "https://id.example.com");
    written.put("admin.login.oidc.url", "https://console.example.com/");
    written.put("admin.login.oidc.client-id", "console");
    written.put("admin.login.oidc.client-secret-file", file.toString());
    written.put("admin.login.oidc.roles.viewer", "staff");
  }

  private LoginConfig read() {
    Config config =
        Config.builder(ConfigSources.create(written))
            .disableEnvironmentVariablesSource()
            .disableSystemPropertiesSource()
            .build();
    return OperatorsConfig.read(Settings.of(config).section("admin"), Optional.empty()).login();
  }

  private static LoginConfig none() {
    return OperatorsConfig.read(Settings.of(Config.empty()).section("admin"), Optional.empty())
        .login();
  }

  @Test
  void whatIsWrittenIsRead() {
    LoginConfig login = read();

    assertFalse(login.isNone());
    assertEquals("oidc", login.word());
    assertEquals("https://console.example.com", login.provider().orElseThrow().url().toString());
    assertEquals(TOKEN, login.provider().orElseThrow().clientSecret());
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.8.9.1", "localhost", "::1", "[::1]"})
  void onALoopbackAddressNobodyHasToLogIn(String host) {
    none().check(host);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.7", "no-such-host.invalid"})
  void onAnotherAddressSomebodyHasTo(String host) {
    BadConfiguration refused = assertThrows(BadConfiguration.class, () -> none().check(host));

    assertTrue(
        refused.getMessage().startsWith("relay.admin.login: is required"), refused::getMessage);
    assertTrue(refused.getMessage().contains("server.sockets"), refused::getMessage);
    read().check(host);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          tokens.0.name              | a b
          tokens.0.role              | owner
          tokens.0.role              | ''
          tokens.0.file              | /no/such/file
          oidc.issuer                | id.example.com
          oidc.url                   | https://console.example.com/console
          oidc.url                   | https://a@console.example.com
          oidc.client-secret-file    | /no/such/file
          oidc.audience              | console
          oidc.name-claim            | email
          oidc.roles-claim           | groups
          oidc.scopes                | a b
          open                       | everything
          session                    | PT0S
          """)
  void aBadValueIsRefusedByItsKey(String key, String value) {
    written.put("admin.login." + key, value);

    BadConfiguration refused = assertThrows(BadConfiguration.class, this::read);

    String blamed = String.valueOf(refused.getMessage());
    assertTrue(blamed.startsWith("admin.login." + key + ":"), blamed);
    assertFalse(blamed.contains(TOKEN), blamed);
  }

  @Test
  void aTokenThatIsGuessedEasilyIsRefusedWithoutBeingNamed() throws IOException {
    Files.writeString(folder.resolve("token"), TOKEN + "\n" + TOKEN.substring(1));

    BadConfiguration refused = assertThrows(BadConfiguration.class, this::read);

    assertTrue(refused.getMessage().contains("at least 32 characters"), refused::getMessage);
    assertFalse(refused.getMessage().contains(TOKEN.substring(1)), refused::getMessage);
  }

  @Test
  void aLoginThatNobodyCanPassIsRefused() {
    written.keySet().removeIf(it -> !it.endsWith(".roles.viewer"));
    assertThrows(BadConfiguration.class, this::read);
    written.clear();
    written.put("admin.login.session", "PT1H");
    assertThrows(BadConfiguration.class, this::read);
  }

  @Test
  void nobodyIsNamedTwiceAndThereIsABound() throws IOException {
    written.put("admin.login.tokens.1.name", "ada");
    written.put("admin.login.tokens.1.role", "operator");
    written.put("admin.login.tokens.1.file", folder.resolve("token").toString());
    assertThrows(BadConfiguration.class, this::read);

    for (int i = 1; i <= LoginConfig.MAX_TOKENS; i++) {
      written.put("admin.login.tokens." + i + ".name", "somebody-" + i);
      written.put("admin.login.tokens." + i + ".role", "operator");
      written.put("admin.login.tokens." + i + ".file", folder.resolve("token").toString());
    }
    BadConfiguration refused = assertThrows(BadConfiguration.class, this::read);
    assertTrue(refused.getMessage().contains("at most 50"), refused::getMessage);
  }
}
