package heliograph.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is meant to be a token is told from what is a session, whoever signed it. */
class CredentialsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"alg\":\"RS256\"} | .e30.c2ln   | true",
        "{\"alg\":\"none\"}  | .e30.       | true",
        "{\"alg\":\"RS256\"} | .e30        | false",
        "{\"alg\":\"RS256\"} | .e30.a.b.c  | false",
        "{\"user\":1}        | .ZxY.c2ln   | false",
        "{}                  | ''          | false",
      })
  void aTokenSaysHowItIsSigned(String first, String rest, boolean token) {
    String text =
        Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(first.getBytes(StandardCharsets.UTF_8))
            + rest;

    assertEquals(token, Credentials.isJwt(text));
  }

  @ParameterizedTest
  @CsvSource({"s%3Aabc.def", "''", "..", "!.?.*", "0123456789abcdef", "a.b.c"})
  void aSessionIsNone(String text) {
    assertEquals(false, Credentials.isJwt(text));
  }
}
