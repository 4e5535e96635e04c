package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import heliograph.tests.Publisher.Signature;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Webhooks that are not signed as they should: nothing of them is read, let alone stored. */
class BadSignatureTest {
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String OTHERS = "whsec_b3RoZXItb3RoZXItb3RoZXItb3RoZXIt";
  private static final String TEXT = "{\"topic\":\"a\",\"type\":\"b\"}";
  private static final byte[] BODY = TEXT.getBytes(StandardCharsets.UTF_8);
  private static final String WRONG = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

  @RegisterExtension
  static final Stage stage =
      Stage.of(
          """
          identity: { issuers: [%1$s] }
          publishers:
            - { name: signed, scheme: standard-webhooks, secrets: [%3$s], tenants: [acme] }
            - { name: others, scheme: standard-webhooks, secrets: [%4$s], tenants: [acme] }
            - { name: keyed, scheme: token, secrets: [%2$s], tenants: [acme] }
          """,
          SECRET, OTHERS);

  private static Answer post(String publisher, byte[] body, String... headers) throws Exception {
    return Publisher.bare(stage.relay(), publisher).post(Publisher.JSON, body, headers);
  }

  private static void assertServes() throws Exception {
    assertEquals(202, post("signed", BODY, Signature.of(SECRET, BODY).headers()).status());
  }

  /** Every reason gets the same answer, so that nobody learns which part was right. */
  private static void assertRefused(Answer answer) throws Exception {
    answer.assertProblem(401, "BAD_SIGNATURE");
    assertEquals(post("nobody", BODY).text(), answer.text());
    assertServes();
  }

  private static Arguments wrong(String why, String id, String timestamp, String signature) {
    return Arguments.of(why, new Signature(id, timestamp, signature));
  }

  static Stream<Arguments> wrongSignatures() {
    Instant now = Instant.now();
    Signature right = Signature.of(SECRET, "msg_1", now, BODY);
    String id = right.id();
    String time = right.timestamp();
    String base64 = right.signature().substring(3);
    String hex = HexFormat.of().formatHex(Base64.getDecoder().decode(base64));
    byte[] other = "{\"topic\":\"a\",\"type\":\"c\"}".getBytes(StandardCharsets.UTF_8);
    byte[] spaced = "{\"topic\":\"a\",\"type\":\"b\"} ".getBytes(StandardCharsets.UTF_8);
    return Stream.of(
        wrong("nothing", "", "", ""),
        wrong("no id", "", time, right.signature()),
        wrong("no timestamp", id, "", right.signature()),
        wrong("no signature", id, time, ""),
        wrong("another id", "msg_2", time, right.signature()),
        wrong("another time", id, Long.toString(now.getEpochSecond() + 1), right.signature()),
        wrong("a leading zero", id, "0" + time, right.signature()),
        Arguments.of("another secret", Signature.of(OTHERS, id, now, BODY)),
        Arguments.of("another body", Signature.of(SECRET, id, now, other)),
        Arguments.of("a body with a blank more", Signature.of(SECRET, id, now, spaced)),
        Arguments.of("no body", Signature.of(SECRET, id, now, new byte[0])),
        wrong("no version", id, time, base64),
        wrong("another version", id, time, "v1a," + base64),
        wrong("a version to come", id, time, "v2," + base64),
        wrong("an upper-case version", id, time, "V1," + base64),
        wrong("hexadecimal", id, time, "v1," + hex),
        wrong("the form of GitHub", id, time, "sha256=" + hex),
        wrong("truncated", id, time, "v1," + base64.substring(0, 20)),
        wrong("the first byte only", id, time, "v1," + base64.substring(0, 2) + "=="),
        wrong("something after it", id, time, right.signature() + "AAAA"),
        wrong(
            "one bit off",
            id,
            time,
            "v1," + (base64.startsWith("A") ? "B" : "A") + base64.substring(1)),
        wrong("commas between", id, time, WRONG + "," + right.signature()),
        wrong("of length zero", id, time, "v1,"),
        wrong("wrong ones", id, time, (WRONG + " ").repeat(16)),
        wrong("the right one too late", id, time, (WRONG + " ").repeat(16) + right.signature()),
        wrong("hundreds", id, time, (WRONG + " ").repeat(200)),
        signed("an id with a dot", "msg.1", time),
        signed("an id with a blank", "msg 1", time),
        signed("an id in another script", "msg_é", time),
        signed("a long id", "m".repeat(257), time),
        signed("a time that is no number", id, "now"),
        signed("a time with a fraction", id, time + ".5"),
        signed("a time with an exponent", id, "1e9"),
        signed("a negative time", id, "-1"),
        signed("a time in hexadecimal", id, "0x7fffffff"),
        signed("a time beyond all numbers", id, "99999999999999999999999"));
  }

  private static Arguments signed(String why, String id, String timestamp) {
    return Arguments.of(why, Signature.of(SECRET, id, timestamp, BODY));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongSignatures")
  void aWrongSignatureIsRefused(String why, Signature signature) throws Exception {
    List<String> headers = new ArrayList<>();
    String[] all = signature.headers();
    for (int i = 0; i < all.length; i += 2) {
      if (!all[i + 1].isEmpty()) {
        headers.addAll(List.of(all[i], all[i + 1]));
      }
    }
    assertRefused(post("signed", BODY, headers.toArray(String[]::new)));
  }

  /** A proxy may look at one of two headers, and the relay at the other. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void aHeaderThatComesTwiceIsRefused(int which) throws Exception {
    Signature right = Signature.of(SECRET, BODY);
    Signature other = Signature.of(OTHERS, BODY);
    for (Signature more : List.of(right, other)) {
      String name = right.headers()[2 * which];
      String again = more.headers()[2 * which + 1];
      for (boolean first : new boolean[] {true, false}) {
        List<String> headers = new ArrayList<>(List.of(right.headers()));
        headers.addAll(first ? 0 : headers.size(), List.of(name, again));
        assertRefused(post("signed", BODY, headers.toArray(String[]::new)));
      }
    }
  }

  /** A recorded webhook is only a duplicate at its own path, and is refused at every other. */
  @Test
  void whatIsPlayedAgainIsKnown() throws Exception {
    Signature signature = Signature.of(SECRET, BODY);
    Answer first = post("signed", BODY, signature.headers());
    Answer again = post("signed", BODY, signature.headers());
    assertEquals(false, first.json().get("duplicate"));
    assertEquals(true, again.json().get("duplicate"));
    assertEquals(first.json().get("cursor"), again.json().get("cursor"));
    Publisher.withToken(stage.relay(), signature.signature())
        .post(Publisher.JSON, BODY, signature.headers())
        .assertProblem(401, "BAD_TOKEN");
    assertRefused(
        post("signed", ("[" + TEXT + "]").getBytes(StandardCharsets.UTF_8), signature.headers()));
  }

  @Test
  void aSignatureIsOfOnePublisherAlone() throws Exception {
    Signature signature = Signature.of(SECRET, BODY);
    assertRefused(post("others", BODY, signature.headers()));
    assertRefused(post("keyed", BODY, signature.headers()));
    assertRefused(post("nobody", BODY, signature.headers()));
    assertRefused(post("signed", BODY, "Authorization", "Bearer " + Stage.KEY));
    assertRefused(post("signed", BODY, "Authorization", "Bearer " + SECRET));
  }

  @ParameterizedTest
  @ValueSource(longs = {-310, -3600, -1_000_000_000, 310, 3600, 900_000_000_000L})
  void aSignatureOfAnotherTimeIsStale(long seconds) throws Exception {
    Instant at = Instant.now().plusSeconds(seconds);
    post("signed", BODY, Signature.of(SECRET, "msg_1", at, BODY).headers())
        .assertProblem(401, "STALE_REQUEST");
    assertServes();
  }

  @Test
  void aWrongSignatureOfAnotherTimeIsJustWrong() throws Exception {
    Instant at = Instant.now().minusSeconds(9999);
    assertRefused(post("signed", BODY, Signature.of(OTHERS, "msg_1", at, BODY).headers()));
  }

  @Test
  void theSignatureCoversTheBytesOnTheWire() throws Exception {
    byte[] zipped = Publisher.gzip(BODY);
    List<String> headers = new ArrayList<>(List.of(Signature.of(SECRET, BODY).headers()));
    headers.addAll(List.of("Content-Encoding", "gzip"));
    assertRefused(post("signed", zipped, headers.toArray(String[]::new)));
  }

  @Test
  void whatIsNotSignedIsNotRead() throws Exception {
    byte[] garbage = "{{{{".getBytes(StandardCharsets.UTF_8);
    assertRefused(post("signed", garbage, Signature.of(OTHERS, garbage).headers()));
    assertEquals(0, stage.metric("heliograph_events_published_total", "result=\"refused\""));
    post("signed", garbage, Signature.of(SECRET, garbage).headers())
        .assertProblem(400, "INVALID_JSON");
    assertEquals(1, stage.metric("heliograph_events_published_total", "result=\"refused\""));
  }
}
