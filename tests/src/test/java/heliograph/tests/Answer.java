package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What the relay answered to one request. */
record Answer(int status, Map<String, List<String>> headers, String text) {
  private static final Map<String, String> CHALLENGES =
      Map.of(
          "NO_CREDENTIALS", "Bearer",
          "BAD_SIGNATURE", "Bearer",
          "STALE_REQUEST", "Bearer",
          "BAD_TOKEN", "Bearer error=\"invalid_token\"",
          "EXPIRED_TOKEN", "Bearer error=\"invalid_token\"",
          "REVOKED_TOKEN", "Bearer error=\"invalid_token\"",
          "NOT_ALLOWED", "Bearer error=\"insufficient_scope\"");

  Answer {
    Map<String, List<String>> anyCase = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    anyCase.putAll(headers);
    headers = anyCase;
  }

  static Answer of(HttpResponse<byte[]> response) {
    return of(response.statusCode(), response.headers().map(), response.body());
  }

  static Answer of(int status, Map<String, List<String>> headers, byte[] body) {
    return new Answer(status, headers, new String(body, StandardCharsets.UTF_8));
  }

  Map<String, Object> json() {
    return Json.object(text);
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name)).map(List::getFirst);
  }

  /** It is the documented refusal, of the request as a whole. */
  void assertProblem(int status, String code) {
    assertProblem(status, code, "");
  }

  /** It is the documented refusal, naming the member at fault; headers and all. */
  void assertProblem(int expected, String code, String pointer) {
    Secrets.assertNoneIn("the problem", text);
    assertEquals(expected, status, () -> "expected " + code + ", not " + text);
    assertEquals("application/problem+json", header("Content-Type").orElse("none"));
    assertProblem(json(), expected, code, pointer);
    assertEquals(
        Optional.ofNullable(CHALLENGES.get(code)), header("WWW-Authenticate"), "challenge");
    if (status == 429 || status == 503) {
      int wait = Integer.parseInt(header("Retry-After").orElse("0"));
      assertTrue(wait > 0, "Retry-After");
    }
  }

  /** The members of a problem, wherever it stands. */
  static void assertProblem(Map<String, Object> problem, int status, String code, String pointer) {
    assertEquals(code, problem.get("code"), problem::toString);
    assertEquals((long) status, problem.get("status"), problem::toString);
    assertEquals(
        "urn:heliograph:problem:" + code.toLowerCase(Locale.ROOT).replace('_', '-'),
        problem.get("type"));
    assertEquals(pointer, problem.getOrDefault("pointer", ""), problem::toString);
    assertFalse(String.valueOf(problem.get("title")).isBlank());
    assertFalse(String.valueOf(problem.get("detail")).isBlank());
  }

  @Override
  public String toString() {
    return status + " " + headers + " " + text;
  }
}
