package heliograph.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.gateway.identity.IdentityConfig.IssuerConfig;
import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.SecretFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An issuer that signs with a shared secret: what an operator has to write, and may not. */
class SharedSecretConfigTest {
  private static final String ENTRY = "relay.identity.issuers.0.";
  private static final String SECOND = "relay.identity.issuers.1.";
  private static final String SECRET = "0123456789abcdef0123456789abcdef";

  @TempDir Path folder;

  private static Map<String, String> application(String key, String name) {
    Map<String, String> settings = new TreeMap<>();
    settings.put(key + "name", name);
    settings.put(key + "issuer", "none");
    settings.put(key + "audience", "none");
    settings.put(key + "secrets", SECRET);
    settings.put(key + "algorithms", "HS256");
    settings.put(key + "tenants", name);
    return settings;
  }

  private static Map<String, String> application() {
    return application(ENTRY, "app");
  }

  /** Changes keys as they are written, such as {@code issuer=shop;name=} to leave one out. */
  private static void change(Map<String, String> settings, String key, String written) {
    for (String pair : written.split(";", -1)) {
      String[] parts = pair.split("=", 2);
      settings.keySet().removeIf(it -> it.equals(key + parts[0].replaceAll("\\.[0-9]$", "")));
      if (!parts[1].isEmpty()) {
        settings.put(key + parts[0], parts[1].equals("EMPTY") ? "" : parts[1]);
      }
    }
  }

  private static String refusal(Map<String, String> settings) {
    return assertThrows(BadConfiguration.class, () -> Configurations.read(settings)).getMessage();
  }

  private static IssuerConfig read(Map<String, String> settings) {
    return Configurations.read(settings).identity().issuers().getFirst();
  }

  @Test
  void anApplicationWhoseTokensNameNobodyHasANameOfTheOperators() {
    IssuerConfig read = read(application());

    assertEquals("app", read.issuer());
    assertEquals(List.of(), read.audiences());
  }

  @ParameterizedTest
  @CsvSource({"shop", "https://shop.example.com", "urn:shop:1", "None"})
  void anIssuerIsCalledAsItsTokensCallIt(String issuer) {
    Map<String, String> settings = application();
    change(settings, ENTRY, "name=;issuer=" + issuer + ";audience=live");

    IssuerConfig read = read(settings);

    assertEquals(issuer, read.issuer());
    assertEquals(List.of("live"), read.audiences());
  }

  /** Who publishes keys has always had an audience, whatever it is called. */
  @Test
  void withKeysAnAudienceIsNeverLeftOut() {
    Map<String, String> settings = application();
    change(settings, ENTRY, "secrets=;name=;algorithms=;issuer=https://id.example.com");

    assertEquals(List.of("none"), read(settings).audiences());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "secrets      | secrets=0123456789abcdef0123456789abcde",
        "secrets      | secrets=EMPTY",
        "secrets      | secrets.0=0123456789abcdef0123456789abcdef;secrets.1=short",
        "secrets      | secrets=${NOT_SET_ANYWHERE}",
        "secrets      | algorithms=HS384",
        "secrets      | algorithms=HS512",
        "secrets      | algorithms.0=HS256;algorithms.1=HS384",
        "secret-files | secret-files=/nowhere/secret",
        "algorithms   | algorithms=",
        "algorithms   | algorithms=RS256",
        "algorithms   | algorithms=none",
        "algorithms   | algorithms=hs256",
        "algorithms   | algorithms.0=HS256;algorithms.1=ES256",
        "algorithms   | secrets=;name=;issuer=https://id.example.com;audience=a",
        "lifetime     | secrets=;name=;issuer=https://id.example.com;audience=a;algorithms=;"
            + "lifetime=PT1H",
        "name         | secrets=;issuer=https://id.example.com;audience=a;algorithms=",
        "lifetime     | lifetime=-PT1S",
        "lifetime     | lifetime=P366D",
        "issuer       | issuer=",
        "issuer       | name=;issuer=my shop",
        "issuer       | secrets=;name=;algorithms=;audience=a",
        "name         | name=",
        "name         | name=a b",
        "name         | name=https://id.example.com",
        "name         | issuer=shop",
        "audience     | audience=",
        "audience     | audience=EMPTY",
        "audience     | audience.0=none;audience.1=live",
        "tenants      | tenants=",
        "jwks-uri     | jwks-uri=https://id.example.com/keys",
        "logout-audience | logout-audience=logout",
      })
  void whatCannotBeIsRefusedByTheNameOfItsKey(String key, String written) {
    Map<String, String> settings = application();
    change(settings, ENTRY, written);

    String message = refusal(settings);

    assertTrue(message.startsWith(ENTRY + key + ": "), message);
    assertFalse(message.contains("0123456789"), message);
  }

  @ParameterizedTest
  @CsvSource({"HS256, 32", "HS384, 48", "HS512, 64"})
  void aSecretIsAtLeastAsLongAsItsHash(String algorithm, int bytes) {
    Map<String, String> settings = application();
    settings.put(ENTRY + "algorithms", algorithm);
    settings.put(ENTRY + "secrets", "x".repeat(bytes));
    assertEquals("app", read(settings).issuer());

    settings.put(ENTRY + "secrets", "x".repeat(bytes - 1));
    assertEquals(
        ENTRY + "secrets: a secret of %s has at least %d bytes".formatted(algorithm, bytes),
        refusal(settings));
    // What counts is bytes, as UTF-8 has them.
    settings.put(ENTRY + "secrets", "ü".repeat(bytes / 2));
    assertEquals("app", read(settings).issuer());
  }

  @Test
  void secretsMayAllBeInFiles() throws Exception {
    Path file = Files.writeString(folder.resolve("secret"), SECRET + "\n");
    Map<String, String> settings = application();
    settings.remove(ENTRY + "secrets");
    settings.put(ENTRY + "secret-files", file.toString());
    assertEquals("app", read(settings).issuer());

    for (String bad : List.of("", "short", (SECRET + "\n").repeat(SecretFiles.MAX_SECRETS + 1))) {
      Files.writeString(file, bad);
      String message = refusal(settings);
      assertTrue(message.startsWith(ENTRY + "secret-files: "), message);
    }
  }

  @Test
  void thereAreAtMostSoManySecrets() {
    Map<String, String> settings = application();
    settings.remove(ENTRY + "secrets");
    for (int i = 0; i < SecretFiles.MAX_SECRETS; i++) {
      settings.put(ENTRY + "secrets." + i, SECRET + i);
    }
    assertEquals("app", read(settings).issuer());

    settings.put(ENTRY + "secrets." + SecretFiles.MAX_SECRETS, SECRET);
    assertEquals(ENTRY + "secrets: at most 16 secrets", refusal(settings));
  }

  @Test
  void tokensWithoutIssuerAreOfOneApplication() {
    Map<String, String> settings = application();
    settings.putAll(application(SECOND, "other"));
    assertTrue(refusal(settings).startsWith(SECOND + "issuer: none is for one issuer"));

    change(settings, SECOND, "name=;issuer=other");
    assertEquals(2, Configurations.read(settings).identity().issuers().size());
  }

  /** Revocations and the log would take them for one. */
  @Test
  void noIssuerIsCalledAsAnother() {
    Map<String, String> settings = application();
    settings.putAll(application(SECOND, "other"));
    change(settings, SECOND, "name=;issuer=app");

    assertEquals(SECOND + "issuer: is named twice", refusal(settings));
  }

  @Test
  void itsPeopleAreToldFromThoseOfOtherIssuers() {
    Map<String, String> settings = application();
    settings.put(SECOND + "issuer", "https://id.example.com");
    settings.put(SECOND + "audience", "live");
    String message = refusal(settings);
    assertTrue(message.startsWith(SECOND + "subject-prefix: "), message);

    settings.put(SECOND + "tenants", "staff");
    assertEquals(2, Configurations.read(settings).identity().issuers().size());
  }
}
