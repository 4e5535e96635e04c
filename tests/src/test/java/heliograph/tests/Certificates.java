package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** An authority that is made for a test, and the certificates that it signs. */
final class Certificates {
  private static final String PASSWORD = "changeit";
  private static final char[] CHARS = PASSWORD.toCharArray();
  private static final String CA = "ca";

  private final Path folder;
  private final KeyStore all;

  private Certificates(Path folder, KeyStore all) {
    this.folder = folder;
    this.all = all;
  }

  /**
   * Makes an authority, a certificate {@code server} of 127.0.0.1, and more.
   *
   * @param more the name of each, its subject and further arguments of keytool
   */
  static Certificates in(Path folder, String[]... more) throws Exception {
    keytool(folder, CA, "CN=tests-ca", "-ext", "bc:c");
    keytool(folder, "server", "CN=relay", "-signer", CA, "-ext", "san=ip:127.0.0.1");
    for (String[] one : more) {
      keytool(folder, one);
    }
    KeyStore all = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(folder.resolve("all.p12"))) {
      all.load(in, CHARS);
    }
    Certificates made = new Certificates(folder, all);
    made.store("server.p12", made.with("server"));
    made.store("trust.p12", made.trusted());
    return made;
  }

  private static void keytool(Path folder, String... arguments) throws Exception {
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
                arguments[0],
                "-dname"));
    command.addAll(List.of(arguments).subList(1, arguments.length));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
  }

  /** What a relay has under {@code server} to show its certificate and to check others'. */
  String yaml(String more) {
    return """
    tls:
      %1$s
      trust.keystore: { passphrase: %2$s, trust-store: true, resource.path: "%3$s/trust.p12" }
      private-key.keystore:
        { passphrase: %2$s, key.alias: server, cert-chain.alias: server, resource.path: "%3$s/server.p12" }
    """
        .formatted(more, PASSWORD, folder);
  }

  Certificate of(String name) throws GeneralSecurityException {
    return all.getCertificate(name);
  }

  /** A client's side, which trusts the authority alone and shows nothing of its own. */
  SSLContext client() throws Exception {
    return client(empty());
  }

  /** A client's side that trusts the authority and shows the certificate of that name. */
  SSLContext client(String name) throws Exception {
    return client(with(name));
  }

  private SSLContext client(KeyStore own) throws Exception {
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted());
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(own, CHARS);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private KeyStore trusted() throws GeneralSecurityException, IOException {
    KeyStore trusted = empty();
    trusted.setCertificateEntry(CA, all.getCertificate(CA));
    return trusted;
  }

  private static KeyStore empty() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, CHARS);
    return store;
  }

  private KeyStore with(String alias) throws GeneralSecurityException, IOException {
    KeyStore store = empty();
    store.setKeyEntry(alias, all.getKey(alias, CHARS), CHARS, all.getCertificateChain(alias));
    return store;
  }

  private void store(String file, KeyStore store) throws Exception {
    try (var out = Files.newOutputStream(folder.resolve(file))) {
      store.store(out, CHARS);
    }
  }
}
