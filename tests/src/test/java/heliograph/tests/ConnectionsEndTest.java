package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * No connection is held for good, whoever refused its request and where: each place that somebody
 * takes who does not send what he announced, or does not read what he is told, is free again soon.
 */
class ConnectionsEndTest {
  private static final String KEY = "ends-key-0123456789";

  /** So many answers are more than the kernel keeps for a client that does not read. */
  private static final int MANY = 2_000;

  @TempDir Path folder;

  private TestIssuer issuer;
  private RelayProcess relay;
  private Optional<SSLContext> tls = Optional.empty();

  /** The listeners that are tried, with TLS and without. */
  enum Door {
    PUBLIC(false, false),
    ADMIN(true, false),
    PUBLIC_WITH_TLS(false, true),
    ADMIN_WITH_TLS(true, true);

    private final boolean admin;
    private final boolean secure;

    Door(boolean admin, boolean secure) {
      this.admin = admin;
      this.secure = secure;
    }
  }

  /**
   * @param status what it is answered; 0 for nothing at all
   * @param request its head, and of a body as much as is sent
   */
  private record Row(int status, String request) {
    /** What it is called. */
    String line() {
      return request.lines().findFirst().orElse("").replaceFirst("(.{80}).*", "$1...");
    }
  }

  /**
   * @param head for how long it waits for a client's first request, and for TLS before it
   */
  private void start(Door door, int places, Duration head) throws Exception {
    issuer = TestIssuer.start();
    String secured = "";
    String securedAdmin = "";
    if (door.secure) {
      Certificates certificates = Certificates.in(folder);
      tls = Optional.of(certificates.client());
      secured = certificates.yaml("").indent(2);
      securedAdmin = certificates.yaml("").indent(6);
    }
    relay =
        RelayProcess.launch(
            """
            server:
              host: 127.0.0.1
              port: 0
              max-tcp-connections: %1$d
            %2$s
              sockets:
                admin:
                  port: 0
                  max-tcp-connections: %1$d
            %3$s
            relay:
              identity: { issuers: [%4$s], cookie: t, session: { url: "http://127.0.0.1:1/" } }
              publishers:
                - { name: backend, scheme: token, secrets: [%5$s], tenants: [acme] }
                - { name: signed, scheme: standard-webhooks, secrets: ["whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"], tenants: [acme] }
                - { name: slow, scheme: token, secrets: [%5$s], tenants: [acme], per-second: 1 }
              cors: { origins: ["https://app.example.com"] }
              stream: { write-timeout: PT1S }
              limits:
                { head-timeout: %6$s, request-timeout: PT1S, keep-alive-timeout: PT1S, event-bytes: 64KiB, body-bytes: 64KiB, publish-per-second: 1000000, publish-per-second-per-tenant: 1000000 }
            """
                .formatted(places, secured, securedAdmin, issuer.yaml(), KEY, head));
    if (door.secure) {
      relay.listenSecurely(tls.get());
    } else {
      relay.listen();
    }
    relay.awaitReady();
  }

  @AfterEach
  void stop() throws Exception {
    relay.stopWell();
    issuer.close();
  }

  private static String head(String line, String... headers) {
    StringBuilder head = new StringBuilder(line + " HTTP/1.1\r\nHost: 127.0.0.1\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    return head + "\r\n";
  }

  private static Row unsent(int status, String line, String... headers) {
    List<String> all = new ArrayList<>(List.of(headers));
    all.add("Content-Length: 9");
    return new Row(status, head(line, all.toArray(String[]::new)));
  }

  private static Row answered(int status, String line, String... headers) {
    return new Row(status, head(line, headers));
  }

  private static Row posted(int status, String line, String body, String... headers) {
    List<String> all = new ArrayList<>(List.of(headers));
    all.add("Content-Length: " + body.length());
    return new Row(status, head(line, all.toArray(String[]::new)) + body);
  }

  private String bearer() {
    return "Authorization: Bearer " + issuer.token("alice", "acme");
  }

  private static final String KEYED = "Authorization: Bearer " + KEY;
  private static final String JSON = "Content-Type: application/json";

  /** Whoever refuses before there is a body to speak of, or waits for it. */
  private List<Row> unsentBodies(Door door) {
    List<Row> rows = new ArrayList<>();
    // Before there is a request at all.
    rows.add(new Row(0, ""));
    rows.add(new Row(0, "G"));
    rows.add(new Row(0, "GET /v1/stream HTTP/1."));
    rows.add(new Row(400, "GARBAGE\r\n\r\n"));
    rows.add(new Row(400, "GET / HTTP/1.0\r\n\r\n"));
    rows.add(new Row(400, "GET / HTTP/3.0\r\n\r\n"));
    rows.add(new Row(400, "GET /" + "x".repeat(20_000)));
    rows.add(new Row(408, "POST /v1/events HTTP/1.1\r\n"));
    rows.add(new Row(408, "POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nx-a: b"));
    rows.add(new Row(400, "POST / HTTP/1.1\r\nHost: a\r\nx-a: " + "x".repeat(20_000)));
    rows.add(new Row(400, "POST / HTTP/1.1\r\nHost: a\r\nx a: b\r\n\r\n"));
    rows.add(new Row(400, "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n"));
    rows.add(unsent(400, "POST /", "Content-Length: 8"));
    rows.add(unsent(400, "POST /", "Transfer-Encoding: chunked"));
    rows.add(answered(400, "POST /", "Content-Length: x"));
    // Filters.
    rows.add(unsent(400, "POST /v1/hooks/o?a=%zz"));
    rows.add(unsent(400, "POST /observe/health?a=%zz"));
    rows.add(unsent(400, "POST /v1/hooks/o?a=%zz", "Expect: 100-continue"));
    rows.add(unsent(408, "GET /v1/hooks/o?a=%zz"));
    // Handlers.
    rows.add(unsent(404, "POST /nothing", JSON));
    rows.add(unsent(408, "GET /nothing"));
    rows.add(unsent(408, "DELETE /nothing"));
    rows.add(unsent(404, "POST /nothing", JSON, "Expect: 100-continue"));
    if (door.admin) {
      rows.add(unsent(404, "POST /observe/health/live", JSON));
      rows.add(unsent(415, "POST /observe/metrics"));
      rows.add(unsent(415, "POST /admin/revocations"));
      rows.add(unsent(403, "POST /admin/revocations", JSON, "Origin: https://evil.example"));
      rows.add(new Row(421, "POST /x HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 9\r\n\r\n"));
      rows.add(unsent(408, "DELETE /admin/revocations/x"));
      rows.add(unsent(408, "POST /admin/revocations", JSON));
      rows.add(unsent(408, "POST /admin/explain", JSON));
      rows.add(unsent(408, "PUT /admin/explain", JSON));
      rows.add(answered(413, "POST /admin/revocations", JSON, "Content-Length: 70000"));
    } else {
      rows.add(unsent(401, "POST /v1/events"));
      rows.add(unsent(401, "POST /v1/events", "Authorization: Bearer a.b.c"));
      rows.add(unsent(403, "POST /v1/events", bearer()));
      rows.add(unsent(408, "POST /v1/hooks/unknown"));
      rows.add(unsent(408, "POST /v1/hooks/signed"));
      rows.add(unsent(408, "POST /v1/hooks/backend", KEYED, JSON));
      rows.add(unsent(408, "POST /v1/hooks/backend", KEYED, JSON, "Expect: 100-continue"));
      rows.add(answered(408, "POST /v1/hooks/backend", KEYED, "Transfer-Encoding: chunked"));
      rows.add(answered(413, "POST /v1/hooks/backend", KEYED, "Content-Length: 70000"));
      rows.add(answered(413, "POST /v1/hooks/backend", KEYED, "Content-Length: 99999999"));
      rows.add(
          new Row(
              413,
              head("POST /v1/hooks/backend", KEYED, "Transfer-Encoding: chunked") + "20000\r\nxx"));
      rows.add(
          new Row(
              400,
              head("POST /v1/hooks/backend", KEYED, "Transfer-Encoding: chunked")
                  + "1;"
                  + "x".repeat(5_000)));
      rows.add(unsent(405, "POST /v1/stream"));
      rows.add(unsent(405, "POST /v1/status"));
      rows.add(unsent(404, "POST /openapi"));
      rows.add(unsent(401, "POST /v1/tickets"));
      rows.add(unsent(408, "POST /v1/tickets", bearer(), JSON));
      rows.add(unsent(408, "POST /v1/logout", "Content-Type: application/x-www-form-urlencoded"));
      rows.add(unsent(401, "POST /v1/streams/s_1/token"));
      rows.add(unsent(404, "POST /v1/streams/s_1/token", bearer()));
      rows.add(unsent(408, "OPTIONS /v1/events", "WebHook-Request-Origin: a"));
      rows.add(unsent(408, "GET /v1/stream", bearer()));
    }
    return rows;
  }

  /** Answers of all kinds, which nobody reads; of those after which a connection goes on. */
  private List<Row> unreadAnswers(Door door) {
    List<Row> rows = new ArrayList<>();
    rows.add(answered(400, "GET /nothing?a=%zz"));
    rows.add(answered(404, "GET /nothing"));
    rows.add(posted(404, "POST /nothing", "{}", JSON));
    if (door.admin) {
      rows.add(answered(200, "GET /observe/metrics"));
      rows.add(answered(200, "GET /observe/health/ready"));
      rows.add(answered(200, "GET /admin/revocations"));
      rows.add(answered(405, "DELETE /admin/explain"));
      rows.add(answered(404, "DELETE /admin/revocations/x"));
      rows.add(new Row(421, "GET /observe/metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n"));
      rows.add(answered(403, "POST /x", "Sec-Fetch-Site: cross-site"));
      rows.add(posted(400, "POST /admin/revocations", "{}", JSON));
      rows.add(posted(400, "POST /admin/explain", "{}", JSON));
    } else {
      rows.add(answered(200, "GET /openapi"));
      rows.add(answered(200, "GET /v1/status", bearer()));
      rows.add(answered(200, "GET /v1/events", bearer()));
      rows.add(posted(202, "POST /v1/hooks/backend", event(), KEYED, JSON));
      // Its rate is over with the first one: the others are answered 429.
      rows.add(posted(202, "POST /v1/hooks/slow", event(), KEYED, JSON));
      rows.add(answered(503, "GET /v1/status", "Cookie: session=1"));
      rows.add(posted(400, "POST /v1/hooks/backend", "{", KEYED, JSON));
      rows.add(posted(422, "POST /v1/hooks/backend", "{}", KEYED, JSON));
      rows.add(posted(415, "POST /v1/hooks/backend", "{}", KEYED, "Content-Type: text/x"));
      rows.add(posted(401, "POST /v1/hooks/unknown", "{}"));
      rows.add(posted(401, "POST /v1/events", "{}"));
      rows.add(posted(403, "POST /v1/events", "{}", bearer()));
      rows.add(answered(401, "GET /v1/stream"));
      rows.add(answered(400, "GET /v1/stream?topic=..", bearer()));
      rows.add(answered(406, "GET /v1/stream", bearer(), "Accept: text/html"));
      rows.add(answered(403, "GET /v1/status", "Cookie: t=x", "Origin: https://evil.example"));
      rows.add(answered(405, "DELETE /v1/stream"));
      rows.add(posted(200, "POST /v1/tickets", "{\"topics\":[\"a\"]}", bearer(), JSON));
      rows.add(
          answered(
              204,
              "OPTIONS /v1/status",
              "Origin: https://app.example.com",
              "Access-Control-Request-Method: GET"));
      rows.add(answered(204, "OPTIONS /v1/hooks/backend", "WebHook-Request-Origin: a"));
    }
    return rows;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String event() {
    return "{\"topic\":\"a\",\"type\":\"test.happened\",\"data\":1}";
  }

  private int port(Door door) {
    return door.admin ? relay.admin().port() : relay.port();
  }

  private RawHttp connect(Door door) throws IOException {
    return RawHttp.connect(port(door), tls);
  }

  /** What it is told last; 0 if it is told nothing. */
  private static int status(RawHttp client) throws IOException {
    try {
      Answer answer = client.answer();
      // Who waits to be asked for a body is asked, and then told that it did not come.
      return answer.status() == 100 ? client.answer().status() : answer.status();
    } catch (EOFException | SocketException _) {
      return 0;
    }
  }

  /** Every place can be had, all at once. */
  private void assertAllFree(Door door, int places) throws Exception {
    Deadline.await("all are free", Duration.ofSeconds(30), () -> areFree(door, places));
  }

  private boolean areFree(Door door, int places) throws IOException {
    String line = door.admin ? "GET /observe/health/live" : "GET /v1/status";
    List<RawHttp> all = new ArrayList<>();
    try {
      for (int i = 0; i < places; i++) {
        all.add(connect(door).send(head(line)));
      }
      for (RawHttp one : all) {
        assertEquals(door.admin ? 200 : 401, one.answer().status());
      }
      return true;
    } catch (IOException _) {
      // On a machine with little time to spare one may be cut before it has asked.
      return false;
    } finally {
      for (RawHttp one : all) {
        one.close();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void bodiesThatAreNotSent(Door door) throws Exception {
    // As many as there are rows: with one more, somebody is let in who could not be before.
    int places = 60;
    start(door, places, Duration.ofSeconds(1));
    List<Row> rows = unsentBodies(door);
    List<RawHttp> held = new ArrayList<>();
    try (ExecutorService knocking = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> ended = new ArrayList<>();
      List<String> told = new ArrayList<>();
      for (Row row : rows) {
        RawHttp client = connect(door);
        held.add(client);
        ended.add(
            knocking.submit(
                () -> {
                  client.sendWhatGoes(bytes(row.request()));
                  int status = status(client);
                  return (client.ends() ? status : "not ended after " + status) + " " + row.line();
                }));
      }
      for (int i = 0; i < rows.size(); i++) {
        told.add(ended.get(i).get());
      }
      assertEquals(rows.stream().map(row -> row.status() + " " + row.line()).toList(), told);
      assertAllFree(door, places);
    } finally {
      for (RawHttp client : held) {
        client.close();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void answersThatAreNotRead(Door door) throws Exception {
    int places = unreadAnswersPlaces(door);
    start(door, places, Duration.ofSeconds(10));
    List<Row> rows = unreadAnswers(door);
    List<String> told = new ArrayList<>();
    for (Row row : rows) {
      try (RawHttp client = connect(door)) {
        told.add(client.send(row.request()).head().status() + " " + row.line());
      }
    }
    assertEquals(rows.stream().map(row -> row.status() + " " + row.line()).toList(), told);
    List<RawHttp> held = new ArrayList<>();
    try (ExecutorService knocking = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> ended = new ArrayList<>();
      // Who floods keeps the processors from those who have not finished their handshake.
      for (int i = 0; i < rows.size(); i++) {
        held.add(connect(door));
      }
      for (int i = 0; i < rows.size(); i++) {
        RawHttp client = held.get(i);
        byte[] requests = bytes(rows.get(i).request().repeat(MANY));
        ended.add(knocking.submit(() -> client.sendWhatGoes(requests)));
      }
      // While they hold what is theirs to hold, and without a byte read by anybody.
      assertAllFree(door, places);
      for (Future<?> one : ended) {
        one.get();
      }
    } finally {
      for (RawHttp client : held) {
        client.close();
      }
    }
  }

  /** What proxies put before everything else; Helidon would wait for it for good. */
  @Test
  void headersOfProxiesThatDoNotCome() throws Exception {
    int places = 10;
    issuer = TestIssuer.start();
    relay =
        RelayProcess.start(
            """
            identity: { issuers: [%s] }
            limits: { head-timeout: PT1S }
            """
                .formatted(issuer.yaml()),
            Map.of(),
            "-Dserver.enable-proxy-protocol=true",
            "-Dserver.max-tcp-connections=" + places);
    List<String> beginnings =
        List.of(
            "",
            "PROXY TCP4 1",
            "GET / HTTP/1.1\r\n\r\n",
            "PROXY nonsense\r\n",
            "PROXY\r",
            "\r\n\r\n");
    List<RawHttp> held = new ArrayList<>();
    try {
      for (int i = 0; i < 2 * places; i++) {
        held.add(
            RawHttp.connect(relay.port())
                .sendWhatGoes(bytes(beginnings.get(i % beginnings.size()))));
      }
      String request =
          "PROXY TCP4 10.1.2.3 127.0.0.1 4711 8080\r\n"
              + head("GET /v1/status", "Connection: close");
      Deadline.await(
          "there is room again",
          Duration.ofSeconds(30),
          () -> {
            try (RawHttp client = RawHttp.connect(relay.port()).send(request)) {
              return client.answer().status() == 401;
            } catch (EOFException | SocketException _) {
              return false;
            }
          });
    } finally {
      for (RawHttp client : held) {
        client.close();
      }
    }
  }

  private static int unreadAnswersPlaces(Door door) {
    return door.admin ? 16 : 28;
  }
}
