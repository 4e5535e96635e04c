package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the relay tells at /asyncapi of what is configured, and what it keeps to itself. */
class AsyncApiTest {
  /** Each of these stands somewhere in the configuration, and is for operators alone to know. */
  private static final List<String> UNTOLD =
      List.of(
          "audience-untold",
          "untold-publisher",
          "untold-tenant",
          "untold-role",
          "untold-topic",
          "untold-filter",
          "untold-subject",
          "untold-claim",
          "untold-default",
          "untold-only",
          "untold-comment",
          "untold-off",
          "untold.example",
          Stage.KEY);

  @RegisterExtension
  static final Stage stage =
      Stage.of(
          """
          identity: { issuers: [%1$s], query-parameter: my_token, cookie: my_cookie }
          publishers:
            - { name: untold-publisher, scheme: token, secrets: [%2$s], tenants: [untold-tenant] }
            - { name: backend, scheme: token, secrets: [%2$s], tenants: [untold-tenant] }
          authorize: [ { topics: "untold-topic.>", url: "http://untold.example/{1}" } ]
          types:
            - type: order.paid
              roles: [untold-role]
              schema: '%3$s'
              masks:
                - { fields: [/customer/email, "/lines/*/price", "/seen/*"], roles: [untold-role] }
                - { fields: [/iban], roles: [untold-role], with: redact }
                - { fields: [/total], roles: [untold-role], with: "null" }
                - { fields: [/who/name], roles: [untold-role], with: hash }
            - { type: "order.*", ephemeral: true }
            - { type: order.covered, schema: '{"type":"string"}' }
            - { type: error, schema: '{"type":"string"}' }
          streams:
            - name: dashboard
              path: /live/{id}/{kind}
              topics: ["untold-topic.{path.id}.{path.kind}.{query.channels}.{query.page}"]
              types: ["order.*"]
              filter: "event.subject == 'untold-filter'"
              token: { places: [cookie, header], cookie: sid }
              enabled: { roles: [untold-role], tenants: [untold-tenant], claim: /untold-claim }
              query:
                channels: { split: ",", only: [untold-only] }
                page: { default: untold-default }
              envelope: '{"kind":{path.kind},"id":{path.id|number},"data":{data},"on":{query.channels}}'
              names: [ { type: order.paid, name: paid }, { type: order.covered, name: covered } ]
              window: PT0.1S
              batch: { types: [order.paid], name: many, envelope: '{"items":{items},"n":{count}}' }
              frames:
                connected: { event: hello, data: '{"you":{subject},"version":3}' }
                gap: off
            - name: everyone
              path: /open
              topics: ["untold-topic.open"]
              event: none
              token: { verify: none }
              anonymous: { subject: untold-subject, tenant: untold-tenant }
            - { name: untold-off, path: /off, topics: [a], enabled: false }
          """,
          """
          {"type":"object","required":["order","customer","lines","iban","total","who","seen"],\
          "additionalProperties":false,"$comment":"untold-comment","properties":{\
          "order":{"type":"integer"},\
          "customer":{"$ref":"#/$defs/person"},\
          "lines":{"type":"array","minItems":1,"items":{"type":"object",\
          "required":["sku","price"],"properties":{"sku":{"enum":["a","b"]},"price":{"type":"number"}}}},\
          "seen":{"type":"array","items":{"type":"string"},"minItems":2},\
          "iban":{"type":"string","enum":["DE","FR"]},\
          "total":{"type":"number"},\
          "who":{"oneOf":[{"type":"null"},{"$ref":"#/$defs/person"}]}},\
          "$defs":{"person":{"type":"object","required":["name","email"],\
          "properties":{"name":{"type":"string"},"email":{"type":"string"}}}}}\
          """
              .strip());

  private static Map<String, Object> document() throws Exception {
    Answer answer = stage.http().get("/asyncapi");
    assertEquals(200, answer.status(), answer::toString);
    return answer.json();
  }

  private static Object at(Object value, Object... steps) {
    Object at = value;
    for (Object step : steps) {
      at = at instanceof List<?> list ? list.get((int) step) : ((Map<?, ?>) at).get(step);
    }
    return at;
  }

  @Test
  void whatIsForOperatorsIsNotTold() throws Exception {
    String json = stage.http().get("/asyncapi").text();
    String yaml = stage.http().get("/asyncapi", "Accept", "application/yaml").text();
    for (String untold : UNTOLD) {
      assertFalse(json.contains(untold), untold);
      assertFalse(yaml.contains(untold), untold);
    }
  }

  @Test
  void streamsAreChannelsAndTypesAreMessages() throws Exception {
    Map<String, Object> document = document();
    assertEquals("3.0.0", document.get("asyncapi"));
    assertEquals(
        List.of("stream", "profiles.dashboard", "profiles.everyone"),
        List.copyOf(((Map<?, ?>) document.get("channels")).keySet()));
    Map<?, ?> messages = (Map<?, ?>) at(document, "components", "messages");
    // A type that an entry before takes has no message of its own.
    assertEquals(
        List.of(
            "order.paid",
            "type-1",
            "error",
            "other",
            "system.connected",
            "system.position",
            "system.heartbeat",
            "system.gap",
            "system.reauth",
            "system.shutdown",
            "system.end"),
        List.copyOf(messages.keySet()));
    assertEquals("order.*", at(messages, "type-1", "x-heliograph-type"));
    assertTrue(at(messages, "type-1", "description").toString().contains("never replayed"));
    // The name is that of the SSE event, and a browser has an event of its own called error.
    assertEquals("type.error", at(messages, "error", "name"));
    assertEquals("error", at(messages, "error", "x-heliograph-type"));
    assertEquals(Map.of("$ref", "#/components/schemas/error"), at(messages, "error", "payload"));
  }

  @Test
  void whatMasksHideIsOptionalOrHasAnotherFormAsWell() throws Exception {
    Object schema = at(document(), "components", "schemas", "order.paid");
    assertEquals(
        List.of("order", "customer", "lines", "iban", "total", "who", "seen"),
        at(schema, "required"));
    Object person = at(schema, "$defs", "person");
    assertEquals(List.of("name"), at(person, "required"));
    assertTrue(at(person, "properties", "email", "description").toString().contains("Left out"));
    assertEquals(2, ((List<?>) at(person, "properties", "name", "anyOf")).size());
    Object line = at(schema, "properties", "lines", "items");
    assertEquals(List.of("sku"), at(line, "required"));
    assertEquals(List.of("a", "b"), at(line, "properties", "sku", "enum"));
    assertEquals(
        Map.of("type", "string", "const", "***"), at(schema, "properties", "iban", "anyOf", 1));
    assertEquals(List.of("DE", "FR"), at(schema, "properties", "iban", "anyOf", 0, "enum"));
    assertEquals(Map.of("type", "null"), at(schema, "properties", "total", "anyOf", 1));
    // Items that are removed make an array shorter.
    assertFalse(((Map<?, ?>) at(schema, "properties", "seen")).containsKey("minItems"));
    assertFalse(((Map<?, ?>) at(schema, "properties", "who")).containsKey("oneOf"));
    String about = at(document(), "components", "messages", "order.paid", "description").toString();
    assertTrue(about.contains("`/customer/email`"), about);
  }

  @Test
  void aProfileHasItsParametersFramesAndCredentials() throws Exception {
    Map<String, Object> document = document();
    Object channel = at(document, "channels", "profiles.dashboard");
    assertEquals("/live/{id}/{kind}", at(channel, "address"));
    assertEquals(Set.of("id", "kind"), ((Map<?, ?>) at(channel, "parameters")).keySet());
    Object messages = at(channel, "messages");
    assertEquals("paid", at(messages, "order.paid", "name"));
    assertEquals(
        Map.of("$ref", "#/components/schemas/order.paid"),
        at(messages, "order.paid", "payload", "properties", "data"));
    assertEquals(
        Map.of("type", "integer"), at(messages, "order.paid", "payload", "properties", "id"));
    assertEquals("array", at(messages, "order.paid", "payload", "properties", "on", "type"));
    assertEquals("many", at(messages, "order.paid-batch", "name"));
    // Some of these events have another name than their type.
    assertFalse(((Map<?, ?>) at(messages, "type-1")).containsKey("name"));
    assertFalse(((Map<?, ?>) messages).containsKey("error"));
    assertFalse(((Map<?, ?>) messages).containsKey("system.gap"));
    assertEquals("hello", at(messages, "system.connected", "name"));
    assertEquals(3L, at(messages, "system.connected", "payload", "properties", "version", "const"));
    Object http = at(document, "operations", "profiles.dashboard", "bindings", "http");
    assertEquals(
        Set.of("channels", "page"), ((Map<?, ?>) at(http, "query", "properties")).keySet());
    assertEquals(List.of("channels"), at(http, "query", "required"));
    Object schemes = at(document, "components", "securitySchemes");
    List<?> security = (List<?>) at(document, "operations", "profiles.dashboard", "security");
    assertEquals(
        List.of(
            Map.of("$ref", "#/components/securitySchemes/bearer"),
            Map.of("$ref", "#/components/securitySchemes/cookie-2")),
        security);
    assertEquals("sid", at(schemes, "cookie-2", "name"));
    assertEquals("my_token", at(schemes, "query", "name"));
    assertEquals("my_cookie", at(schemes, "cookie", "name"));
    // Nobody says here who they are, and every frame is heard as a message.
    Object everyone = at(document, "operations", "profiles.everyone");
    assertFalse(((Map<?, ?>) everyone).containsKey("security"));
    assertEquals(
        "message", at(document, "channels", "profiles.everyone", "messages", "other", "name"));
  }

  @ParameterizedTest
  @CsvSource({
    "application/json, application/json",
    "*/*, application/json",
    "'text/html,*/*;q=0.8', application/json",
    "application/yaml, application/yaml",
    "application/vnd.aai.asyncapi+yaml, application/yaml",
    "text/yaml;q=0, application/json",
  })
  void itIsJsonOrYaml(String accept, String type) throws Exception {
    Answer answer = stage.http().get("/asyncapi", "Accept", accept);
    assertEquals(200, answer.status());
    assertEquals(type, answer.header("Content-Type").orElse("none"));
    assertEquals("Accept", answer.header("Vary").orElse("none"));
    assertEquals("nosniff", answer.header("X-Content-Type-Options").orElse("none"));
    String start = type.equals("application/json") ? "{" : "asyncapi: 3.0.0\n";
    assertTrue(answer.text().startsWith(start), answer::text);
  }

  @Test
  void whoHasItIsNotSentItAgain() throws Exception {
    String tag = stage.http().get("/asyncapi").header("ETag").orElseThrow();
    Answer again = stage.http().get("/asyncapi", "If-None-Match", "\"x\", W/" + tag);
    assertEquals(304, again.status());
    assertEquals("", again.text());
    Answer yaml = stage.http().get("/asyncapi", "If-None-Match", tag, "Accept", "text/yaml");
    assertEquals(200, yaml.status());
  }

  @Test
  void headHasNoBody() throws Exception {
    try (RawHttp raw = stage.connect()) {
      raw.send("HEAD /asyncapi HTTP/1.1\r\nHost: relay\r\n\r\n");
      Answer head = raw.head();
      assertEquals(200, head.status());
      assertTrue(Integer.parseInt(head.header("Content-Length").orElse("0")) > 1000);
      // What comes next is an answer, and no rest of the one before.
      raw.send("HEAD /asyncapi HTTP/1.1\r\nHost: relay\r\n\r\n");
      assertEquals(200, raw.head().status());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE"})
  void itIsOnlyRead(String method) throws Exception {
    Answer answer = stage.http().send(method, "/asyncapi", new byte[0]);
    answer.assertProblem(405, "METHOD_NOT_ALLOWED");
    assertEquals("GET, HEAD", answer.header("Allow").orElse("none"));
  }

  @Test
  void itIsNotOnTheAdminListener() throws Exception {
    stage.relay().admin().get("/asyncapi").assertProblem(404, "NOT_FOUND");
    stage.relay().admin().get("/client").assertProblem(404, "NOT_FOUND");
  }
}
