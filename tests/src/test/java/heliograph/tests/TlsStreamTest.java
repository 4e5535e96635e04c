package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams where the relay itself ends TLS: all that holds without it holds with it. */
class TlsStreamTest {
  private static final String KEY = "tls-key-0123456789";

  @TempDir static Path folder;

  private static TestIssuer issuer;
  private static Certificates certificates;
  private static RelayProcess relay;
  private static Publisher publisher;

  @BeforeAll
  static void start() throws Exception {
    issuer = TestIssuer.start();
    certificates = Certificates.in(folder);
    relay =
        RelayProcess.launch(
            """
            server:
              host: 127.0.0.1
              port: 0
              sockets: { admin: { port: 0 } }
            %s
            relay:
              identity: { issuers: [%s] }
              publishers:
                - { name: backend, scheme: token, secrets: [%s], tenants: [acme] }
              stream: { heartbeat: PT0.2S, write-timeout: PT1S, queue: 8 }
              limits: { request-timeout: PT2S }
            """
                .formatted(certificates.yaml("").indent(2), issuer.yaml(), KEY));
    relay.listen(certificates.client());
    relay.awaitReady();
    publisher = Publisher.withKey(relay, "backend", KEY);
  }

  @AfterAll
  static void stop() throws Exception {
    relay.stopWell();
    issuer.close();
  }

  @BeforeEach
  void nobodyIsHere() throws Exception {
    awaitOpen(0);
  }

  private static void awaitOpen(int streams) throws Exception {
    Deadline.await(
        streams + " open streams", () -> relay.metric("heliograph_streams_open") == streams);
  }

  private static double ends(String reason) throws Exception {
    return relay.metric("heliograph_stream_ends_total", "reason=\"" + reason + "\"");
  }

  private static String bearer() {
    return "Authorization: Bearer " + issuer.token("alice", "acme");
  }

  private static SSLSocket layered(Socket tcp) throws Exception {
    return (SSLSocket)
        certificates
            .client()
            .getSocketFactory()
            .createSocket(tcp, "127.0.0.1", tcp.getPort(), true);
  }

  private static SSLSocket secure(Socket tcp, String... protocols) throws Exception {
    SSLSocket socket = layered(tcp);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    parameters.setApplicationProtocols(protocols);
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  private static SseClient open(Socket socket, String query) throws Exception {
    SseClient client = SseClient.request(socket, "/v1/stream" + query, bearer());
    Thread.ofVirtual().start(client::readAll);
    client.next("system.connected");
    return client;
  }

  private static SseClient open(String query) throws Exception {
    return open(secure(SseClient.connect(relay, 0)), query);
  }

  @Test
  void eventsComeLiveAndReplayedAndSilenceIsFilled() throws Exception {
    String before = publisher.publish("acme", "orders.1", "0");
    String data = "\"" + "x".repeat(100_000) + "\"";
    List<SseParser.Event> heard = new ArrayList<>();
    try (SseClient live = open("?topic=orders.*")) {
      publisher.publish("acme", "orders.2", "{\"n\":1}");
      publisher.publish("acme", "other.2", "0");
      publisher.publish("acme", "orders.3", data);
      heard.add(live.next("test.happened"));
      heard.add(live.next("test.happened"));
      assertEquals(data, heard.getLast().data());
      live.awaitKeepalives(2, Deadline.USUAL);
      live.assertExhausted();
    }
    try (SseClient late = open("?topic=orders.*&lastEventId=" + before)) {
      assertEquals(heard, List.of(late.next(), late.next()));
      late.assertExhausted();
    }
  }

  /** HTTP/1.1 is what is spoken, whether it was agreed on or not. */
  @ParameterizedTest
  @ValueSource(strings = {"", "http/1.1", "h2 http/1.1", "http/1.1 h2"})
  void theProtocolIsAgreedOn(String offered) throws Exception {
    String[] protocols = offered.isEmpty() ? new String[0] : offered.split(" ", -1);
    SSLSocket socket = secure(SseClient.connect(relay, 0), protocols);
    try (SseClient stream = open(socket, "")) {
      publisher.publish("acme", "t", "1");
      assertEquals("1", stream.next("test.happened").data());
      assertEquals(offered.isEmpty() ? "" : "http/1.1", socket.getApplicationProtocol());
    }
  }

  private enum Leaving {
    /** With the words of TLS and an end of the connection. */
    CLOSE,
    /** With the words of TLS for one direction. */
    CLOSE_NOTIFY,
    /** An end of the connection in one direction, in the middle of TLS. */
    HALF,
    /** An end of the connection in the middle of TLS. */
    CUT,
    RESET
  }

  @ParameterizedTest
  @EnumSource(Leaving.class)
  void aClientsLeavingIsNoticed(Leaving how) throws Exception {
    double left = ends("left");
    Socket tcp = SseClient.connect(relay, 0);
    SSLSocket socket = secure(tcp);
    try (SseClient _ = open(socket, "")) {
      awaitOpen(1);
      switch (how) {
        case CLOSE -> socket.close();
        case CLOSE_NOTIFY -> socket.shutdownOutput();
        case HALF -> tcp.shutdownOutput();
        case CUT -> tcp.close();
        case RESET -> {
          tcp.setSoLinger(true, 0);
          tcp.close();
        }
      }
      awaitOpen(0);
      Deadline.await("counted", () -> ends("left") == left + 1);
    } finally {
      tcp.close();
    }
  }

  /** Nobody else waits for it: neither for events, nor for heartbeats, nor for an end. */
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void whoStopsReadingIsCutAndNobodyElse(String version) throws Exception {
    double slow = ends("slow");
    List<Socket> stalled = new ArrayList<>();
    try (SseClient reader = open("")) {
      for (int i = 0; i < 4; i++) {
        Socket tcp = SseClient.connect(relay, 16 * 1024);
        stalled.add(tcp);
        SSLSocket socket = layered(tcp);
        socket.setEnabledProtocols(new String[] {version});
        SseClient.request(socket, "/v1/stream", bearer());
      }
      awaitOpen(5);
      String data = "\"" + "x".repeat(200_000) + "\"";
      for (int i = 0; i < 20; i++) {
        publisher.publish("acme", "large", data);
        assertEquals(data, reader.next("test.happened").data());
      }
      Deadline.await("they are cut", () -> ends("slow") == slow + 4);
      awaitOpen(1);
      reader.awaitKeepalives(2, Deadline.USUAL);
      publisher.publish("acme", "small", "1");
      assertEquals("1", reader.next("test.happened").data());
    } finally {
      for (Socket tcp : stalled) {
        tcp.close();
      }
    }
  }

  /** A slow line is not a hung one. */
  @Test
  void whoReadsSlowlyIsNotCut() throws Exception {
    double slow = ends("slow");
    Socket tcp = SseClient.connect(relay, 16 * 1024);
    try (SseClient snail = SseClient.request(secure(tcp), "/v1/stream", bearer())) {
      String data = "\"" + "x".repeat(200_000) + "\"";
      for (int i = 0; i < 5; i++) {
        publisher.publish("acme", "large", data);
      }
      Thread.ofVirtual().start(snail::readAll);
      snail.next("system.connected");
      for (int i = 0; i < 5; i++) {
        assertEquals(data, snail.next("test.happened").data());
      }
      assertEquals(slow, ends("slow"));
    }
  }

  @Test
  void aStreamEndsWithItsToken() throws Exception {
    Token token = issuer.token("alice").with("tenant", "acme").at("exp", Duration.ofSeconds(3));
    SSLSocket socket = secure(SseClient.connect(relay, 0));
    try (SseClient stream =
        SseClient.request(socket, "/v1/stream", "Authorization: Bearer " + token.signed())) {
      Thread.ofVirtual().start(stream::readAll);
      stream.next("system.connected");
      stream.next("system.reauth");
      stream.assertEnded("expired");
    }
  }

  /** What is no TLS, or none that is taken, is let go, and the relay serves. */
  @Test
  void whatIsNoTlsIsLetGo() throws Exception {
    for (String words : List.of("GET /v1/status HTTP/1.1\r\nHost: relay\r\n\r\n", "\u0016\u0003")) {
      try (RawHttp client = RawHttp.connect(relay.port())) {
        client.send(words);
        client.finish();
        assertTrue(isLetGo(client), words);
      }
    }
    try (SseClient stream = open("")) {
      publisher.publish("acme", "t", "1");
      stream.next("test.happened");
    }
  }

  /** As a request that does not come, or stops on its way. */
  @ParameterizedTest
  @ValueSource(strings = {"", "\u0016", "\u0016\u0003\u0001\u0001\u0000\u0001"})
  void aHandshakeThatDoesNotComeIsCut(String beginning) throws Exception {
    try (RawHttp client = RawHttp.connect(relay.port())) {
      client.send(beginning);
      assertTrue(isLetGo(client));
    }
  }

  /** Connections are limited, and those that came to nothing do not count. */
  @Test
  void aHandshakeThatFailsCostsNoConnection() throws Exception {
    try (RelayProcess few =
        RelayProcess.launch(
            """
            server:
              host: 127.0.0.1
              port: 0
              max-tcp-connections: 6
              sockets: { admin: { port: 0 } }
            %s
            relay:
              identity: { issuers: [%s] }
              limits: { request-timeout: PT1S }
            """
                .formatted(certificates.yaml("").indent(2), issuer.yaml()))) {
      few.listen(certificates.client());
      few.awaitReady();
      for (int i = 0; i < 10; i++) {
        try (RawHttp client = RawHttp.connect(few.port())) {
          client.send("GET / HTTP/1.1\r\n\r\n");
          assertTrue(isLetGo(client));
        }
      }
      List<RawHttp> waiting = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        waiting.add(RawHttp.connect(few.port()));
      }
      // There is no room before the time of those is over.
      assertEquals(401, few.http().get("/v1/status").status());
      assertTrue(few.log().contains("connections=6"), few::log);
      for (RawHttp client : waiting) {
        assertTrue(isLetGo(client));
        client.close();
      }
    }
  }

  /** Perhaps after an alert. */
  private static boolean isLetGo(RawHttp client) {
    try {
      long until = System.nanoTime() + Deadline.USUAL.toNanos();
      boolean closed = client.isClosed();
      while (!closed && System.nanoTime() < until) {
        closed = client.isClosed();
      }
      return closed;
    } catch (IOException _) {
      return true;
    }
  }
}
