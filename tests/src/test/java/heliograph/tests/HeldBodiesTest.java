package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Bodies short of one byte, as many as there is room for and more, of those who have proved
 * nothing: everybody who is quick, or known, or comes by the admin listener gets through.
 */
class HeldBodiesTest {
  private static final String KEY = "held-key-0123456789";
  private static final String SECRET = "whsec_aGVsZC1ib2RpZXMtc2VjcmV0LTAxMjM0NTY3ODk=";
  private static final int BODY = 1 << 20;

  // Of each path: more than all bodies together may take of this heap, whoever sends them.
  private static final int ROUNDS = 30;

  // A hook that signs, one that is known by its key, nobody's, and another path that reads a body.
  // The last one is waited for at the end, and answered 401.
  private static final List<Map.Entry<String, Integer>> PATHS =
      List.of(
          Map.entry("/v1/logout", 15_000),
          Map.entry("/v1/hooks/nobody", BODY / 2),
          Map.entry("/v1/hooks/keyed", BODY),
          Map.entry("/v1/hooks/signed", BODY));

  private final List<RawHttp> held = new ArrayList<>();
  private TestIssuer issuer;
  private RelayProcess relay;

  @BeforeEach
  void start() throws Exception {
    issuer = TestIssuer.start();
    relay =
        RelayProcess.startWithHeap(
            "128m",
            issuer,
            """
            publishers:
              - { name: signed, scheme: standard-webhooks, secrets: [%s], tenants: [acme] }
              - { name: keyed, scheme: token, secrets: [%s], client-id: client, tenants: [acme] }
            limits: { body-bytes: %d, request-timeout: PT1H }
            """
                .formatted(SECRET, KEY, BODY));
  }

  @AfterEach
  void stop() throws Exception {
    for (RawHttp connection : held) {
      connection.close();
    }
    relay.stopWell();
    issuer.close();
  }

  private void hold(String path, int length) throws IOException {
    RawHttp connection = RawHttp.connect(relay.port());
    held.add(connection);
    connection.send(
        "POST %s HTTP/1.1\r\nHost: relay\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            .formatted(path, length));
    // Whoever has to give way may be cut in the middle of it.
    connection.sendWhatGoes("x".repeat(length - 1).getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void theyKeepOutNobodyButThemselves() throws Exception {
    String token = issuer.token("client").with("azp", "client").signed();
    for (int round = 0; round < ROUNDS; round++) {
      for (Map.Entry<String, Integer> path : PATHS) {
        hold(path.getKey(), path.getValue());
      }
      assertServes(token, round);
    }

    // Who came first gave way, and was told so.
    RawHttp first = held.getFirst();
    first.answer().assertProblem(503, "OVERLOADED");
    assertTrue(first.isClosed());
    assertTrue(relay.metric("heliograph_refusals_total", "code=\"OVERLOADED\"") > 0);
    // Who came last did not, and is still waited for.
    assertEquals(401, held.getLast().send("x").answer().status());
  }

  private void assertServes(String token, int round) throws Exception {
    String event = "{\"topic\":\"a\",\"type\":\"test.happened\",\"data\":" + round + "}";
    byte[] body = event.getBytes(StandardCharsets.UTF_8);
    Answer signed =
        Publisher.bare(relay, "signed").signed(body, Publisher.Signature.of(SECRET, body));
    assertEquals(202, signed.status(), signed::toString);
    Publisher.withKey(relay, "keyed", KEY).publish(event);
    Publisher.withToken(relay, token).publish(event);
    Answer revoked =
        relay
            .admin()
            .post(
                "/admin/revocations",
                "{\"token\":\"t-" + round + "\"}",
                "Content-Type",
                "application/json");
    assertEquals(200, revoked.status(), revoked::toString);
    assertEquals(Optional.of("no-store"), revoked.header("Cache-Control"));
  }
}
