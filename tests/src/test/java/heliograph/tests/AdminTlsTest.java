package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operators log in by TLS: no page of another host, and no connection in the clear, has a say. */
class AdminTlsTest {
  private static final String OPERATOR = Secrets.key("operator-by-tls-0123456789abcdef0123456789");
  private static final String[] FORM = {"Content-Type", "application/x-www-form-urlencoded"};

  @TempDir static Path folder;

  private static TestIssuer issuer;
  private static Certificates certificates;
  private static RelayProcess relay;

  @BeforeAll
  static void start() throws Exception {
    issuer = TestIssuer.start();
    certificates = Certificates.in(folder);
    Files.writeString(folder.resolve("operator"), OPERATOR + "\n");
    relay = launched();
  }

  private static RelayProcess launched() throws Exception {
    RelayProcess launched =
        RelayProcess.launch(
            """
            server:
              host: 127.0.0.1
              port: 0
              sockets:
                admin:
                  port: 0
            %1$s
            %2$s
            relay:
              identity: { issuers: [%3$s] }
              admin:
                login: { tokens: [ { name: otto, role: operator, file: "%4$s" } ] }
            """
                .formatted(
                    certificates.yaml("").indent(6),
                    certificates.yaml("").indent(2),
                    issuer.yaml(),
                    folder.resolve("operator")));
    launched.listenSecurely(certificates.client());
    launched.awaitReady();
    return launched;
  }

  @AfterAll
  static void stop() throws Exception {
    relay.assertNoBugs();
    Secrets.assertNoneIn("the log", relay.log());
    relay.close();
    issuer.close();
  }

  private static Answer logIn(RelayProcess at) throws Exception {
    Answer login = at.admin().post("/login", "token=" + OPERATOR, FORM);
    assertEquals(303, login.status(), login::toString);
    return login;
  }

  private static String given(Answer login) {
    return login.header("Set-Cookie").orElseThrow();
  }

  /** The cookie that a browser shows, as a name and a value. */
  private static String cookie(Answer login) {
    return given(login).split(";", 2)[0];
  }

  @Test
  void theCookieIsOfThisHostAloneAndGoesByTlsAlone() throws Exception {
    int port = relay.admin().port();
    Answer login = logIn(relay);
    String given = given(login);
    assertTrue(given.startsWith("__Host-heliograph-operator-" + port + "="), given);
    for (String attribute : List.of("Secure", "HttpOnly", "SameSite=Strict", "Path=/")) {
      assertTrue(given.contains(attribute), given);
    }
    // A cookie of this name with a domain is none that a browser takes.
    assertFalse(given.contains("Domain"), given);

    String shown = cookie(login);
    assertEquals(200, relay.admin().get("/admin/v1/status", "Cookie", shown).status());
    relay
        .admin()
        .get("/admin/v1/status", "Cookie", shown.replace("__Host-", ""))
        .assertProblem(401, "NO_CREDENTIALS");

    String origin = "https://127.0.0.1:" + port;
    String end = "/admin/v1/streams?tenant=acme&reason=x";
    byte[] nothing = {};
    assertEquals(
        200,
        relay.admin().send("DELETE", end, nothing, "Cookie", shown, "Origin", origin).status());
    relay
        .admin()
        .send("DELETE", end, nothing, "Cookie", shown, "Origin", "https://127.0.0.1:1")
        .assertProblem(403, "NOT_ALLOWED");

    Answer logout = relay.admin().post("/logout", "", "Cookie", shown, "Origin", origin);
    assertEquals(200, logout.status(), logout::toString);
    String taken = given(logout);
    assertTrue(taken.startsWith("__Host-heliograph-operator-" + port + "=;"), taken);
    assertTrue(taken.contains("Secure") && taken.contains("Expires=Thu, 1 Jan 1970"), taken);
    relay.admin().get("/admin/v1/status", "Cookie", shown).assertProblem(401, "BAD_TOKEN");
  }

  @Test
  void withTheCookieOfAnotherRelayOneIsNobodyAndIsShownTheLogin() throws Exception {
    try (RelayProcess other = launched()) {
      String value = cookie(logIn(other)).split("=", 2)[1];
      String theirs = "__Host-heliograph-operator-" + relay.admin().port() + "=" + value;

      relay.admin().get("/admin/v1/status", "Cookie", theirs).assertProblem(401, "BAD_TOKEN");
      relay.admin().get("/admin/v1/session", "Cookie", theirs).assertProblem(401, "BAD_TOKEN");
      Answer console =
          relay.admin().get("/console/", "Cookie", theirs, "Accept", "text/html,*/*;q=0.8");
      assertEquals(303, console.status(), console::toString);
      assertEquals("/login", console.header("Location").orElseThrow());
      Answer login = relay.admin().get("/login", "Cookie", theirs);
      assertTrue(login.text().contains("name=\"token\""), login.text());
    }
  }
}
