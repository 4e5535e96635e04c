package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a mask hides reaches only who may see it, on whatever way they read. */
@Tag("log")
class MaskingTest {
  private static final String SECRET = "a-secret-for-masks-0123456789";
  private static final String ORDER =
      """
      {"customer":{"email":"ada@example.com","name":"Ada"},"items":[{"sku":"x","price":9.90}],\
      "iban":"DE02","note":"SPOIL"}\
      """;
  private static final String SHOWN =
      """
      {"customer":{"name":"Ada"},"items":[{"sku":"x","price":null}],"iban":"***","note":"SPOIL"}\
      """;

  @RegisterExtension
  static final Stage stage =
      Stage.of(
          """
          identity: { issuers: [%s] }
          publishers:
            - { name: backend, scheme: token, secrets: [%s], tenants: ["*"] }
          masking: { secret: %s }
          types:
            - type: order.*
              masks:
                - { fields: [/customer/email], roles: [billing] }
                - { fields: ["/items/*/price"], roles: [billing, sales], with: "null" }
                - { fields: [/iban], roles: [billing], with: redact }
            - type: visit
              masks: [ { fields: [/visitor], roles: [billing], with: hash } ]
            - type: told
              masks: [ { fields: [/a], roles: [billing], with: hash } ]
            - { type: note, roles: [staff] }
            - { type: cursor.moved, ephemeral: true }
          """,
          SECRET);

  @AfterAll
  static void nothingInTheLog() throws Exception {
    assertEquals(0, stage.relay().logged(SECRET));
  }

  private static String publish(String tenant, String type, String data) throws Exception {
    return stage.publish(
        "{\"tenant\":\"%s\",\"topic\":\"t\",\"type\":\"%s\",\"partitionkey\":\"k\",\"data\":%s}"
            .formatted(tenant, type, data));
  }

  private static SseClient join(String tenant, String role, String query) throws Exception {
    return stage.join(stage.token(role, tenant, role), query);
  }

  private static String poll(String tenant, String role, String query) throws Exception {
    Answer answer =
        stage
            .http()
            .get(
                "/v1/events?" + query,
                "Authorization",
                "Bearer " + stage.token(role, tenant, role));
    assertEquals(200, answer.status(), answer::toString);
    return answer.text();
  }

  @Test
  void theSameHoldsOnEveryWayToRead() throws Exception {
    String start = publish("ways", "other", "1");
    try (SseClient live = join("ways", "support", "");
        SseClient whole = join("ways", "support", "?format=cloudevents");
        SseClient billing = join("ways", "billing", "")) {
      publish("ways", "order.paid", ORDER);

      assertEquals(SHOWN, live.next("order.paid").data());
      assertTrue(whole.next("order.paid").data().endsWith(",\"data\":" + SHOWN + "}"));
      assertEquals(ORDER, billing.next("order.paid").data());
    }
    for (String query : List.of("?replay=1", "?snapshot=true", "?lastEventId=" + start)) {
      try (SseClient support = join("ways", "support", query);
          SseClient billing = join("ways", "billing", query)) {
        assertEquals(SHOWN, support.next("order.paid").data(), query);
        assertEquals(ORDER, billing.next("order.paid").data(), query);
        assertFalse(support.raw().contains("ada@"), query);
      }
    }
    String polled = poll("ways", "support", "after=" + start);
    assertTrue(polled.contains("\"data\":" + SHOWN + "}"), polled);
    assertTrue(poll("ways", "billing", "after=" + start).contains("\"data\":" + ORDER + "}"));
  }

  @Test
  void eachRoleLiftsItsOwnMasks() throws Exception {
    try (SseClient sales = join("roles", "sales", "")) {
      publish("roles", "order.paid", ORDER);

      assertEquals(
          "{\"customer\":{\"name\":\"Ada\"},\"items\":[{\"sku\":\"x\",\"price\":9.90}],"
              + "\"iban\":\"***\",\"note\":\"SPOIL\"}",
          sales.next("order.paid").data());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"customer\":{\"\\u0065mail\":\"SPOIL\"}}",
        "{\"\\u0063ustomer\":{\"email\":\"SPOIL\"}}",
        "{\"customer\":[{\"email\":\"SPOIL\"}]}",
        "{\"customer\":[[[{\"email\":\"SPOIL\"}]]]}",
        "[{\"customer\":{\"email\":\"SPOIL\"}}]",
        "{\"customer\":{\"email\":{\"of\":[\"SPOIL\"]}}}",
        "{\"items\":{\"price\":\"SPOIL\"}}",
        "{\"items\":{\"first\":{\"price\":\"SPOIL\"}}}",
        "{\"items\":[[{\"price\":\"SPOIL\"}]]}",
        "{\"items\":[{\"sku\":1},{\"price\":[\"SPOIL\"]}]}",
        "{\"iban\":[\"SPOIL\",\"SPOIL\"]}",
      })
  void wrappingAFieldDoesNotRevealIt(String data) throws Exception {
    try (SseClient client = join("evasion", "support", "")) {
      publish("evasion", "order.paid", data);

      String shown = client.next("order.paid").data();
      assertFalse(shown.contains("SPOIL"), shown);
    }
  }

  @Test
  void aFieldThatIsNamedTwiceIsNotStored() throws Exception {
    stage
        .post(
            Publisher.JSON,
            "{\"tenant\":\"evasion\",\"topic\":\"t\",\"type\":\"order.paid\","
                + "\"data\":{\"iban\":1,\"\\u0069ban\":2}}")
        .assertProblem(400, "INVALID_JSON");
  }

  @Test
  void whatCannotBeMaskedIsWithheldFromWhoWouldNeedIt() throws Exception {
    try (SseClient support = join("withheld", "support", "");
        SseClient billing = join("withheld", "billing", "")) {
      stage.publish(
          "{\"tenant\":\"withheld\",\"topic\":\"t\",\"type\":\"order.note\","
              + "\"datacontenttype\":\"text/plain\",\"data\":\"email: ada\"}");
      stage.publish(
          "{\"tenant\":\"withheld\",\"topic\":\"t\",\"type\":\"order.scan\","
              + "\"data_base64\":\"AAEC\"}");
      publish("withheld", "order.paid", "1");

      assertEquals("1", support.next("order.paid").data());
      assertEquals("email: ada", billing.next("order.note").data());
      assertEquals("AAEC", billing.next("order.scan").data());
      support.assertExhausted();
    }
    stage.relay().await(Pattern.compile("withheld type=order\\.\\* data=text"));
    stage.relay().assertLogged(1, "withheld type=order.");
    assertFalse(poll("withheld", "support", "after=").contains("ada"));
  }

  /** Neither side of a stream can tell, so the operator is told. */
  @Test
  void whatIsWithheldIsCountedAndLoggedOnceForItsEntry() throws Exception {
    double before = withheld();
    String many = "[" + "{\"a\":\"of ada\"},".repeat(501) + "{\"a\":0}]";
    try (SseClient support = join("told", "support", "");
        SseClient another = join("told", "support", "?topic=t");
        SseClient billing = join("told", "billing", "")) {
      publish("told", "told", many);
      publish("told", "told", many);
      publish("told", "other", "2");

      assertEquals("2", support.next("other").data());
      assertEquals("2", another.next("other").data());
      assertEquals(many, billing.next("told").data());
      assertEquals(many, billing.next("told").data());
    }
    assertEquals(before + 2, withheld(), "each once, however many streams it is withheld from");
    try (SseClient late = join("told", "support", "?replay=3")) {
      assertEquals("2", late.next("other").data());
    }
    stage
        .relay()
        .await(Pattern.compile("level=WARNING logger=heliograph withheld type=told data=json\n"));
    stage.relay().assertLogged(1, "withheld type=told");
    assertEquals(0, stage.relay().logged("of ada"));
  }

  private static double withheld() throws Exception {
    return stage.metric("heliograph_events_withheld_total");
  }

  @Test
  void aHashIsTheSameForEqualValuesOfATenantAndOfNoOther() throws Exception {
    try (SseClient client = join("hash", "support", "");
        SseClient other = join("hash-other", "support", "")) {
      publish("hash", "visit", "{\"visitor\":\"ada\"}");
      publish("hash", "visit", "{\"visitor\":\"\\u0061da\"}");
      publish("hash", "visit", "{\"visitor\":\"bob\"}");
      publish("hash-other", "visit", "{\"visitor\":\"ada\"}");

      String ada = client.next("visit").data();
      assertTrue(ada.matches("\\{\"visitor\":\"[0-9a-f]{64}\"}"), ada);
      assertEquals(ada, client.next("visit").data());
      assertFalse(ada.equals(client.next("visit").data()));
      assertFalse(ada.equals(other.next("visit").data()));
    }
  }

  @Test
  void aStreamThatMasksConcernIsNotCompressed() throws Exception {
    for (Map.Entry<String, Boolean> asked :
        Map.of("", false, "?type=order.paid", false, "?type=ord*", false, "?type=other", true)
            .entrySet()) {
      try (SseClient client =
          stage.open(
              "/v1/stream" + asked.getKey(),
              "Authorization: Bearer " + stage.token("support", "gzip", "support"),
              "Accept-Encoding: gzip")) {
        assertEquals(
            asked.getValue(),
            client.head().toLowerCase(Locale.ROOT).contains("content-encoding: gzip"),
            asked.getKey());
      }
    }
  }

  @Test
  void anEventThatNamesNobodyIsForTheRolesOfItsType() throws Exception {
    try (SseClient staff = join("audience", "staff", "");
        SseClient support = join("audience", "support", "")) {
      publish("audience", "note", "1");
      stage.publish(
          "{\"tenant\":\"audience\",\"topic\":\"t\",\"type\":\"note\",\"roles\":\"support\",\"data\":2}");
      publish("audience", "other", "3");

      assertEquals("1", staff.next("note").data());
      assertEquals("3", staff.next("other").data());
      assertEquals("2", support.next("note").data());
      assertEquals("3", support.next("other").data());
    }
  }

  @Test
  void aTypeThatIsEphemeralIsNotReplayed() throws Exception {
    try (SseClient live = join("ephemeral", "support", "")) {
      publish("ephemeral", "cursor.moved", "1");
      publish("ephemeral", "other", "2");

      assertEquals("1", live.next("cursor.moved").data());
      assertEquals("2", live.next("other").data());
    }
    try (SseClient late = join("ephemeral", "support", "?replay=2")) {
      assertEquals("2", late.next().data());
    }
  }
}
