package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.security.KeyPair;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Issuers side by side: none can speak for another, nor for a tenant that is not its own. */
class SeveralIssuersTest {
  private static final KeyPair CUSTOMERS = TestIssuer.keys("RSA");

  private static TestIssuer ours;
  private static TestIssuer customers;
  private static TestIssuer twoTenants;
  private static RelayProcess relay;

  @BeforeAll
  static void start() throws Exception {
    ours = TestIssuer.start();
    customers = TestIssuer.start();
    // By the same name, as both may call their first key.
    customers.publishes(TestIssuer.rsa("rsa", CUSTOMERS));
    twoTenants = TestIssuer.start();
    relay =
        RelayProcess.start(
            """
            identity:
              claims: { topics: /rights/topics }
              issuers:
                - %s
                - issuer: "%s"
                  audience: [heliograph, dashboards]
                  tenants: [acme]
                  subject-prefix: "customers:"
                  claims: { tenant: /org, roles: /groups, topics: /scope }
                - %s
            publishers:
              - { name: billing, client-id: billing, tenants: ["*"] }
              - { name: jobs, client-id: jobs, tenants: [main, globex] }
            """
                .formatted(
                    ours.yamlWithPrefix("ours:"),
                    customers.uri(),
                    twoTenants.yaml(", tenants: [acme, globex], subject-prefix: \"two:\"")));
  }

  @AfterAll
  static void stop() throws Exception {
    relay.stopWell();
    ours.close();
    customers.close();
    twoTenants.close();
  }

  private static String customers(Token token) {
    return token.signedBy(CUSTOMERS, "SHA256withRSA");
  }

  private static Answer ask(String token, String query) throws Exception {
    return relay.http().get("/v1/events" + query, "Authorization", "Bearer " + token);
  }

  private static String tenantOf(String token) throws Exception {
    try (SseClient client = SseClient.open(relay, "/v1/stream", "Authorization: Bearer " + token)) {
      return (String) client.nextData("system.connected").get("tenant");
    }
  }

  @Test
  void nobodySpeaksForAnotherIssuer() throws Exception {
    Token inOurName = ours.token("mallory").with("tenant", "acme");
    ask(customers(inOurName), "").assertProblem(401, "BAD_TOKEN");
    Token inTheirName = customers.token("mallory").with("org", "acme");
    ask(inTheirName.signed(), "").assertProblem(401, "BAD_TOKEN");
    assertEquals(200, ask(customers(inTheirName), "").status());
  }

  @Test
  void nobodySpeaksForAnotherTenant() throws Exception {
    Token token = customers.token("ann");
    assertEquals("acme", tenantOf(customers(token.with("org", "acme"))));
    assertEquals("acme", tenantOf(customers(token)));
    assertEquals("acme", tenantOf(customers(token.with("tenant", "globex"))));
    ask(customers(token.with("org", "globex")), "").assertProblem(403, "NOT_ALLOWED");
    ask(customers(token.with("org", "acme\n")), "").assertProblem(401, "BAD_TOKEN");

    Token either = twoTenants.token("bob");
    assertEquals("globex", tenantOf(either.with("tenant", "globex").signed()));
    ask(either.with("tenant", "main").signed(), "").assertProblem(403, "NOT_ALLOWED");
    ask(either.signed(), "").assertProblem(403, "NOT_ALLOWED");
  }

  @Test
  void anIssuersAudiencesAreItsOwn() throws Exception {
    Token token = customers.token("ann").with("aud", "dashboards");
    assertEquals(200, ask(customers(token), "").status());
    ask(ours.token("ann").with("tenant", "acme").with("aud", "dashboards").signed(), "")
        .assertProblem(401, "BAD_TOKEN");
  }

  /** The client's name alone would let a customer's provider mint a publisher for everybody. */
  @Test
  void aPublisherIsNoMoreThanItsIssuer() throws Exception {
    Token billing = customers.token("service").with("azp", "billing");
    Publisher publisher = Publisher.withToken(relay, customers(billing));
    publisher.publish("acme", "minted", "1");
    publisher.publish("{\"topic\":\"minted\",\"type\":\"t\"}");
    publisher
        .post("application/json", "{\"tenant\":\"globex\",\"topic\":\"minted\",\"type\":\"t\"}")
        .assertProblem(403, "NOT_ALLOWED", "/tenant");
    Publisher.withToken(relay, customers(billing.with("azp", "jobs")))
        .post("application/json", "{\"tenant\":\"main\",\"topic\":\"minted\",\"type\":\"t\"}")
        .assertProblem(403, "NOT_ALLOWED");
    Publisher.withToken(relay, ours.token("service").with("azp", "billing").signed())
        .publish("globex", "minted", "1");
  }

  @Test
  void topicRightsBoundWhatIsSeenLiveAndLater() throws Exception {
    Publisher publisher =
        Publisher.withToken(relay, ours.token("service").with("azp", "billing").signed());
    Token anybody = ours.token("ann").with("tenant", "rights");
    String bounded =
        anybody.with("rights", Map.of("topics", List.of("orders.>", "alerts.*"))).signed();
    String start = (String) ask(anybody.signed(), "").json().get("cursor");
    try (SseClient client = SseClient.join(relay, bounded, "")) {
      for (String topic : List.of("orders.1", "secrets.1", "alerts.a", "alerts.a.b", "orders.2")) {
        publisher.publish(
            "{\"tenant\":\"rights\",\"topic\":\"%1$s\",\"type\":\"%1$s\"}".formatted(topic));
      }
      for (String topic : List.of("orders.1", "alerts.a", "orders.2")) {
        client.next(topic);
      }
    }
    assertEquals(
        List.of("orders.1", "alerts.a", "orders.2"), topics(ask(bounded, "?after=" + start)));
    assertEquals(
        List.of("orders.1", "orders.2"), topics(ask(bounded, "?topic=orders.*&after=" + start)));
    ask(bounded, "?topic=orders.1&topic=secrets.1").assertProblem(403, "NOT_ALLOWED");
    ask(anybody.with("rights", Map.of("topics", List.of())).signed(), "")
        .assertProblem(403, "NOT_ALLOWED");
    ask(anybody.with("rights", "all").signed(), "").assertProblem(401, "BAD_TOKEN");
    ask(anybody.with("rights", Map.of("topics", "a..b")).signed(), "")
        .assertProblem(401, "BAD_TOKEN");
    assertEquals(5, topics(ask(anybody.signed(), "?after=" + start)).size());
  }

  @SuppressWarnings("unchecked")
  private static List<Object> topics(Answer answer) {
    assertEquals(200, answer.status(), answer::toString);
    return ((List<Map<String, Object>>) answer.json().get("events"))
        .stream().map(event -> event.get("topic")).toList();
  }
}
