package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A publisher proves itself by its client certificate, of an authority that is made here. */
class MutualTlsTest {
  private static final String PASSWORD = "changeit";
  private static final char[] CHARS = PASSWORD.toCharArray();
  private static final String EVENT = "{\"topic\":\"a\",\"type\":\"b\"}";

  @TempDir static Path folder;

  private static TestIssuer issuer;
  private static RelayProcess relay;
  private static KeyStore all;

  @BeforeAll
  static void start() throws Exception {
    keytool("ca", "CN=tests-ca", "-ext", "bc:c");
    keytool("server", "CN=relay", "-signer", "ca", "-ext", "san=ip:127.0.0.1");
    keytool("orders", "CN=orders,O=acme", "-signer", "ca");
    keytool("pinned", "CN=pinned", "-signer", "ca");
    keytool("other", "CN=other", "-signer", "ca");
    keytool("fake", "CN=tests-ca", "-ext", "bc:c");
    keytool("forged", "CN=orders,O=acme", "-signer", "fake");
    all = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(folder.resolve("all.p12"))) {
      all.load(in, CHARS);
    }
    store("server.p12", with("server"));
    KeyStore trusted = empty();
    trusted.setCertificateEntry("ca", all.getCertificate("ca"));
    store("trust.p12", trusted);

    issuer = TestIssuer.start();
    relay = RelayProcess.launch(yaml("client-auth: OPTIONAL"));
    relay.listen();
    relay.awaitReady();
  }

  @AfterAll
  static void stop() throws Exception {
    relay.stopWell();
    issuer.close();
  }

  private static String yaml(String tls) throws GeneralSecurityException {
    byte[] pinned =
        MessageDigest.getInstance("SHA-256").digest(all.getCertificate("pinned").getEncoded());
    return """
    server:
      host: 127.0.0.1
      port: 0
      sockets: { admin: { port: 0 } }
      tls:
        %1$s
        trust.keystore: { passphrase: %2$s, trust-store: true, resource.path: "%3$s/trust.p12" }
        private-key.keystore:
          { passphrase: %2$s, key.alias: server, cert-chain.alias: server, resource.path: "%3$s/server.p12" }
    relay:
      identity: { issuers: [%4$s] }
      publishers:
        - { name: orders, scheme: mtls, subjects: ["O=ACME, CN=orders", "CN=orders, O=acme"], tenants: [acme] }
        - { name: pinned, scheme: mtls, fingerprints: ["%5$s"], tenants: [acme] }
    """
        .formatted(
            tls, PASSWORD, folder, issuer.yaml(), HexFormat.ofDelimiter(":").formatHex(pinned));
  }

  private static void keytool(String alias, String name, String... more) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                folder.resolve("all.p12").toString(),
                "-storepass",
                PASSWORD,
                "-alias",
                alias,
                "-dname",
                name));
    command.addAll(List.of(more));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
  }

  private static KeyStore empty() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, CHARS);
    return store;
  }

  private static KeyStore with(String alias) throws GeneralSecurityException, IOException {
    KeyStore store = empty();
    store.setKeyEntry(alias, all.getKey(alias, CHARS), CHARS, all.getCertificateChain(alias));
    return store;
  }

  private static void store(String file, KeyStore store) throws Exception {
    try (var out = Files.newOutputStream(folder.resolve(file))) {
      store.store(out, CHARS);
    }
  }

  /** Posts with the certificate of that name; with none if it is empty. */
  private static Answer post(String publisher, String certificate, String... headers)
      throws Exception {
    KeyStore trusted = empty();
    trusted.setCertificateEntry("ca", all.getCertificate("ca"));
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(certificate.isEmpty() ? empty() : with(certificate), CHARS);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    try (HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(context)
            .connectTimeout(Deadline.USUAL)
            .build()) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(
                  URI.create("https://127.0.0.1:" + relay.port() + "/v1/hooks/" + publisher))
              .timeout(Deadline.USUAL)
              .header("Content-Type", "application/json")
              .POST(BodyPublishers.ofString(EVENT));
      if (headers.length > 0) {
        request.headers(headers);
      }
      return Answer.of(client.send(request.build(), BodyHandlers.ofByteArray()));
    }
  }

  @Test
  void aCertificateOfItsSubjectOrFingerprintOpensTheDoor() throws Exception {
    for (String name : List.of("orders", "pinned")) {
      Answer answer = post(name, name);
      assertEquals(202, answer.status(), answer::toString);
    }
  }

  @Test
  void anyOtherAndNoneAreRefusedAlike() throws Exception {
    String unknown = post("nobody", "orders").text();
    for (Map.Entry<String, String> wrong :
        List.of(
            Map.entry("orders", ""),
            Map.entry("orders", "other"),
            Map.entry("orders", "pinned"),
            Map.entry("pinned", "orders"),
            Map.entry("pinned", ""))) {
      Answer answer = post(wrong.getKey(), wrong.getValue());
      answer.assertProblem(401, "BAD_SIGNATURE");
      assertEquals(unknown, answer.text());
    }
    post("orders", "", "Client-Cert", "CN=orders,O=acme", "X-SSL-Client-S-DN", "CN=orders,O=acme")
        .assertProblem(401, "BAD_SIGNATURE");
  }

  @Test
  void aCertificateThatNobodySignedEndsTheConnection() {
    assertThrows(IOException.class, () -> post("orders", "forged"));
  }

  @Test
  void whereCertificatesAreNotVerifiedTheRelayDoesNotStart() throws Exception {
    for (String[] bad :
        new String[][] {
          {yaml("trust-all: true"), "server.tls.trust-all: not with the scheme mtls"},
          {yaml("").replaceFirst("(?s)  tls:.*relay:", "relay:"), "server.tls: is required"}
        }) {
      try (RelayProcess refused = RelayProcess.launch(bad[0])) {
        assertEquals(78, refused.exitCode(), refused::log);
        assertTrue(refused.log().contains(bad[1]), refused::log);
      }
    }
  }
}
