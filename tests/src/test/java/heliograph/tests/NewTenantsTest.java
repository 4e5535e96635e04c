package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who may publish for any tenant does not use up all there can be. */
@Tag("log")
class NewTenantsTest {
  private static final String KEY = "tenants-key-0123456789";

  private static TestIssuer issuer;
  private static RelayProcess relay;

  @BeforeAll
  static void start() throws Exception {
    issuer = TestIssuer.start();
    relay =
        RelayProcess.start(
            """
            identity: { issuers: [%1$s] }
            publishers:
              - { name: many, scheme: token, secrets: [%2$s], tenants: ["*"] }
              - { name: few, scheme: token, secrets: [%2$s], tenants: ["*"], new-tenants-per-minute: 1 }
              - { name: named, scheme: token, secrets: [%2$s], tenants: [a, b, c, d, e, f, g, h] }
            limits: { new-tenants-per-minute: 4 }
            """
                .formatted(issuer.yaml(), KEY));
  }

  @AfterAll
  static void stop() throws Exception {
    relay.stopWell();
    issuer.close();
  }

  private static String event(String tenant) {
    return "{\"tenant\":\"%s\",\"topic\":\"a\",\"type\":\"b\"}".formatted(tenant);
  }

  @Test
  void freshTenantsBeyondTheLimitAreRefusedWhileKnownOnesGoOn() throws Exception {
    Publisher many = Publisher.withKey(relay, "many", KEY);
    double before = relay.metric("heliograph_tenants");
    List<String> taken = new ArrayList<>();
    Answer answer = many.post(Publisher.JSON, event("fresh-0"));
    while (answer.status() == 202) {
      taken.add("fresh-" + taken.size());
      answer = many.post(Publisher.JSON, event("fresh-" + taken.size()));
    }

    // One more, as what is left of the last one's place is enough to begin.
    assertTrue(taken.size() >= 4 && taken.size() <= 6, taken::toString);
    answer.assertProblem(429, "RATE_LIMITED");
    assertTrue(answer.text().contains("new-tenants-per-minute"), answer::toString);
    assertEquals(Optional.of("\"new-tenants\";q=4;w=60"), answer.header("RateLimit-Policy"));
    assertTrue(answer.header("Retry-After").isPresent(), answer::toString);
    for (String known : taken) {
      assertEquals(202, many.post(Publisher.JSON, event(known)).status());
    }
    assertEquals(before + taken.size(), relay.metric("heliograph_tenants"));
  }

  @Test
  void aBatchWithOneOfThemIsRefusedAsAWhole() throws Exception {
    Publisher few = Publisher.withKey(relay, "few", KEY);
    Answer answer = few.post(Publisher.JSON, "[%s]".formatted(event("batch-0")));
    int number = 1;
    while (answer.status() == 202) {
      answer = few.post(Publisher.JSON, "[%s]".formatted(event("batch-" + number++)));
    }
    double before = relay.metric("heliograph_tenants");

    Answer both =
        few.post(Publisher.JSON, "[%s,%s]".formatted(event("batch-0"), event("batch-late")));

    both.assertProblem(429, "RATE_LIMITED");
    assertEquals(Optional.of("\"new-tenants\";q=1;w=60"), both.header("RateLimit-Policy"));
    assertEquals(before, relay.metric("heliograph_tenants"));
  }

  @Test
  void tenantsThatTheConfigurationNamesAreNotCounted() throws Exception {
    Publisher named = Publisher.withKey(relay, "named", KEY);
    for (String tenant : List.of("a", "b", "c", "d", "e", "f", "g", "h")) {
      assertEquals(202, named.post(Publisher.JSON, event(tenant)).status());
    }
  }
}
