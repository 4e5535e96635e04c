package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data that is not what its type's schema says is not stored, and the publisher is told where. */
class SchemaTest {
  private static final String KEY = "schema-key-0123456789";
  private static final String SCHEMA =
      """
      {"type":"object","required":["order"],"properties":{"order":{"type":"integer"},\
      "items":{"type":"array","items":{"type":"object","properties":{"sku":{"type":"string"}}}}}}\
      """;

  private static TestIssuer issuer;
  private static RelayProcess relay;
  private static Publisher publisher;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("order.json"), SCHEMA);
    issuer = TestIssuer.start();
    relay =
        RelayProcess.start(
            """
            identity: { issuers: [%s] }
            publishers:
              - { name: backend, scheme: token, secrets: [%s], tenants: [acme], topics: ["t.>"] }
            types:
              - { type: order.cancelled, schema: '{"type":"null"}' }
              - { type: order.*, schema: %s }
            """
                .formatted(issuer.yaml(), KEY, file));
    publisher = Publisher.withKey(relay, "backend", KEY);
  }

  @AfterAll
  static void stop() throws Exception {
    assertEquals(0, relay.logged("SLF4J"));
    assertEquals(0, relay.logged("SPOIL"));
    relay.stopWell();
    issuer.close();
  }

  private static String event(String type, String data) {
    return "{\"topic\":\"t.a\",\"type\":\"%s\",\"data\":%s}".formatted(type, data);
  }

  private static Answer post(String type, String data) throws Exception {
    return publisher.post(Publisher.JSON, event(type, data));
  }

  @Test
  void whatFitsIsStored() throws Exception {
    publisher.publish(event("order.paid", "{\"order\":1}"));
    publisher.publish(event("order.cancelled", "null"));
    publisher.publish(event("other", "{\"order\":\"any\"}"));
  }

  @Test
  void whatDoesNotFitIsRefusedWithThePlaceAtFault() throws Exception {
    Answer answer = post("order.paid", "{\"order\":1,\"items\":[{},{\"sku\":[\"SPOIL\"]}]}");

    answer.assertProblem(422, "INVALID_EVENT", "/data/items/1/sku");
    assertFalse(answer.text().contains("SPOIL"), answer.text());
    post("order.paid", "{}").assertProblem(422, "INVALID_EVENT", "/data");
    post("order.cancelled", "1").assertProblem(422, "INVALID_EVENT", "/data");
    publisher
        .post(Publisher.JSON, "{\"topic\":\"t.a\",\"type\":\"order.paid\"}")
        .assertProblem(422, "INVALID_EVENT", "/data");
  }

  @Test
  void inABatchOnlyWhatDoesNotFitIsRefused() throws Exception {
    Answer answer =
        publisher.post(
            Publisher.JSON,
            "[" + event("order.paid", "{\"order\":1}") + "," + event("order.paid", "[]") + "]");

    assertEquals(202, answer.status());
    List<?> results = (List<?>) answer.json().get("results");
    assertTrue(((Map<?, ?>) results.get(0)).containsKey("cursor"));
    assertEquals("/1/data", ((Map<?, ?>) results.get(1)).get("pointer"));
  }

  @Test
  void inBinaryModeTheBodyIsChecked() throws Exception {
    String[] attributes = {
      "ce-specversion",
      "1.0",
      "ce-id",
      "1",
      "ce-source",
      "/s",
      "ce-type",
      "order.paid",
      "ce-topic",
      "t.a"
    };

    publisher
        .post("application/json", "{\"order\":\"1\"}", attributes)
        .assertProblem(422, "INVALID_EVENT", "/data/order");
    publisher
        .post("text/plain", "order 1", attributes)
        .assertProblem(422, "INVALID_EVENT", "/data");
  }

  @Test
  void whoMayNotPublishHereDoesNotLearnTheSchema() throws Exception {
    publisher
        .post(Publisher.JSON, "{\"topic\":\"u\",\"type\":\"order.paid\",\"data\":7}")
        .assertProblem(403, "NOT_ALLOWED", "/topic");
  }

  @Test
  void aBadSchemaStopsTheStartAndNamesItsKey() throws Exception {
    try (RelayProcess refused =
        RelayProcess.launch(
            RelayProcess.yaml(
                """
                identity: { issuers: [%s] }
                types: [ { type: a, schema: '{"$ref":"http://127.0.0.1:1/x"}' } ]
                """
                    .formatted(issuer.yaml())))) {
      assertFalse(refused.exitCode() == 0);
      refused.assertLogged(1, "relay.types.0.schema: ");
    }
  }
}
