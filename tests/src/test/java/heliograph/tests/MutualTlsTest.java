package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A publisher proves itself by its client certificate, of an authority that is made here. */
class MutualTlsTest {
  private static final String EVENT = "{\"topic\":\"a\",\"type\":\"b\"}";

  @TempDir static Path folder;

  private static TestIssuer issuer;
  private static RelayProcess relay;
  private static Certificates certificates;

  @BeforeAll
  static void start() throws Exception {
    certificates =
        Certificates.in(
            folder,
            new String[] {"orders", "CN=orders,O=acme", "-signer", "ca"},
            new String[] {"pinned", "CN=pinned", "-signer", "ca"},
            new String[] {"other", "CN=other", "-signer", "ca"},
            new String[] {"fake", "CN=tests-ca", "-ext", "bc:c"},
            new String[] {"forged", "CN=orders,O=acme", "-signer", "fake"});
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
        MessageDigest.getInstance("SHA-256").digest(certificates.of("pinned").getEncoded());
    return """
    server:
      host: 127.0.0.1
      port: 0
      sockets: { admin: { port: 0 } }
    %1$s
    relay:
      identity: { issuers: [%2$s] }
      publishers:
        - { name: orders, scheme: mtls, subjects: ["O=ACME, CN=orders", "CN=orders, O=acme"], tenants: [acme] }
        - { name: pinned, scheme: mtls, fingerprints: ["%3$s"], tenants: [acme] }
    """
        .formatted(
            certificates.yaml(tls).indent(2),
            issuer.yaml(),
            HexFormat.ofDelimiter(":").formatHex(pinned));
  }

  /** Posts with the certificate of that name; with none if it is empty. */
  private static Answer post(String publisher, String certificate, String... headers)
      throws Exception {
    SSLContext context =
        certificate.isEmpty() ? certificates.client() : certificates.client(certificate);
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

  @Test
  void aTrialHasNoCertificate() throws Exception {
    Answer trial =
        relay
            .admin()
            .post(
                "/admin/publishers/orders/try",
                "{\"headers\":{\"content-type\":\"application/json\"},\"body\":%s}"
                    .formatted(Json.quoted(EVENT)),
                "Content-Type",
                "application/json");
    assertEquals(202L, trial.json().get("status"), trial::toString);
    assertTrue(trial.text().contains("\"step\":\"signature\",\"outcome\":\"skipped\""));
  }
}
