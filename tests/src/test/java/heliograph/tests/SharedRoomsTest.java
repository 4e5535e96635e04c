package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What is on its way to a relay and from it takes memory, which has a bound. Whoever takes more
 * than others has to give way, and who began before with little is served to the end.
 */
class SharedRoomsTest {
  private static final String GREEDY = "greedy-key-0123456789";
  private static final String MODEST = "modest-key-0123456789";
  private static final String SECRET = "whsec_c2hhcmVkLXJvb21zLXNlY3JldC0wMTIzNDU2Nzg5MDE=";
  private static final int BODY = 1 << 20;

  // More than all bodies, or all answers, together may take of this heap.
  private static final int FLOOD = 24;

  private final List<AutoCloseable> held = new ArrayList<>();
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
              - { name: greedy, scheme: token, secrets: [%s], tenants: [globex] }
              - { name: modest, scheme: token, secrets: [%s], client-id: client, tenants: [acme] }
              - { name: signed, scheme: standard-webhooks, secrets: [%s], tenants: [acme] }
            limits: { body-bytes: %d, request-timeout: PT1H }
            stream: { write-timeout: PT1H }
            """
                .formatted(GREEDY, MODEST, SECRET, BODY));
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : held) {
      each.close();
    }
    relay.stopWell();
    issuer.close();
  }

  private static String event(String data) {
    return "{\"topic\":\"a\",\"type\":\"test.happened\",\"data\":" + data + "}";
  }

  /** Sends all of a body but its last byte. */
  private RawHttp begin(int port, String path, String credential, String body) throws IOException {
    RawHttp connection = RawHttp.connect(port);
    held.add(connection);
    connection.send(
        "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n"
            .formatted(path, port, credential, body.length()));
    byte[] bytes = body.getBytes(StandardCharsets.US_ASCII);
    // Whoever has to give way may be cut in the middle of it.
    return connection.sendWhatGoes(Arrays.copyOf(bytes, bytes.length - 1));
  }

  private static String bearer(String token) {
    return "Authorization: Bearer " + token + "\r\n";
  }

  private String token() throws Exception {
    return issuer.token("client").with("azp", "client").signed();
  }

  @Test
  void publishersThatCameBeforeStrangersAreNotRefusedAndTheAdminDoorIsItsOwn() throws Exception {
    String body = event("\"" + "x".repeat(200_000) + "\"");
    RawHttp keyed =
        begin(relay.port(), "/v1/hooks/modest", bearer(Secrets.key(MODEST)), event("1"));
    RawHttp byToken = begin(relay.port(), "/v1/events", bearer(token()), event("2"));
    RawHttp large = begin(relay.port(), "/v1/events", bearer(token()), body);
    RawHttp revoking =
        begin(relay.admin().port(), "/admin/revocations", "", "{\"token\":\"before\"}");

    RawHttp first = begin(relay.port(), "/v1/hooks/nobody", "", "x".repeat(BODY));
    for (int i = 0; i < FLOOD; i++) {
      begin(relay.port(), "/v1/hooks/" + (i % 2 == 0 ? "nobody" : "signed"), "", "x".repeat(BODY));
      Answer revoked =
          relay
              .admin()
              .post(
                  "/admin/revocations",
                  "{\"token\":\"t-" + i + "\"}",
                  "Content-Type",
                  "application/json");
      assertEquals(200, revoked.status(), revoked::toString);
    }

    first.answer().assertProblem(503, "OVERLOADED");
    assertEquals(202, keyed.send("}").answer().status());
    assertEquals(202, byToken.send("}").answer().status());
    assertEquals(202, large.send("}").answer().status());
    assertEquals(200, revoking.send("}").answer().status());
  }

  @Test
  void onePublisherTakesNoRoomThatAnotherNeeds() throws Exception {
    RawHttp before =
        begin(relay.port(), "/v1/hooks/modest", bearer(Secrets.key(MODEST)), event("1"));
    RawHttp large =
        begin(
            relay.port(), "/v1/events", bearer(token()), event("\"" + "x".repeat(200_000) + "\""));

    List<RawHttp> flood = new ArrayList<>();
    for (int i = 0; i < FLOOD; i++) {
      flood.add(
          begin(relay.port(), "/v1/hooks/greedy", bearer(Secrets.key(GREEDY)), "x".repeat(BODY)));
      Publisher.withKey(relay, "modest", MODEST).publish(event(Integer.toString(i)));
      Publisher.withToken(relay, token()).publish(event(Integer.toString(i)));
    }

    // It takes what it needs from itself: who came first gave way, and one that is quick is served.
    flood.getFirst().answer().assertProblem(503, "OVERLOADED");
    Publisher.withKey(relay, "greedy", GREEDY).publish(event("3"));
    assertEquals(202, before.send("}").answer().status());
    assertEquals(202, large.send("}").answer().status());
    flood.getLast().send("x").answer().assertProblem(400, "INVALID_JSON");
  }

  /** Asks for all events of a tenant and takes no more of the answer than its head. */
  private Poll poll(String subject, String tenant, String after) throws Exception {
    Socket socket = new Socket();
    held.add(socket);
    socket.setReceiveBufferSize(16 * 1024);
    socket.setSoTimeout((int) Deadline.USUAL.toMillis());
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), relay.port()));
    String request =
        "GET /v1/events?after=%s HTTP/1.1\r\nHost: relay\r\n%s\r\n"
            .formatted(after, bearer(issuer.token(subject, tenant)));
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int b = socket.getInputStream().read();
      assertTrue(b >= 0, head::toString);
      head.append((char) b);
    }
    assertTrue(head.toString().startsWith("HTTP/1.1 200 "), head::toString);
    return new Poll(socket, head.toString());
  }

  /** An answer of which only the head was taken. */
  private record Poll(Socket socket, String head) {
    int length() {
      return head.lines()
          .filter(line -> line.startsWith("Content-Length: "))
          .mapToInt(line -> Integer.parseInt(line.substring("Content-Length: ".length())))
          .findFirst()
          .orElseThrow(() -> new AssertionError(head));
    }

    /** Takes the rest of the answer, as far as it comes. */
    int take() throws IOException {
      InputStream in = socket.getInputStream();
      int taken = 0;
      try {
        byte[] some = new byte[8192];
        while (taken < length()) {
          int n = in.read(some, 0, Math.min(some.length, length() - taken));
          if (n < 0) {
            return taken;
          }
          taken += n;
        }
        return taken;
      } catch (SocketException _) {
        // It was cut by a reset.
        return taken;
      }
    }
  }

  @Test
  void answersThatOneTenantDoesNotTakeCutThoseOfNobodyElse() throws Exception {
    String data = "\"" + "x".repeat(200_000) + "\"";
    Publisher modest = Publisher.withKey(relay, "modest", MODEST);
    Publisher greedy = Publisher.withKey(relay, "greedy", GREEDY);
    String acme = modest.publish(event("0"));
    String globex = greedy.publish(event("0"));
    for (int i = 0; i < 4; i++) {
      modest.publish(event(data));
      greedy.publish(event(data));
    }
    Poll before = poll("ada", "acme", acme);

    List<Poll> flood = new ArrayList<>();
    for (int i = 0; i < FLOOD; i++) {
      flood.add(poll("user" + i, "globex", globex));
    }

    assertTrue(flood.getFirst().take() < flood.getFirst().length(), "all of it came");
    Poll after = poll("bob", "acme", acme);
    assertEquals(after.length(), after.take());
    assertEquals(before.length(), before.take());
    assertEquals(flood.getLast().length(), flood.getLast().take());
  }
}
