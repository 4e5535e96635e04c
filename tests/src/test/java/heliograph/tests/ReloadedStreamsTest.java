package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a reload does to streams that are open, and to those that open after it. */
class ReloadedStreamsTest {
  private static final String KEY = "reloading-key-0123456789";
  private static final String ORIGIN = "https://app.example.com";
  private static final String PROFILE =
      "streams: [ { name: live, path: \"/orders/{id}/live\", topics: [\"orders.{path.id}\"]%s }"
          + " ]\n";

  private static TestIssuer issuer;
  private static TestIssuer partner;
  private RelayProcess relay;

  @BeforeAll
  static void startTheIssuers() throws Exception {
    issuer = TestIssuer.start();
    partner = TestIssuer.start();
  }

  @AfterAll
  static void stopTheIssuers() {
    issuer.close();
    partner.close();
  }

  @BeforeEach
  void start() throws Exception {
    relay = RelayProcess.start(both("") + PROFILE.formatted(""));
  }

  @AfterEach
  void stop() throws Exception {
    relay.stopWell();
  }

  private static String both(String ofPartner) {
    return identity(
        "%s, %s"
            .formatted(
                issuer.yaml(", tenants: [acme]"), partner.yaml(", tenants: [globex]" + ofPartner)));
  }

  private static String identity(String issuers) {
    return """
    identity: { issuers: [%s] }
    shutdown: { reconnect-window: PT0S }
    publishers: [ { name: orders, scheme: token, secrets: [%s], tenants: ["*"] } ]
    """
        .formatted(issuers, KEY);
  }

  private SseClient acme(String query) throws Exception {
    return SseClient.join(relay, issuer.token("ann", "acme"), query);
  }

  private SseClient globex() throws Exception {
    return SseClient.join(relay, partner.token("bob", "globex"), "");
  }

  private int ended(String yaml) throws Exception {
    relay.configure(yaml);
    return ((Number) relay.reload().get("ended")).intValue();
  }

  private void publish(String tenant, String topic, String data) throws Exception {
    Publisher.withKey(relay, "orders", KEY).publish(tenant, topic, data);
  }

  @Test
  void anIssuerThatIsGoneEndsItsStreamsAndNoOther() throws Exception {
    try (SseClient stays = acme("");
        SseClient goes = globex()) {
      assertEquals(1, ended(identity(issuer.yaml(", tenants: [acme]")) + PROFILE.formatted("")));

      goes.assertEnded("revoked");
      publish("acme", "t", "1");
      assertEquals("1", stays.next("test.happened").data());
    }
    relay
        .http()
        .get("/v1/status", "Authorization", "Bearer " + partner.token("bob", "globex"))
        .assertProblem(401, "BAD_TOKEN");
  }

  @Test
  void anIssuerThatIsAddedIsThereWithItsKeysWhenTheAnswerComes() throws Exception {
    ended(identity(issuer.yaml(", tenants: [acme]")));
    try (SseClient stays = acme("")) {
      assertEquals(0, ended(both("")));

      try (SseClient added = globex()) {
        publish("globex", "t", "1");
        assertEquals("1", added.next("test.happened").data());
      }
      assertEquals(200, relay.admin().get("/observe/health/ready").status());
      stays.assertExhausted();
      assertFalse(stays.hasEnded());
    }
  }

  @Test
  void anIssuerWhoseTokensMeanSomethingElseHasItsStreamsComeBack() throws Exception {
    try (SseClient stays = acme("");
        SseClient goes = globex()) {
      int fetches = partner.fetches();

      assertEquals(1, ended(both(", claims: { roles: [/rights] }") + PROFILE.formatted("")));

      goes.assertEnded("unavailable");
      globex().close();
      assertFalse(stays.hasEnded());
      assertTrue(partner.fetches() >= fetches);
    }
  }

  @Test
  void aProfileThatHasChangedEndsItsStreamsWhichComeBackAndMissNothing() throws Exception {
    String token = "Authorization: Bearer " + issuer.token("ann", "acme");
    try (SseClient stays = acme("");
        SseClient goes = SseClient.open(relay, "/orders/42/live", token)) {
      goes.next("system.connected");
      publish("acme", "orders.42", "1");
      String id = goes.next("test.happened").data().equals("1") ? goes.lastEventId() : "";

      assertEquals(1, ended(both("") + PROFILE.formatted(", event: order")));

      goes.assertEnded("unavailable");
      publish("acme", "orders.42", "2");
      try (SseClient back =
          SseClient.open(relay, "/orders/42/live", token, "Last-Event-ID: " + id)) {
        back.next("system.connected");
        assertEquals("2", back.next("order").data());
      }
      assertFalse(stays.hasEnded());
    }
    assertEquals(1.0, relay.metric("heliograph_stream_ends_total", "live", "unavailable"));
  }

  @Test
  void aProfileThatIsGoneIsNotFoundAndOneThatIsAddedIsServed() throws Exception {
    String token = "Bearer " + issuer.token("ann", "acme");
    try (SseClient goes = SseClient.open(relay, "/orders/42/live", "Authorization: " + token)) {
      goes.next("system.connected");

      ended(
          both("")
              + PROFILE.formatted("").replace("/orders/", "/bills/").replace("live,", "bills,"));

      goes.assertEnded("unavailable");
    }
    relay.http().get("/orders/42/live", "Authorization", token).assertProblem(404, "NOT_FOUND");
    try (SseClient added = SseClient.open(relay, "/bills/42/live", "Authorization: " + token)) {
      added.next("system.connected");
      assertEquals(1.0, relay.metric("heliograph_streams_open", "profile=\"bills\""));
    }
    for (String accept : List.of("application/yaml", "application/json")) {
      String openApi = relay.http().get("/openapi", "Accept", accept).text();
      assertTrue(openApi.contains("/bills/{id}/live"), accept);
      assertFalse(openApi.contains("/orders/{id}/live"), accept);
    }
    assertTrue(relay.http().get("/asyncapi").text().contains("/bills/{id}/live"));
  }

  @Test
  void aDefaultOfAllStreamsEndsNoStreamOfAProfile() throws Exception {
    try (SseClient stays =
        SseClient.open(
            relay, "/orders/42/live", "Authorization: Bearer " + issuer.token("ann", "acme"))) {
      stays.next("system.connected");

      assertEquals(
          0, ended(both("") + PROFILE.formatted("") + "stream: { queue: 7, retry: PT9S }\n"));

      publish("acme", "orders.42", "1");
      assertEquals("1", stays.next("test.happened").data());
    }
    try (SseClient later = acme("")) {
      assertEquals(9000, later.retry());
    }
  }

  @Test
  void aLowerLimitHoldsForNewcomersAlone() throws Exception {
    try (SseClient one = acme("");
        SseClient two = acme("")) {
      assertEquals(
          0, ended(both("") + PROFILE.formatted("") + "limits: { streams-per-user: 1 }\n"));

      try (SseClient third =
          SseClient.open(
              relay, "/v1/stream", "Authorization: Bearer " + issuer.token("ann", "acme"))) {
        third.assertEnded("limit");
      }
      publish("acme", "t", "1");
      assertEquals("1", one.next("test.happened").data());
      assertEquals("1", two.next("test.happened").data());
    }
  }

  @Test
  void ratesThatAreUsedUpStayUsedUp() throws Exception {
    ended(both("") + "limits: { new-tenants-per-minute: 2 }\n");
    publish("t1", "t", "1");
    publish("t2", "t", "1");
    // What has refilled since the first lets one more pass.
    publish("t3", "t", "1");

    ended(
        both("")
            + "limits: { new-tenants-per-minute: 2 }\ncors: { origins: [\"%s\"] }\n"
                .formatted(ORIGIN));

    Publisher.withKey(relay, "orders", KEY)
        .json("{\"tenant\":\"t4\",\"topic\":\"t\",\"type\":\"x\"}")
        .assertProblem(429, "RATE_LIMITED");
  }

  @Test
  void originsComeAndGo() throws Exception {
    String token = "Bearer " + issuer.token("ann", "acme");
    for (boolean allowed : new boolean[] {false, true, false}) {
      ended(both("") + (allowed ? "cors: { origins: [\"%s\"] }\n".formatted(ORIGIN) : ""));

      Answer answer = relay.http().get("/v1/status", "Authorization", token, "Origin", ORIGIN);

      assertEquals(
          allowed, answer.header("access-control-allow-origin").filter(ORIGIN::equals).isPresent());
      Answer cookie =
          relay
              .http()
              .get("/v1/status", "Cookie", "access_token=" + token.substring(7), "Origin", ORIGIN);
      assertEquals(allowed ? 200 : 403, cookie.status());
    }
  }

  @Test
  void aTicketThatWasUsedStaysUsedAndOneThatWasNotIsStillGood() throws Exception {
    String[] tickets = {ticket(), ticket()};
    SseClient.open(relay, "/v1/stream?ticket=" + tickets[0]).close();

    ended(both("") + "cors: { origins: [\"%s\"] }\n".formatted(ORIGIN));

    relay.http().get("/v1/stream?ticket=" + tickets[0]).assertProblem(401, "BAD_TOKEN");
    try (SseClient good = SseClient.open(relay, "/v1/stream?ticket=" + tickets[1])) {
      good.next("system.connected");
    }
  }

  private String ticket() throws Exception {
    Answer sold =
        relay
            .http()
            .post(
                "/v1/tickets",
                "{\"topics\":[\">\"]}",
                "Content-Type",
                "application/json",
                "Authorization",
                "Bearer " + issuer.token("ann", "acme"));
    assertEquals(200, sold.status(), sold::toString);
    return (String) sold.json().get("ticket");
  }

  @Test
  void aCompressedStreamThatAMaskConcernsComesBackUncompressed() throws Exception {
    String token = "Authorization: Bearer " + issuer.token("ann", "acme");
    String gzip = "Accept-Encoding: gzip";
    try (SseClient concerned = SseClient.open(relay, "/v1/stream", token, gzip);
        SseClient other = SseClient.open(relay, "/v1/stream?type=other", token, gzip)) {
      assertTrue(concerned.head().toLowerCase(java.util.Locale.ROOT).contains("gzip"));

      ended(
          both("")
              + PROFILE.formatted("")
              + "types: [ { type: test.*, masks: [ { fields: [/iban], roles: [billing] } ] } ]\n");

      Deadline.await("the end", concerned::hasEnded);
      assertFalse(other.hasEnded());
    }
    try (SseClient back = SseClient.open(relay, "/v1/stream", token, gzip)) {
      assertFalse(back.head().toLowerCase(java.util.Locale.ROOT).contains("gzip"));
    }
  }

  @Test
  void theWatchIsTurnedOnByAReloadAndTakesEveryChangeFromThen() throws Exception {
    String watched = both("") + PROFILE.formatted("") + "reload: { watch: true }\n";
    ended(watched);

    relay.configure(watched + "cors: { origins: [\"%s\"] }\n".formatted(ORIGIN));

    relay.await(Pattern.compile("reloaded by=file changes=1"));
    relay.configure(watched + "strem: { queue: 1 }\n");
    relay.await(Pattern.compile("reload-refused by=file cause=relay.strem.queue"));
    relay.configure(watched.replace("orders,", "bills,"));
    relay.await(Pattern.compile("reloaded by=file changes=3"));
  }
}
