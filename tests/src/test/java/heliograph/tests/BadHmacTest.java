package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Webhooks of the scheme hmac that are not signed as the operator says that they are. */
class BadHmacTest {
  private static final String SECRET = "a-secret-of-the-sender-0123456789";
  private static final String BODY = "{\"topic\":\"a\",\"type\":\"b\"}";

  @RegisterExtension
  static final Stage stage =
      Stage.of(
          """
          identity: { issuers: [%1$s] }
          publishers:
            - { name: backend, scheme: token, secrets: [%2$s], tenants: [acme] }
            - name: full
              scheme: hmac
              secrets: [%3$s]
              tenants: [acme]
              signature: { header: X-Signature, prefix: "v1=", text: "{timestamp}.{id}.{body}" }
              timestamp: { member: t }
              delivery: { header: X-Id }
            - name: bare
              scheme: hmac
              secrets: [%3$s]
              tenants: [acme]
              signature: { header: X-Signature, encoding: base64, hash: sha512 }
            - name: placed
              scheme: hmac
              secrets: [%3$s]
              tenants: [acme]
              signature: { header: X-Signature, text: "{header:X-Part}.{url}.{body}", url: "https://hooks.example.com" }
            - name: asked
              scheme: hmac
              secrets: [%3$s]
              tenants: [acme]
              signature: { header: X-Signature, text: "{url}.{body}" }
            - name: formed
              scheme: hmac
              secrets: [%3$s]
              tenants: [acme]
              signature: { header: X-Signature, encoding: base64, text: "{url}{form}" }
            - { name: named, scheme: token, header: X-Key, secrets: [%3$s], tenants: [acme] }
            - { name: queried, scheme: token, query: key, secrets: [%3$s], tenants: [acme] }
            - name: challenged
              scheme: hmac
              secrets: [%3$s]
              tenants: [acme]
              signature: { header: X-Signature }
              challenge: { from: /challenge, when: /type=check, signed: false, json: challenge }
          """,
          SECRET);

  private static byte[] mac(String algorithm, String text) {
    try {
      Mac mac = Mac.getInstance(algorithm);
      mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), algorithm));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String hex(String text) {
    return HexFormat.of().formatHex(mac("HmacSHA256", text));
  }

  private static Answer post(String path, String body, String... headers) throws Exception {
    return stage.http().post("/v1/hooks/" + path, body, all(headers).toArray(String[]::new));
  }

  private static List<String> all(String... headers) {
    List<String> all = new ArrayList<>(List.of("Content-Type", "application/json"));
    for (int i = 0; i < headers.length; i += 2) {
      if (!headers[i + 1].isEmpty()) {
        all.addAll(List.of(headers[i], headers[i + 1]));
      }
    }
    return all;
  }

  private static void assertTaken(Answer answer) {
    assertEquals(202, answer.status(), answer::toString);
  }

  /** Every reason gets the same answer, so that nobody learns which part was right. */
  private static void assertRefused(Answer answer) throws Exception {
    answer.assertProblem(401, "BAD_SIGNATURE");
    assertEquals(post("nobody", BODY).text(), answer.text());
  }

  static Stream<Arguments> wrongHeaders() {
    String time = Long.toString(Instant.now().getEpochSecond());
    String right = hex(time + ".id-1." + BODY);
    String base64 = Base64.getEncoder().encodeToString(mac("HmacSHA256", time + ".id-1." + BODY));
    String wrong = "v1=" + "0".repeat(64);
    return Stream.of(
        Arguments.of("nothing", ""),
        Arguments.of("no signature", "t=" + time),
        Arguments.of("no time", "v1=" + right),
        Arguments.of("an empty signature", "t=" + time + ",v1="),
        Arguments.of("no prefix", "t=" + time + "," + right),
        Arguments.of("another prefix", "t=" + time + ",v0=" + right),
        Arguments.of("the prefix in upper case", "t=" + time + ",V1=" + right),
        Arguments.of("the prefix twice", "t=" + time + ",v1=v1=" + right),
        Arguments.of("truncated", "t=" + time + ",v1=" + right.substring(0, 62)),
        Arguments.of("one byte", "t=" + time + ",v1=" + right.substring(0, 2)),
        Arguments.of("an odd digit", "t=" + time + ",v1=" + right.substring(1)),
        Arguments.of("longer", "t=" + time + ",v1=" + right + "00"),
        Arguments.of("base64", "t=" + time + ",v1=" + base64),
        Arguments.of(
            "another hash",
            "t="
                + time
                + ",v1="
                + HexFormat.of().formatHex(mac("HmacSHA1", time + ".id-1." + BODY))),
        Arguments.of("of the body alone", "t=" + time + ",v1=" + hex(BODY)),
        Arguments.of("of another id", "t=" + time + ",v1=" + hex(time + ".id-2." + BODY)),
        Arguments.of("of another time", "t=" + time + ",v1=" + hex(time + "1.id-1." + BODY)),
        Arguments.of("of another body", "t=" + time + ",v1=" + hex(time + ".id-1." + BODY + " ")),
        Arguments.of("two times", "t=" + time + ",t=" + time + ",v1=" + right),
        Arguments.of("two other times", "t=1,t=" + time + ",v1=" + right),
        Arguments.of(
            "a time with a zero before", "t=0" + time + ",v1=" + hex("0" + time + ".id-1." + BODY)),
        Arguments.of(
            "a time with a sign", "t=+" + time + ",v1=" + hex("+" + time + ".id-1." + BODY)),
        Arguments.of(
            "a time with a fraction", "t=" + time + ".5,v1=" + hex(time + ".5.id-1." + BODY)),
        Arguments.of("milliseconds", "t=" + time + "000,v1=" + hex(time + "000.id-1." + BODY)),
        Arguments.of("no number", "t=now,v1=" + hex("now.id-1." + BODY)),
        Arguments.of("a colon between", "t=" + time + ":v1=" + right),
        Arguments.of(
            "digits of another script",
            "t=" + time + ",v1=" + right.replace('0', '\u00b2') + "\u00b2"),
        Arguments.of(
            "the right one too late", "t=" + time + "," + (wrong + ",").repeat(16) + "v1=" + right),
        Arguments.of("a thousand", "t=" + time + "," + "v1=00,".repeat(1000) + "v1=" + right));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongHeaders")
  void anyOtherHeaderIsRefused(String why, String header) throws Exception {
    assertRefused(post("full", BODY, "X-Id", "id-1", "X-Signature", header));
  }

  @Test
  void theRightOneIsTakenAmongOthersAndInEitherCase() throws Exception {
    String time = Long.toString(Instant.now().getEpochSecond());
    String right = hex(time + ".id-3." + BODY);
    for (String form : List.of("t=%s,v1=%s", "v1=%2$s t=%1$s", "t=%s; v0=1, v1=00,v1=%s")) {
      Answer answer =
          post("full", BODY, "X-Id", "id-3", "X-Signature", form.formatted(time, right));
      assertTaken(answer);
      assertEquals("id-3", answer.json().get("id"));
    }
    assertTaken(
        post(
            "full",
            BODY,
            "X-Id",
            "id-3",
            "X-Signature",
            "t=" + time + ",v1=" + right.toUpperCase(Locale.ROOT)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "id 1", "id-é"})
  void anIdThatIsNoneIsRefused(String id) throws Exception {
    String time = Long.toString(Instant.now().getEpochSecond());
    assertRefused(
        post(
            "full",
            BODY,
            "X-Id",
            id,
            "X-Signature",
            "t=" + time + ",v1=" + hex(time + "." + id + "." + BODY)));
  }

  @Test
  void aHeaderThatComesTwiceIsRefused() throws Exception {
    String time = Long.toString(Instant.now().getEpochSecond());
    String signature = "t=" + time + ",v1=" + hex(time + ".id-1." + BODY);
    for (String name : List.of("X-Id", "X-Signature")) {
      List<String> headers = all("X-Id", "id-1", "X-Signature", signature);
      headers.addAll(List.of(name, name.equals("X-Id") ? "id-1" : signature));
      assertRefused(stage.http().post("/v1/hooks/full", BODY, headers.toArray(String[]::new)));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-310, 310, -100_000})
  void onlyWhoHoldsTheSecretIsToldThatTheTimeIsWrong(long seconds) throws Exception {
    String time = Long.toString(Instant.now().getEpochSecond() + seconds);
    post(
            "full",
            BODY,
            "X-Id",
            "id-1",
            "X-Signature",
            "t=" + time + ",v1=" + hex(time + ".id-1." + BODY))
        .assertProblem(401, "STALE_REQUEST");
    assertRefused(
        post("full", BODY, "X-Id", "id-1", "X-Signature", "t=" + time + ",v1=" + hex(BODY)));
  }

  @Test
  void whereNothingNamesADeliveryEachIsOneOfItsOwn() throws Exception {
    String right = Base64.getEncoder().encodeToString(mac("HmacSHA512", BODY));
    Answer one = post("bare", BODY, "X-Signature", right);
    Answer other = post("bare", BODY, "X-Signature", right.replace("=", ""));
    assertTaken(one);
    assertEquals(false, other.json().get("duplicate"));
    assertTrue(!one.json().get("id").equals(other.json().get("id")), one::text);
    assertRefused(
        post("bare", BODY, "X-Signature", right.replace('/', '_').replace('+', '-') + "_"));
    assertRefused(
        post(
            "bare",
            BODY,
            "X-Signature",
            Base64.getEncoder().encodeToString(mac("HmacSHA256", BODY))));
  }

  @Test
  void theAddressAndAHeaderAreCovered() throws Exception {
    String at = "https://hooks.example.com/v1/hooks/placed?a=%20b";
    String right = hex("part." + at + "." + BODY);
    assertTaken(post("placed?a=%20b", BODY, "X-Part", "part", "X-Signature", right));
    assertRefused(post("placed?a=+b", BODY, "X-Part", "part", "X-Signature", right));
    assertRefused(post("placed", BODY, "X-Part", "part", "X-Signature", right));
    assertRefused(post("placed?a=%20b", BODY, "X-Part", "parts", "X-Signature", right));
    assertRefused(post("placed?a=%20b", BODY, "X-Signature", hex("." + at + "." + BODY)));

    String own = "http://127.0.0.1:" + stage.relay().port() + "/v1/hooks/asked";
    assertTaken(post("asked", BODY, "X-Signature", hex(own + "." + BODY)));
    // Nobody but a trusted proxy says what was called.
    assertTaken(
        post(
            "asked",
            BODY,
            "X-Forwarded-Proto",
            "https",
            "X-Forwarded-Host",
            "evil.example",
            "X-Signature",
            hex(own + "." + BODY)));
    assertRefused(post("asked", BODY, "X-Signature", hex(own + "?." + BODY)));
  }

  @Test
  void aFormIsSignedByItsFieldsAndIsAForm() throws Exception {
    String own = "http://127.0.0.1:" + stage.relay().port() + "/v1/hooks/formed";
    String signed = Base64.getEncoder().encodeToString(mac("HmacSHA256", own + "a1b x2"));
    for (String body : List.of("a=1&b+x=3", "a=1", "a=1&b+x=2&c=", "a=1&b%2=2", "{}")) {
      assertRefused(form("application/x-www-form-urlencoded", body, signed));
    }
    assertRefused(form("application/json", "a=1&b+x=2", signed));
    Answer right = form("application/x-www-form-urlencoded", "b%20x=2&a=1", signed);
    assertTrue(right.status() != 401, right::toString);
  }

  private static Answer form(String type, String body, String signature) throws Exception {
    return stage
        .http()
        .post("/v1/hooks/formed", body, "Content-Type", type, "X-Signature", signature);
  }

  @Test
  void aKeyIsWhereTheOperatorSaysAndNowhereElse() throws Exception {
    assertTaken(post("named", BODY, "X-Key", SECRET));
    assertTaken(post("queried?key=" + SECRET, BODY));
    for (String[] wrong :
        new String[][] {
          {"named", "X-Key", "Bearer " + SECRET},
          {"named", "Authorization", "Bearer " + SECRET},
          {"named?key=" + SECRET, "X-Other", "x"},
          {"named", "X-Key", SECRET + "x"},
          {"queried", "Authorization", "Bearer " + SECRET},
          {"queried", "key", SECRET},
          {"queried?key=" + SECRET + "&key=" + SECRET, "X-Other", "x"},
          {"queried?key=", "X-Other", "x"},
          {"queried?Key=" + SECRET, "X-Other", "x"},
          {"backend?key=" + SECRET, "X-Other", "x"},
        }) {
      assertRefused(post(wrong[0], BODY, wrong[1], wrong[2]));
    }
    assertTrue(!stage.relay().log().contains(SECRET), "the key is in the log");
  }

  @Test
  void anUnsignedChallengeIsAnsweredAndPublishesNothing() throws Exception {
    double before = stage.metric("heliograph_events_published_total", "result=\"stored\"");
    String event = "{\"topic\":\"a\",\"type\":\"check\",\"challenge\":\"x<y\"}";
    Answer answer = post("challenged", event);
    assertEquals(200, answer.status(), answer::toString);
    assertEquals("{\"challenge\":\"x<y\"}", answer.text());
    assertEquals("nosniff", answer.header("X-Content-Type-Options").orElse(""));
    assertEquals(before, stage.metric("heliograph_events_published_total", "result=\"stored\""));
    for (String other :
        List.of(
            event.replace("check", "checks"),
            event.replace("x<y", "x\\ny"),
            event.replace("x<y", "\u00fc"),
            event.replace("x<y", "x".repeat(1025)),
            event.replace("\"x<y\"", "{}"),
            event.replace("}", ",\"more\":\"" + "x".repeat(4096) + "\"}"),
            "[" + event + "]",
            "{{")) {
      assertRefused(post("challenged", other));
    }
  }
}
