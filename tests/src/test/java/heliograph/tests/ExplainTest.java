package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An operator asks why somebody gets an event or not, and is told rule by rule. */
class ExplainTest {
  private static final String PATH = "/admin/explain";
  private static final String[] JSON = {"Content-Type", "application/json"};
  private static final String CLAIMS =
      "'claims':{'subject':'ada','tenant':'acme','roles':['staff'],'topics':['orders.*']}";

  @RegisterExtension
  static final Stage stage =
      Stage.of(
          """
          identity: { issuers: [%s] }
          types:
            - { type: "card.*", masks: [ { fields: [/number], roles: [billing] } ] }
          """);

  private static Answer ask(String question) throws Exception {
    return stage.relay().admin().post(PATH, question.replace('\'', '"'), JSON);
  }

  private static String event(String members) {
    return "'event':{'tenant':'acme','topic':'orders.1','type':'order.paid'" + members + "}";
  }

  @SuppressWarnings("unchecked")
  private static List<String> failed(Answer answer) {
    assertEquals(200, answer.status(), answer::toString);
    return ((List<Map<String, Object>>) answer.json().get("checks"))
        .stream()
            .filter(check -> check.get("passed").equals(false))
            .map(check -> (String) check.get("check"))
            .toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'x':'1' | ",
        "'roles':['staff'] | ",
        "'users':['ada'],'roles':['boss'] | ",
        "'roles':['boss'] | audience",
        "'expirytime':'2020-01-01T00:00:00Z' | expiry",
      })
  void eachRuleSaysWhatItThinks(String members, String rule) throws Exception {
    Answer answer = ask("{" + CLAIMS + "," + event("," + members) + "}");
    assertEquals(rule == null ? List.of() : List.of(rule), failed(answer));
    assertEquals(rule == null, answer.json().get("delivered"));
  }

  @Test
  void allThatIsAgainstItIsTold() throws Exception {
    String foreign = "'event':{'tenant':'other','topic':'alerts.1','type':'a','roles':['boss']}";
    Answer answer =
        ask("{" + CLAIMS + "," + foreign + ",'topics':['orders.>'],'types':['order.*']}");
    assertEquals(List.of("tenant", "audience", "rights", "topic", "type"), failed(answer));
    assertEquals(false, answer.json().get("delivered"));
  }

  @Test
  void aTokenIsVerifiedAsAtTheDoor() throws Exception {
    String good = stage.token("ada", "acme", "staff");
    assertEquals(List.of(), failed(ask("{'token':'" + good + "'," + event("") + "}")));

    Answer bad = ask("{'token':'" + good.replaceAll("....$", "AAAA") + "'," + event("") + "}");
    assertEquals(List.of("token"), failed(bad));
    assertTrue(bad.text().contains("BAD_TOKEN"), bad::text);
    assertFalse(bad.text().contains(good.substring(0, 20)), "the token is not repeated");
  }

  @Test
  void masksAreTold() throws Exception {
    String card =
        "'event':{'tenant':'acme','topic':'orders.1','type':'card.used',"
            + "'data':{'number':'4111-secret'}}";
    Answer masked = ask("{" + CLAIMS + "," + card + "}");
    assertEquals(true, masked.json().get("delivered"));
    assertEquals(true, masked.json().get("masked"));
    assertFalse(masked.text().contains("4111"), "the data is not repeated");

    String binary =
        "'event':{'tenant':'acme','topic':'orders.1','type':'card.used','data_base64':'AAAA'}";
    assertEquals(List.of("masks"), failed(ask("{" + CLAIMS + "," + binary + "}")));
    Answer lifted = ask("{" + CLAIMS.replace("staff", "billing") + "," + binary + "}");
    assertEquals(true, lifted.json().get("delivered"));
    assertEquals(false, lifted.json().get("masked"));
    // Nothing was withheld from anybody, as nothing was published.
    assertEquals(0, stage.metric("heliograph_events_withheld_total"));
    assertEquals(0, stage.relay().logged("withheld"));
  }

  private static final String CARD =
      "'event':{'tenant':'acme','topic':'orders.1','type':'card.used',"
          + "'data':{'number':'4111-secret','total':12}}";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "data.total > 10 | true",
        "event.type.startsWith(\\'card.\\') | true",
        "data.total > 12 | false",
        "data.missing == 1 | false",
        "data | false",
        // What a mask hides is hidden from the filter, and so from the answer.
        "has(data.number) | false",
        "data.number == \\'4111-secret\\' | false",
      })
  void aFilterSaysWhetherItChooses(String filter, boolean chosen) throws Exception {
    Answer answer = ask("{" + CLAIMS + "," + CARD + ",'filter':'" + filter + "'}");
    assertEquals(chosen ? List.of() : List.of("filter"), failed(answer));
    assertEquals(chosen, answer.json().get("delivered"));
    assertFalse(answer.text().contains("4111"), "the data is not repeated");
  }

  @Test
  void aFilterIsAskedAlsoWhereARuleSaysNo() throws Exception {
    String boss = event(",'roles':['boss'],'data':{'total':1}");
    assertEquals(List.of("audience"), failed(ask("{" + CLAIMS + "," + boss + ",'filter':'true'}")));
    assertEquals(
        List.of("audience", "filter"),
        failed(ask("{" + CLAIMS + "," + boss + ",'filter':'false'}")));
    String binary = CARD.replaceFirst("'data':.*", "'data_base64':'AAAA'}");
    assertEquals(
        List.of("masks", "filter"), failed(ask("{" + CLAIMS + "," + binary + ",'filter':'true'}")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'true && nobody == 1' | filter: line 1, column 9",
        "'' | filter: line 1",
        "'data.all(x, true)' | filter: line 1",
        "'1 + 1' | filter: line 1, column 1",
        "7 | filter: must be a text",
        "null | filter: must be a text",
      })
  void aBadFilterIsRefusedWithItsPlaceAsAtTheStream(String filter, String said) throws Exception {
    Answer answer = ask("{" + CLAIMS + "," + CARD + ",'filter':" + filter + "}");
    answer.assertProblem(400, "INVALID_REQUEST");
    assertTrue(answer.text().contains(said), answer::text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "{'event':{'tenant':'acme','topic':'a','type':'b'}}",
        "{'token':7,'event':{'tenant':'acme','topic':'a','type':'b'}}",
        "{'claims':{'subject':'ada'},'event':{'tenant':'acme','topic':'a','type':'b'}}",
        "{'claims':{'tenant':'acme'},'event':{'tenant':'acme','topic':'a','type':'b'}}",
        "{'token':'a','claims':{'subject':'a','tenant':'b'},'event':{'topic':'a','type':'b'}}",
        "{'claims':{'subject':'a','tenant':'b'},'topics':[],'event':{'topic':'a','type':'b'}}",
        "{'claims':{'subject':'a','tenant':'b'},'topics':'a','event':{'topic':'a','type':'b'}}",
        "{'claims':{'subject':'a','tenant':'b','sub':'c'},'event':{'topic':'a','type':'b'}}",
        "{'question':'why?'}",
      })
  void whatIsNotAQuestionIsRefused(String question) throws Exception {
    ask(question).assertProblem(400, "INVALID_REQUEST");
  }

  @Test
  void anEventThatCouldNotBePublishedIsRefusedAsThere() throws Exception {
    ask("{" + CLAIMS + ",'event':{'tenant':'acme','topic':'a b','type':'c'}}")
        .assertProblem(422, "INVALID_EVENT", "/topic");
  }

  @Test
  void theDoorIsOnTheAdminListenerAndNotOpenToPages() throws Exception {
    stage.http().post(PATH, "{}", JSON).assertProblem(404, "NOT_FOUND");
    stage
        .relay()
        .admin()
        .post(PATH, "{}", "Content-Type", "text/plain")
        .assertProblem(415, "UNSUPPORTED_MEDIA_TYPE");
    stage.relay().admin().get(PATH).assertProblem(405, "METHOD_NOT_ALLOWED");
  }
}
