package heliograph.gateway.scheme;

import static org.junit.jupiter.api.Assertions.assertEquals;

import heliograph.gateway.http.FormFields;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What of a form is signed: each name and value, decoded and in order. */
class SignedFormTest {
  private static Optional<String> signed(String type, String body) {
    return SignedForm.of(Hooks.headers("Content-Type", type), body.getBytes(StandardCharsets.UTF_8))
        .map(text -> new String(text, StandardCharsets.UTF_8));
  }

  private static Optional<String> form(String body) {
    return signed("application/x-www-form-urlencoded; charset=utf-8", body);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "b=2&a=1     | a1b2",
        "a=1&B=2     | B2a1",
        "a=&b        | ab",
        "a+b=%2B%26  | a b+&",
        "a=2&a=1&a=2 | a1a2",
        "e=%E2%82%AC | e€",
        "e=€    | e€",
        "&&a=1&      | a1",
        "a=1=2       | a1=2",
      })
  void namesAndValuesAreDecodedAndInOrder(String body, String text) {
    assertEquals(Optional.of(text), form(body));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a=%", "a=%1", "a=%zz", "a=%+1", "a=%-1", "%"})
  void whatCannotBeDecodedIsNoForm(String body) {
    assertEquals(Optional.empty(), form(body));
  }

  @Test
  void anotherMediaTypeAndTooManyFieldsAreNoForm() {
    assertEquals(Optional.empty(), signed("application/json", "a=1"));
    assertEquals(Optional.empty(), signed("", "a=1"));
    assertEquals(Optional.of("a"), form("a&".repeat(FormFields.MAX)));
    assertEquals(Optional.empty(), form("a&".repeat(FormFields.MAX) + "a"));
  }
}
