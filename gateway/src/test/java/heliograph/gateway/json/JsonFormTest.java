package heliograph.gateway.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A form is filled in as it was meant, or it is refused. */
class JsonFormTest {
  /** A form. */
  private static final class Form {
    private String name = "nobody";
    private List<String> topics = List.of("all");
    private @Nullable Form other;
  }

  private static Form read(String json) {
    return JsonForm.read(json.getBytes(StandardCharsets.UTF_8), Form.class);
  }

  @Test
  void whatIsLeftOutStaysAsItIs() {
    Form form = read("{\"other\":{\"name\":\"\",\"topics\":[\"a\",\"\"]}}");
    assertEquals("nobody", form.name);
    assertEquals(List.of("all"), form.topics);
    assertEquals("", form.other.name);
    assertEquals(List.of("a", ""), form.other.topics);
    assertEquals(List.of(), read("{\"topics\":[]}").topics);
  }

  @Test
  void whatWasWrittenIsReadBack() {
    Form form = read("{\"name\":\"\u00e9\\u0000\",\"topics\":[\"a\"]}");
    assertEquals("{\"name\":\"\u00e9\\u0000\",\"topics\":[\"a\"]}", JsonForm.write(form));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'name':null}                | name: must be a text",
        "{'name':7}                   | name: must be a text",
        "{'name':1.5}                 | name: must be a text",
        "{'name':true}                | name: must be a text",
        "{'name':{}}                  | name: must be a text",
        "{'name':['a']}               | name: must be a text",
        "{'topics':null}              | topics: must be a list of texts",
        "{'topics':'a'}               | topics: must be a list of texts",
        "{'topics':''}                | topics: must be a list of texts",
        "{'topics':{}}                | topics: must be a list of texts",
        "{'topics':[null]}            | topics: must be a text",
        "{'topics':['a',7]}           | topics: must be a text",
        "{'topics':[['a']]}           | topics: must be a text",
        "{'topics':[[]]}              | topics: must be a text",
        "{'other':null}               | other: must be a JSON object",
        "{'other':''}                 | other: must be a JSON object",
        "{'other':[{}]}               | other: must be a JSON object",
        "{'other':{'other':{'name':7}}} | other.other.name: must be a text",
        "[]                           | the body: must be a JSON object",
        "[{}]                         | the body: must be a JSON object",
        "7                            | the body: must be a JSON object",
        "''                           | the body: must be a JSON object",
        "null                         | the body: must be a JSON object",
        "{'nom':'a'}                  | a member is none of [name, other, topics]",
        "{'Name':'a'}                 | a member is none of [name, other, topics]",
        "{'other':{'x':{}}}           | a member is none of [name, other, topics]",
      })
  void whatIsOfAnotherKindIsRefusedByItsName(String json, String detail) {
    RelayException refusal =
        assertThrows(RelayException.class, () -> read(json.replace('\'', '"')));
    assertEquals(detail, refusal.detail());
    assertEquals(ErrorCode.INVALID_REQUEST, refusal.code());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``",
        "{",
        "{'name':'a','name':'b'}",
        "{'other':{'topics':[],'topics':[]}}",
        "{} {}",
        "{'name':'a'}]",
        "{'name':'\\ud800'}",
        "{'topics':['a'",
        "{'other':{'other':",
      })
  void whatIsNotJsonIsRefused(String json) {
    RelayException refusal =
        assertThrows(RelayException.class, () -> read(json.replace('\'', '"')));
    assertEquals(ErrorCode.INVALID_JSON, refusal.code());
  }

  @Test
  void itHasBounds() {
    String deep = "{\"other\":".repeat(Json.MAX_DEPTH + 1);
    assertEquals(
        ErrorCode.INVALID_JSON, assertThrows(RelayException.class, () -> read(deep)).code());
  }
}
