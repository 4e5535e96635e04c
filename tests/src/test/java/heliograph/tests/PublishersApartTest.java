package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import heliograph.tests.Publisher.Signature;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Publishers of one tenant, none of which can take an event away from another by being first with
 * its source and id, nor send in the name of a source that is not its own.
 */
@Tag("log")
class PublishersApartTest {
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  @RegisterExtension
  static final Stage stage =
      Stage.of(
          """
          identity: { issuers: [%1$s] }
          publishers:
            - { name: key, scheme: token, secrets: [%2$s], tenants: [acme] }
            - { name: webhook, scheme: standard-webhooks, secrets: [%3$s], tenants: [acme] }
            - { name: bearer, client-id: bearer-client, tenants: [acme] }
            - { name: other, client-id: other-client, tenants: [acme] }
            - name: bound
              client-id: bound-client
              tenants: [acme]
              sources: [/publishers/bound, "/shop/*"]
          """,
          SECRET);

  /** Somebody who posts a body of one event. */
  private interface Sender {
    Answer send(String body) throws Exception;
  }

  private static Sender sender(String name) {
    return switch (name) {
      case "key" -> Publisher.withKey(stage.relay(), "key", Stage.KEY)::json;
      case "webhook" ->
          body -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            return Publisher.bare(stage.relay(), "webhook")
                .signed(bytes, Signature.of(SECRET, bytes));
          };
      default -> Publisher.withToken(stage.relay(), client(name))::json;
    };
  }

  private static String client(String name) {
    return stage.token("service").with("azp", name + "-client").signed();
  }

  private static String cursor(Answer answer, boolean duplicate) {
    assertEquals(202, answer.status(), answer::toString);
    assertEquals(duplicate, answer.json().get("duplicate"), answer::toString);
    return (String) answer.json().get("cursor");
  }

  @ParameterizedTest
  @CsvSource({
    "key, webhook",
    "webhook, key",
    "key, bearer",
    "bearer, key",
    "webhook, bearer",
    "bearer, webhook",
    "bearer, other",
    "other, bearer"
  })
  void whoIsFirstWithASourceAndAnIdTakesNothingFromWhoIsSecond(String first, String second)
      throws Exception {
    String event =
        "{\"topic\":\"orders.1\",\"type\":\"paid\",\"source\":\"/orders\",\"id\":\"%s-%s\",\"data\":\"%s\"}";
    try (SseClient reader = stage.join(stage.token("ann", "acme"), "")) {
      String its = cursor(sender(first).send(event.formatted(first, second, first)), false);
      String own = cursor(sender(second).send(event.formatted(first, second, second)), false);

      assertNotEquals(its, own);
      assertEquals("\"" + first + "\"", reader.next("paid").data());
      assertEquals("\"" + second + "\"", reader.next("paid").data());
      // Each finds its own again, and learns nothing of the other's place.
      assertEquals(its, cursor(sender(first).send(event.formatted(first, second, "again")), true));
      assertEquals(own, cursor(sender(second).send(event.formatted(first, second, "again")), true));
      reader.assertExhausted();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/publishers/bound, 202",
    "/shop/, 202",
    "/shop/till/7, 202",
    "/shop, 403",
    "/publishers/bound/1, 403",
    "/publishers/key, 403",
    "/SHOP/1, 403",
    "https://shop.example/shop/1, 403",
  })
  void aPublisherSendsInTheNameOfItsSourcesAlone(String source, int status) throws Exception {
    Answer answer =
        sender("bound")
            .send("{\"topic\":\"a\",\"type\":\"b\",\"source\":\"%s\"}".formatted(source));

    if (status == 202) {
      cursor(answer, false);
    } else {
      answer.assertProblem(403, "NOT_ALLOWED", "/source");
    }
  }

  @Test
  void whoNamesNoSourceHasItsOwn() throws Exception {
    cursor(sender("bound").send("{\"topic\":\"a\",\"type\":\"b\"}"), false);
  }

  @Test
  void sourcesBindEveryFormAndEachEventOfABatch() throws Exception {
    Publisher bound = Publisher.withToken(stage.relay(), client("bound"));
    bound
        .post(
            "text/plain",
            "x",
            "ce-specversion",
            "1.0",
            "ce-id",
            "1",
            "ce-source",
            "/orders",
            "ce-type",
            "b",
            "ce-topic",
            "a")
        .assertProblem(403, "NOT_ALLOWED", "/source");
    Answer batch =
        bound.json(
            """
            [{"topic":"a","type":"b","source":"/shop/1"},{"topic":"a","type":"b","source":"/orders"}]\
            """);
    assertEquals(202, batch.status(), batch::toString);
    List<?> results = (List<?>) batch.json().get("results");
    assertEquals(false, ((java.util.Map<?, ?>) results.get(0)).get("duplicate"));
    assertEquals("/1/source", ((java.util.Map<?, ?>) results.get(1)).get("pointer"));
    assertEquals("NOT_ALLOWED", ((java.util.Map<?, ?>) results.get(1)).get("code"));
  }
}
