package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.tests.Publisher.Signature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may publish: by keys, signatures and tokens; and for whom, under which topics and types. */
class PublisherIdentityTest {
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String OLD_SECRET = "b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQtb2xk";
  private static final String OLD_KEY = "an-older-key-0123456789";
  private static final String PAID =
      "{\"topic\":\"orders.42\",\"type\":\"order.paid\",\"data\":{\"order\":42}}";

  @RegisterExtension
  static final Stage stage =
      Stage.of(
          """
          identity: { issuers: [%1$s] }
          publishers:
            - name: orders
              scheme: standard-webhooks
              secrets: [%3$s, %4$s]
              tenants: [acme]
              topics: ["orders.>", "alerts.*"]
              types: ["order.*", alert]
            - { name: backend, scheme: token, secrets: [%2$s, %5$s], tenants: [acme, globex] }
            - { name: any, scheme: token, secrets: [%2$s], tenants: ["*"] }
            - { name: billing, client-id: billing-client, tenants: [acme], topics: ["bills.>"] }
          """,
          SECRET, OLD_SECRET, OLD_KEY);

  @RegisterExtension final Listener acme = new Listener(stage);

  @Test
  void aKeyOpensTheDoorOfItsPublisher() throws Exception {
    for (String authorization :
        List.of("Bearer " + Stage.KEY, "bearer  " + Stage.KEY, "BEARER " + OLD_KEY)) {
      Answer answer =
          stage
              .http()
              .post(
                  "/v1/hooks/backend",
                  "{\"tenant\":\"acme\",\"topic\":\"a\",\"type\":\"b\",\"id\":\"%s\"}"
                      .formatted(authorization.hashCode()),
                  "Authorization",
                  authorization,
                  "Content-Type",
                  "application/json");
      assertEquals(202, answer.status(), answer::toString);
      assertEquals(Optional.of("application/json"), answer.header("Content-Type"));
      assertTrue(
          answer
              .text()
              .matches("\\{\"id\":\"-?\\d+\",\"cursor\":\"[a-z0-9]+-\\d+\",\"duplicate\":false\\}"),
          answer::text);
      assertEquals(answer.json().get("id"), acme.nextData("b").get("id"));
    }
  }

  @Test
  void whoHasNoKeyIsNotToldWhichPublishersThereAre() throws Exception {
    Answer unknown = post("nobody", PAID, "Authorization", "Bearer " + Stage.KEY);
    unknown.assertProblem(401, "BAD_SIGNATURE");
    String[][] strangers = {
      {"backend"},
      {"backend", "Authorization", "Bearer " + Stage.KEY + "x"},
      {"backend", "Authorization", "Basic " + Stage.KEY},
      {"backend", "Authorization", Stage.KEY},
      {"orders"},
      {"orders", "Authorization", "Bearer " + Stage.KEY},
      {"billing", "Authorization", "Bearer " + Stage.KEY},
      {"nobody"},
    };
    for (String[] stranger : strangers) {
      Answer answer = post(stranger[0], PAID, List.of(stranger).subList(1, stranger.length));
      answer.assertProblem(401, "BAD_SIGNATURE");
      assertEquals(unknown.text(), answer.text(), "one answer for all: " + List.of(stranger));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"azp", "client_id"})
  void aTokenOfAPublishersClientOpensTheEventsDoor(String claim) throws Exception {
    String token = stage.token("service").with(claim, "billing-client").signed();
    Publisher billing = Publisher.withToken(stage.relay(), token);

    billing.publish("{\"topic\":\"bills.7\",\"type\":\"bill.sent\",\"data\":7}");

    Map<String, Object> event = acme.nextData("bill.sent");
    assertEquals("/publishers/billing", event.get("source"));
    billing.post(Publisher.JSON, PAID).assertProblem(403, "NOT_ALLOWED", "/topic");
  }

  @Test
  void aTokenOfAnyOtherClientDoesNot() throws Exception {
    stage.http().post("/v1/events", PAID).assertProblem(401, "NO_CREDENTIALS");
    stage
        .http()
        .post("/v1/events?access_token=" + stage.token("service", "acme"), PAID)
        .assertProblem(401, "NO_CREDENTIALS");
    for (Object client : List.of("billing", "orders", "", 7, List.of("billing-client"))) {
      Token token = stage.token("billing-client").with("client_id", client);
      Publisher.withToken(stage.relay(), token.signed())
          .post(Publisher.JSON, PAID)
          .assertProblem(403, "NOT_ALLOWED");
    }
    Publisher.withToken(stage.relay(), Stage.KEY)
        .post(Publisher.JSON, PAID)
        .assertProblem(401, "BAD_TOKEN");
  }

  @Test
  void theStandardsOwnExampleIsTheSignatureWeMake() {
    Signature signature =
        Signature.of(
            SECRET,
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            Instant.ofEpochSecond(1614265330),
            "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8));
    assertEquals("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", signature.signature());
  }

  static Stream<Arguments> signatureLists() {
    String wrong = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    return Stream.of(
        Arguments.of("the new secret", SECRET, "%s"),
        Arguments.of("the old secret", OLD_SECRET, "%s"),
        Arguments.of("wrong ones before", SECRET, wrong + " " + wrong + " %s"),
        Arguments.of("wrong ones after", OLD_SECRET, "%s " + wrong),
        Arguments.of("unknown versions", SECRET, "v1a,c2ln v2,AAAA v0,AAAA vX %s v9,"),
        Arguments.of("what is no base64", SECRET, "v1,*** v1, v1 ,v1 %s"),
        Arguments.of("more blanks", SECRET, "  %s  "),
        Arguments.of(
            "the last of as backend as are looked at", SECRET, (wrong + " ").repeat(15) + "%s"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("signatureLists")
  void oneRightSignatureInTheListIsEnough(String name, String secret, String list)
      throws Exception {
    Signature signature = Signature.of(secret, PAID.getBytes(StandardCharsets.UTF_8));
    Answer answer =
        signed(
            PAID.getBytes(StandardCharsets.UTF_8),
            new Signature(
                signature.id(), signature.timestamp(), list.formatted(signature.signature())));

    assertEquals(202, answer.status(), answer::toString);
    Map<String, Object> event = acme.nextData("order.paid");
    assertEquals(signature.id(), event.get("id"), "the delivery's id is the event's");
    assertEquals("/publishers/orders", event.get("source"));
    assertTrue(Instant.parse((String) event.get("time")).isBefore(Instant.now().plusSeconds(1)));
  }

  @Test
  void clocksMayDifferByAlmostFiveMinutes() throws Exception {
    byte[] body = PAID.getBytes(StandardCharsets.UTF_8);
    for (int seconds : new int[] {-290, 290}) {
      Instant at = Instant.now().plusSeconds(seconds);
      Answer answer = signed(body, Signature.of(SECRET, "clock" + seconds, at, body));
      assertEquals(202, answer.status(), answer::toString);
      acme.next("order.paid");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "acme, orders.1, order.paid, ''",
    "acme, alerts.1, alert, ''",
    "globex, orders.1, order.paid, /tenant",
    "acme, bills.1, order.paid, /topic",
    "acme, orders, order.paid, /topic",
    "acme, alerts.1.2, alert, /topic",
    "acme, orders.1, alert.red, /type",
    "acme, orders.1, bill.paid, /type",
  })
  void aPublisherHasItsBounds(String tenant, String topic, String type, String pointer)
      throws Exception {
    byte[] body =
        "{\"tenant\":\"%s\",\"topic\":\"%s\",\"type\":\"%s\"}"
            .formatted(tenant, topic, type)
            .getBytes(StandardCharsets.UTF_8);
    Answer answer = signed(body, Signature.of(SECRET, body));
    if (pointer.isEmpty()) {
      assertEquals(202, answer.status(), answer::toString);
      acme.next(type);
    } else {
      answer.assertProblem(403, "NOT_ALLOWED", pointer);
    }
  }

  @Test
  void anEventWithoutTenantIsOfThePublishersOnlyOne() throws Exception {
    byte[] body = PAID.getBytes(StandardCharsets.UTF_8);
    assertEquals(202, signed(body, Signature.of(SECRET, body)).status());
    assertEquals("acme", acme.nextData("order.paid").get("tenant"));

    stage.post(Publisher.JSON, PAID).assertProblem(422, "INVALID_EVENT", "/tenant");
    Publisher any = Publisher.withKey(stage.relay(), "any", Stage.KEY);
    any.post(Publisher.JSON, PAID).assertProblem(422, "INVALID_EVENT", "/tenant");
    any.publish("never-heard-of", "a", "1");
  }

  private static Answer signed(byte[] body, Signature signature, String... headers)
      throws Exception {
    return Publisher.bare(stage.relay(), "orders").signed(body, signature, headers);
  }

  private static Answer post(String publisher, String body, String... headers)
      throws IOException, InterruptedException {
    return post(publisher, body, List.of(headers));
  }

  private static Answer post(String publisher, String body, List<String> headers)
      throws IOException, InterruptedException {
    return Publisher.bare(stage.relay(), publisher)
        .post(Publisher.JSON, body, headers.toArray(String[]::new));
  }
}
