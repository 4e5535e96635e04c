package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An operator asks why somebody did not get an event that is stored, by its place in the log. */
class ExplainStoredTest {
  private static final String BOB = "'claims':{'subject':'bob','tenant':'acme','roles':['viewer']}";

  @TempDir Path folder;
  private TailStage stage;

  @BeforeEach
  void start() throws Exception {
    stage = new TailStage(folder);
  }

  @AfterEach
  void stop() throws Exception {
    stage.close();
  }

  private Answer ask(String token, String question) throws Exception {
    return stage
        .relay()
        .admin()
        .post(
            "/admin/v1/explain",
            question.replace('\'', '"'),
            "Content-Type",
            "application/json",
            "Authorization",
            "Bearer " + token);
  }

  private static String stored(String place) {
    return ",'stored':{'tenant':'acme','id':'" + place + "'}";
  }

  @Test
  void eachRuleIsAskedAboutTheEventAsItIsStored() throws Exception {
    String place = stage.publish(",\"id\":\"e1\",\"roles\":[\"auditor\"],\"data\":{\"pin\":4711}");
    Answer answer =
        ask(
            TailStage.VERA,
            "{" + BOB + stored(place) + ",'filter':'event.topic.startsWith(event.topic)'}");
    assertEquals(200, answer.status(), answer::toString);
    assertEquals(false, answer.json().get("delivered"));
    @SuppressWarnings("unchecked")
    List<Map<String, Object>> checks = (List<Map<String, Object>>) answer.json().get("checks");
    assertEquals(
        List.of("audience"),
        checks.stream()
            .filter(it -> it.get("passed").equals(false))
            .map(it -> it.get("check"))
            .toList());
    @SuppressWarnings("unchecked")
    Map<String, Object> event = (Map<String, Object>) answer.json().get("event");
    assertEquals("e1", event.get("id"));
    assertEquals("orders.42", event.get("topic"));
    assertEquals(List.of("auditor"), event.get("roles"));
    assertFalse(answer.text().contains("4711"), answer::toString);
  }

  @Test
  void aFilterTellsOfDataOnlyToThoseWhoMaySeeIt() throws Exception {
    String place = stage.publish(",\"data\":{\"pin\":4711}");
    String question = "{" + BOB + stored(place) + ",'filter':'data.pin == 4711'}";
    ask(TailStage.VERA, question).assertProblem(403, "NOT_ALLOWED", "/filter");
    Answer answer = ask(TailStage.DORA, question);
    assertEquals(true, answer.json().get("delivered"), answer::toString);
    assertEquals(false, ask(TailStage.DORA, question.replace("4711", "1")).json().get("delivered"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{CLAIMS}",
        "{CLAIMS,'stored':{'tenant':'acme'}}",
        "{CLAIMS,'stored':{'id':'abcdefgh-1'}}",
        "{CLAIMS,'stored':{'tenant':'acme','id':'1'}}",
        "{CLAIMS,'stored':{'tenant':'acme','id':'abcdefgh-1~'}}",
        "{CLAIMS,'stored':{'tenant':'acme','id':'abcdefgh-1','x':1}}",
        "{CLAIMS,'stored':{'tenant':'acme','id':'abcdefgh-1'},'event':{'topic':'a','type':'b'}}",
      })
  void aWrongQuestionIsRefused(String question) throws Exception {
    ask(TailStage.VERA, question.replace("CLAIMS", BOB)).assertProblem(400, "INVALID_REQUEST");
  }

  @Test
  void anEventThatIsNotThereIsNotFound() throws Exception {
    String place = stage.publish("");
    String epoch = place.substring(0, place.indexOf('-'));
    for (String other : List.of("abcdefgh-1", epoch + "-0", epoch + "-99")) {
      ask(TailStage.VERA, "{" + BOB + stored(other) + "}").assertProblem(404, "NOT_FOUND");
    }
    ask(TailStage.VERA, "{" + BOB + stored(place).replace("acme", "other") + "}")
        .assertProblem(404, "NOT_FOUND");
  }
}
