package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Who is believed, and to be who. */
class IdentityTest {
  @RegisterExtension
  static final Stage stage =
      Stage.of(
          """
          identity: { issuers: [%s] }
          publishers: [ { name: billing, client-id: billing, tenants: ["*"] } ]
          """);

  // Where the claims stand in other places, and a tenant need not be named.
  @RegisterExtension
  static final Stage elsewhere =
      Stage.of(
          """
          identity:
            issuers: [%s]
            default-tenant: main
            claims: { tenant: /org/a~1b/0/name, roles: [/deep/er/roles, /scope~0s] }
          publishers: [ { name: billing, client-id: billing, tenants: ["*"] } ]
          """);

  private static Arguments right(String why, Function<Token, String> make) {
    return Arguments.of(why, make);
  }

  static Stream<Arguments> rightTokens() {
    return Stream.of(
        right("RS256", Token::signed),
        right("ES256", Token::signedByEc),
        right("several audiences", it -> it.with("aud", List.of("a", "heliograph")).signed()),
        right("a clock that is early", it -> it.at("nbf", Duration.ofSeconds(15)).signed()),
        right("another type", it -> it.header("typ", "at+jwt").signed()),
        right("no type", it -> it.withoutHeader("typ").signed()),
        right("roles as one text", it -> it.with("roles", "operator").signed()),
        right("roles that are null", it -> it.with("roles", null).signed()),
        right("other things there", it -> it.with("realm_access", "none").signed()),
        right("a subject in another script", it -> it.with("sub", "Zoë 👩").signed()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rightTokens")
  void aRightTokenIsBelieved(String why, Function<Token, String> make) throws Exception {
    String token = make.apply(stage.token("alice").with("tenant", "acme"));
    try (SseClient client = stage.open("/v1/stream", "Authorization: Bearer " + token)) {
      assertEquals("acme", client.nextData("system.connected").get("tenant"));
    }
  }

  /** A stream would have to end as it began; a publisher's request is over at once. */
  @Test
  void aTokenThatEndedJustNowIsGoodForPublishingOnly() throws Exception {
    Token ended = stage.token("alice").with("tenant", "acme").at("exp", Duration.ofSeconds(-15));
    stream(stage, ended.signed()).assertProblem(401, "EXPIRED_TOKEN");
    Publisher.withToken(stage.relay(), ended.with("azp", "billing").signed())
        .publish("acme", "late", "1");
  }

  @Test
  void theLongestTokenFitsEveryWay() throws Exception {
    Token token = stage.token("alice").with("tenant", "acme");
    int room = 8 * 1024 - token.with("pad", "").signed().length();
    String longest = token.with("pad", "x".repeat(room * 3 / 4 - 2)).signed();
    String[][] ways = {
      {"/v1/stream", "Authorization: Bearer " + longest},
      {"/v1/stream", "Cookie: access_token=" + longest},
      {"/v1/stream?topic=a&access_token=" + longest},
    };
    for (String[] way : ways) {
      String[] headers = Arrays.copyOfRange(way, 1, way.length);
      try (SseClient client = stage.open(way[0], headers)) {
        client.next("system.connected");
      }
    }
  }

  @Test
  void claimsAreFoundWhereTheConfigurationSaysAndNowhereElse() throws Exception {
    Token nested =
        elsewhere
            .token("alice")
            .with("tenant", "not-this-one")
            .with("roles", List.of("not-this-one"))
            .with("org", Map.of("a/b", List.of(Map.of("name", "nested"))))
            .with("deep", Map.of("er", Map.of("roles", List.of("one", "two"))))
            .with("scope~s", "three");
    Publisher publisher =
        Publisher.withToken(
            elsewhere.relay(), elsewhere.token("service").with("azp", "billing").signed());
    try (SseClient client = elsewhere.join(nested.signed(), "")) {
      for (String role : List.of("one", "not-this-one", "two", "three", "four")) {
        publisher.publish(
            "{\"tenant\":\"nested\",\"topic\":\"t\",\"type\":\"%1$s\",\"roles\":\"%1$s\"}"
                .formatted(role));
      }
      String last = publisher.publish("{\"tenant\":\"nested\",\"topic\":\"t\",\"type\":\"all\"}");
      for (String role : List.of("one", "two", "three", "all")) {
        client.next(role);
      }
      assertEquals(last, client.lastEventId());
      client.assertExhausted();
    }
  }

  @Test
  void rolesAreTakenFromAllTheirUsualPlaces() throws Exception {
    Token token =
        stage
            .token("alice")
            .with("tenant", "usual")
            .with("roles", List.of("one"))
            .with("groups", List.of("two"))
            .with("realm_access", Map.of("roles", List.of("three")));
    Publisher publisher =
        Publisher.withToken(stage.relay(), stage.token("service").with("azp", "billing").signed());
    try (SseClient client = stage.join(token.signed(), "")) {
      for (String role : List.of("one", "two", "three")) {
        publisher.publish(
            "{\"tenant\":\"usual\",\"topic\":\"t\",\"type\":\"%1$s\",\"roles\":\"%1$s\"}"
                .formatted(role));
        client.next(role);
      }
    }
  }

  @Test
  void whoHasNoTenantIsOfTheDefaultOne() throws Exception {
    for (Token token :
        List.of(
            elsewhere.token("alice"),
            elsewhere.token("alice").with("org", Map.of()),
            elsewhere.token("alice").with("org", "acme"),
            elsewhere.token("alice").with("tenant", "not-looked-at"))) {
      try (SseClient client =
          elsewhere.open("/v1/stream", "Authorization: Bearer " + token.signed())) {
        assertEquals("main", client.nextData("system.connected").get("tenant"));
      }
    }
    // Having one that cannot be read is not the same as having none.
    Token wrong = elsewhere.token("alice").with("org", Map.of("a/b", List.of(Map.of("name", 7))));
    stream(elsewhere, wrong.signed()).assertProblem(401, "BAD_TOKEN");
  }

  private static Answer stream(Stage where, String token) throws Exception {
    return where.http().get("/v1/stream", "Authorization", "Bearer " + token);
  }
}
