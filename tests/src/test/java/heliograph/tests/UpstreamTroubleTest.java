package heliograph.tests;

import static heliograph.tests.TestApplication.cookie;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What others answer to one caller is no trouble of another's. */
class UpstreamTroubleTest {
  // By path, what the API does when it is asked; 200 where nothing is said.
  private static final Map<String, Integer> STATUSES = new ConcurrentHashMap<>();
  private static final CountDownLatch OVER = new CountDownLatch(1);

  private static TestIssuer issuer;
  private static TestApplication application;
  private static TestServer api;
  private static RelayProcess relay;

  @BeforeAll
  static void start() throws Exception {
    issuer = TestIssuer.start();
    application = TestApplication.start();
    api =
        TestServer.start(
            (question, exchange) ->
                TestServer.answer(exchange, STATUSES.getOrDefault(question.target(), 200), ""));
    relay =
        RelayProcess.start(
            """
            identity: { issuers: [%s], session: %s }
            authorize:
              - { topics: "orders.*", url: "%s/orders/{2}", ttl: PT0.2S }
              - { topics: "failing.*", url: "%s/failing/{2}", ttl: PT0.2S }
            """
                .formatted(issuer.yaml(), application.yaml("PT0.2S"), api.uri(), api.uri()));
  }

  @AfterAll
  static void stop() throws Exception {
    OVER.countDown();
    try {
      relay.stopWell();
    } finally {
      application.close();
      api.close();
      issuer.close();
    }
  }

  private static Answer pollAs(String subject, String tenant, String query) throws Exception {
    return relay
        .http()
        .get("/v1/events" + query, "Authorization", "Bearer " + issuer.token(subject, tenant));
  }

  private static Answer pollWith(RelayProcess of, String cookie) throws Exception {
    return of.http().get("/v1/events?topic=free", "Cookie", cookie);
  }

  private static TestServer.Behaviour status(int status) {
    return (_, exchange) -> TestServer.answer(exchange, status, "");
  }

  private static void hang() {
    try {
      boolean _ = OVER.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static String topics(String beginning, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "topic=" + beginning + i)
        .collect(Collectors.joining("&", "?", ""));
  }

  private static int asked(String beginning) {
    return api.asked(it -> it.target().startsWith(beginning)).size();
  }

  @Test
  void topicsThatTheApiDoesNotTakeAreTheirCallersTroubleAlone() throws Exception {
    IntStream.range(0, 20).forEach(i -> STATUSES.put("/orders/odd" + i, 400));
    try (SseClient client =
        SseClient.join(relay, issuer.token("alice", "other"), "?topic=orders.1")) {
      for (int i = 0; i < 3; i++) {
        pollAs("eve", "acme", topics("orders.odd", 20)).assertProblem(400, "INVALID_REQUEST");
      }
      for (int i = 0; i < 10; i++) {
        assertEquals(200, pollAs("user" + i, "acme", "?topic=orders." + i).status());
        assertEquals(200, pollAs("user" + i, "other", "?topic=orders." + i).status());
      }
      int before = asked("/orders/1");
      Deadline.await("the open stream is asked about", () -> asked("/orders/1") > before);
      assertFalse(client.hasEnded());
    }
  }

  @Test
  void oneCallerWhomTheApiFailsIsAloneWithIt() throws Exception {
    IntStream.range(0, 20).forEach(i -> STATUSES.put("/orders/ill" + i, 500));
    for (int i = 0; i < 3; i++) {
      pollAs("ulf", "acme", topics("orders.ill", 20)).assertProblem(503, "IDENTITY_UNAVAILABLE");
    }
    assertEquals(200, pollAs("eva", "acme", "?topic=orders.well").status());
    assertEquals(200, pollAs("ulf", "acme", "?topic=orders.well").status());
  }

  @Test
  void aTenantWhomTheApiFailsLeavesItAloneAndOthersGoOn() throws Exception {
    STATUSES.put("/failing/all", 500);
    for (int i = 0; i < 20; i++) {
      pollAs("user" + i, "unhappy", "?topic=failing.all")
          .assertProblem(503, "IDENTITY_UNAVAILABLE");
    }
    int questions = asked("/failing/all");
    assertTrue(questions < 20, () -> "asked " + questions + " times");
    assertEquals(200, pollAs("user", "happy", "?topic=failing.not").status());
    relay.await(
        Pattern.compile("upstream-failed upstream=authorize.1 tenant=unhappy cause=status 500"));

    STATUSES.remove("/failing/all");
    Deadline.await(
        "it is asked again",
        () -> pollAs("user0", "unhappy", "?topic=failing.all").status() == 200);
    relay.await(Pattern.compile("upstream-recovered upstream=authorize.1 tenant=unhappy"));
    assertEquals(0, relay.logged("user0"));
  }

  /** As servers answer that take no head of so many bytes. */
  @Test
  void cookiesThatTheApplicationDoesNotTakeAreNobodyElsesTrouble() throws Exception {
    String well = application.login("wilma", "acme");
    try (SseClient client = SseClient.open(relay, "/v1/stream?topic=free", "Cookie: " + well)) {
      client.next("system.connected");
      for (int i = 0; i < 12; i++) {
        String long5 = cookie("x".repeat(5000) + i);
        application.on(long5, status(431));
        pollWith(relay, long5).assertProblem(400, "INVALID_REQUEST");
      }
      assertEquals(200, pollWith(relay, application.login("walter", "acme")).status());
      int before = application.asked(well);
      Deadline.await("it is asked again", () -> application.asked(well) > before + 1);
      assertFalse(client.hasEnded());
    }
  }

  @Test
  void strangersWhomTheApplicationFailsAreNobodyElsesTrouble() throws Exception {
    String well = application.login("nora", "acme");
    assertEquals(200, pollWith(relay, well).status());
    for (int i = 0; i < 30; i++) {
      String made = cookie("made-up" + i);
      application.on(made, status(500));
      pollWith(relay, made).assertProblem(503, "IDENTITY_UNAVAILABLE");
    }
    assertEquals(200, pollWith(relay, well).status());
    assertEquals(200, pollWith(relay, application.login("norbert", "acme")).status());
  }

  @Test
  void strangersWhoseQuestionsTakeForEverLeaveRoomForThoseWhoAreKnown() throws Exception {
    String well = application.login("kurt", "acme");
    assertEquals(200, pollWith(relay, well).status());
    int before = application.asked(well);
    List<Future<Answer>> answers = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 80; i++) {
        String slow = cookie("slow" + i);
        application.on(slow, (_, _) -> hang());
        answers.add(threads.submit(() -> pollWith(relay, slow)));
      }
      Deadline.await(
          "strangers are asked about",
          () -> application.server().asked(it -> it.header("Cookie").contains("slow")).size() > 30);
      Deadline.await(
          "who is known is asked about",
          () -> pollWith(relay, well).status() == 200 && application.asked(well) > before);
      assertEquals(
          0, answers.stream().filter(Future::isDone).count(), "the strangers are still there");
      for (Future<Answer> each : answers) {
        each.get().assertProblem(503, "IDENTITY_UNAVAILABLE");
      }
    }
  }

  @Test
  void whatIsNoAnswerIsToldOnceForItsStatus() throws Exception {
    STATUSES.put("/orders/moved", 302);
    for (int i = 0; i < 5; i++) {
      pollAs("mona" + i, "acme", "?topic=orders.moved").assertProblem(503, "IDENTITY_UNAVAILABLE");
    }
    relay.assertLogged(1, "upstream-unusable upstream=authorize.0 cause=status 302");
    assertEquals(200, pollAs("mona", "acme", "?topic=orders.unmoved").status());
  }

  @Test
  void anApplicationThatIsGoneIsLeftAloneByAllAndItsAnswersHold() throws Exception {
    TestServer.Behaviour everybody =
        (question, exchange) ->
            TestServer.answer(
                exchange,
                200,
                "{\"sub\":\"%s\",\"tenant\":\"acme\"}".formatted(question.header("Cookie")));
    TestServer gone = TestServer.start(everybody);
    RelayProcess lasting =
        RelayProcess.start(
            "identity: { issuers: [%s], session: { url: \"%s/me\", ttl: PT60S } }\n"
                .formatted(issuer.yaml(), gone.uri()));
    try {
      assertEquals(200, pollWith(lasting, "a=early").status());
      try (SseClient client = SseClient.open(lasting, "/v1/stream", "Cookie: a=early")) {
        client.next("system.connected");
        gone.close();
        for (int i = 0; i < 20; i++) {
          pollWith(lasting, "a=late" + i).assertProblem(503, "IDENTITY_UNAVAILABLE");
        }
        lasting.assertLogged(1, "upstream-failed upstream=session cause=ConnectException");
        assertEquals(200, pollWith(lasting, "a=early").status());
        assertFalse(client.hasEnded());
      }
      try (TestServer back = TestServer.start(gone.port(), everybody)) {
        Deadline.await("it is asked again", () -> pollWith(lasting, "a=late").status() == 200);
        lasting.await(Pattern.compile("upstream-recovered upstream=session"));
        assertFalse(back.asked(it -> it.header("Cookie").equals("a=late")).isEmpty());
      }
    } finally {
      lasting.stopWell();
      gone.close();
    }
  }
}
