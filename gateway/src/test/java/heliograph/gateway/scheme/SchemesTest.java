package heliograph.gateway.scheme;

import static heliograph.gateway.scheme.Hooks.headers;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import heliograph.contract.ErrorCode;
import heliograph.contract.RelayException;
import heliograph.gateway.crypto.Hmac;
import io.helidon.http.HeaderNames;
import io.helidon.http.WritableHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each scheme accepts what its sender documents as an example, and nothing near it. */
class SchemesTest {
  // The examples of GitHub's and of Slack's documentation.
  private static final String GITHUB_SECRET = "It's a Secret to Everybody";
  private static final String GITHUB_BODY = "Hello, World!";
  private static final String GITHUB_SIGNATURE =
      "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
  private static final String SLACK_SECRET = "8f742231b10e8888abcd99yyyzzz85a5";
  private static final long SLACK_TIME = 1531420618;
  private static final String SLACK_BODY =
      "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
          + "&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
          + "&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
          + "%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
          + "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
  private static final String SLACK_SIGNATURE =
      "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
  // Stripe documents no example; this one was computed by another language's library.
  private static final String STRIPE_SECRET = "whsec_5ec2e7c0d1e64f7fa0b6f1f2";
  private static final long STRIPE_TIME = 1492774577;
  private static final String STRIPE_BODY =
      "{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"charge.succeeded\"}";
  private static final String STRIPE_SIGNATURE =
      "73056671619004b85cd27ebd8a428cd440d3d0f20b4d7d4e717a16d7139159d6";
  private static final String OTHER_SECRET = "another secret, also long";

  private Instant now = Instant.EPOCH;

  @Test
  void theExampleOfGithubIsAcceptedAndNamesTheDelivery() {
    for (Scheme scheme : List.of(github(GITHUB_SECRET), github(OTHER_SECRET, GITHUB_SECRET))) {
      assertEquals(
          "d-1",
          scheme.verify(Hooks.with(githubHeaders("d-1", GITHUB_SIGNATURE)), bytes(GITHUB_BODY)));
    }
  }

  /** Two real events may have one body, byte for byte. */
  @Test
  void aBodyThatComesAgainIsAnotherDeliveryUnlessTheOperatorSaysOtherwise() {
    byte[] body = bytes(GITHUB_BODY);
    Scheme scheme = github(GITHUB_SECRET);
    assertEquals("d-1", delivery(scheme, "d-1", body));
    assertEquals("d-2", delivery(scheme, "d-2", body));
    assertNotEquals(delivery(scheme, "", body), delivery(scheme, "", body));

    Scheme bound = preset(SchemeName.GITHUB, Duration.ofMinutes(10), GITHUB_SECRET);
    assertEquals("d-1", delivery(bound, "d-1", body));
    assertEquals("d-1", delivery(bound, "d-2", body));
    assertEquals("d-1", delivery(bound, "", body));
    now = now.plus(Duration.ofMinutes(10));
    assertEquals("d-3", delivery(bound, "d-3", body));
    assertEquals("d-3", delivery(bound, "d-4", body));
  }

  /** A trial asks, and what it asks about has not come. */
  @Test
  void askingWhatADeliveryWouldBeRemembersNothing() {
    byte[] body = bytes(GITHUB_BODY);
    Scheme scheme = preset(SchemeName.GITHUB, Duration.ofMinutes(10), GITHUB_SECRET);
    assertEquals("d-1", nextDelivery(scheme, "d-1", body));
    assertEquals("d-2", nextDelivery(scheme, "d-2", body));
    assertEquals("d-3", delivery(scheme, "d-3", body));
    assertEquals("d-3", nextDelivery(scheme, "d-4", body));
    now = now.plus(Duration.ofMinutes(10));
    assertEquals("d-4", nextDelivery(scheme, "d-4", body));
  }

  private static String nextDelivery(Scheme scheme, String id, byte[] body) {
    return scheme.nextDelivery(Hooks.with(githubHeaders(id, GITHUB_SIGNATURE)), body);
  }

  private static String delivery(Scheme scheme, String id, byte[] body) {
    return scheme.verify(Hooks.with(githubHeaders(id, GITHUB_SIGNATURE)), body);
  }

  @Test
  void onlySoManyBodiesAreRemembered() {
    SeenBodies seen = new SeenBodies(Duration.ofDays(1), () -> now);
    assertEquals("first", seen.firstDelivery("a body", "first"));
    for (int i = 1; i < SeenBodies.MAX; i++) {
      seen.firstDelivery("another " + i, "d-" + i);
    }
    assertEquals("first", seen.firstDelivery("a body", "second"));
    seen.firstDelivery("one too many", "d");

    assertEquals("third", seen.firstDelivery("a body", "third"));
  }

  @Test
  void theExampleOfSlackIsAccepted() {
    Scheme scheme = slack(SLACK_TIME + 299, OTHER_SECRET, SLACK_SECRET);
    HookRequest request = Hooks.with(slackHeaders(SLACK_TIME, SLACK_SIGNATURE));
    assertNotEquals(
        scheme.verify(request, bytes(SLACK_BODY)), scheme.verify(request, bytes(SLACK_BODY)));
  }

  @Test
  void oneOfSeveralSignaturesOfStripeIsEnough() {
    Scheme scheme = stripe(STRIPE_TIME - 300, OTHER_SECRET, STRIPE_SECRET);
    String wrong = "0".repeat(64);
    for (String header :
        List.of(
            "t=%d,v1=%s",
            "t=%d, v1=%s",
            "v1=%2$s,t=%1$d",
            "t=%d,v1=" + wrong + ",v1=%s",
            "t=%d,v0=" + wrong + ",v1=%s,v2=x,=,nonsense")) {
      scheme.verify(
          Hooks.with(stripeHeaders(header.formatted(STRIPE_TIME, STRIPE_SIGNATURE))),
          bytes(STRIPE_BODY));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "t=%d",
        "v1=%2$s",
        "t=%d,v0=%s",
        "t=%d,V1=%s",
        "t=%d,v1=%s0",
        "t=%1$d,t=%1$d,v1=%2$s",
        "t=,v1=%2$s",
        "t=-1,v1=%2$s",
        "t=%d:v1=%s",
        "t=%d,a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,v1=%s"
      })
  void anyOtherHeaderOfStripeIsRefused(String header) {
    assertRefused(
        stripe(STRIPE_TIME, STRIPE_SECRET),
        stripeHeaders(header.formatted(STRIPE_TIME, STRIPE_SIGNATURE)),
        STRIPE_BODY);
  }

  @Test
  void theSecretOfStripeIsTheTextAndNotWhatItEncodes() {
    String secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    byte[] decoded = Base64.getDecoder().decode(secret.substring("whsec_".length()));
    byte[] mac =
        Hmac.sign(
            new SecretKeySpec(decoded, Hmac.ALGORITHM), STRIPE_TIME + ".", bytes(STRIPE_BODY));
    String header = "t=" + STRIPE_TIME + ",v1=" + HexFormat.of().formatHex(mac);
    assertRefused(stripe(STRIPE_TIME, secret), stripeHeaders(header), STRIPE_BODY);
  }

  @Test
  void aTokenOfGitlabIsComparedAndNamesTheDelivery() {
    Scheme scheme = gitlab(OTHER_SECRET, "the token of GitLab");
    byte[] body = bytes("{}");
    assertEquals(
        "key-1",
        scheme.verify(
            Hooks.with(
                headers(
                    "X-Gitlab-Token", "the token of GitLab",
                    "Idempotency-Key", "key-1",
                    "webhook-id", "id-1",
                    "X-Gitlab-Event-UUID", "uuid-1")),
            body));
    assertEquals(
        "id-1",
        scheme.verify(
            Hooks.with(headers("X-Gitlab-Token", OTHER_SECRET, "webhook-id", "id-1")), body));
    // Before GitLab 17.4: webhooks that set off one another share the UUID.
    WritableHeaders<?> old =
        headers("X-Gitlab-Token", OTHER_SECRET, "X-Gitlab-Event-UUID", "uuid-1");
    assertNotEquals(
        scheme.verify(Hooks.with(old), body),
        scheme.verify(Hooks.with(old), body),
        "two events of one body");
    for (String wrong :
        List.of("", "the token of GitLa", "The token of GitLab", OTHER_SECRET + " x")) {
      assertRefused(scheme, headers("X-Gitlab-Token", wrong), "{}");
    }
  }

  @Test
  void nothingNearASignatureIsTakenForOne() {
    String tail = GITHUB_SIGNATURE.substring(7);
    for (String wrong :
        List.of(
            "",
            "sha256=",
            tail,
            "sha1=" + tail,
            "SHA256=" + tail,
            "sha256=" + tail.substring(0, 62),
            "sha256=" + tail + "00",
            "sha256= " + tail,
            "sha256=" + tail.replace('7', '８'))) {
      assertRefused(github(GITHUB_SECRET), githubHeaders("d-1", wrong), GITHUB_BODY);
    }
    String slack = SLACK_SIGNATURE.substring(3);
    for (String wrong : List.of("", slack, "v1=" + slack, "v0=" + slack.substring(1))) {
      assertRefused(slack(SLACK_TIME, SLACK_SECRET), slackHeaders(SLACK_TIME, wrong), SLACK_BODY);
    }
  }

  @Test
  void anotherBodySecretOrTimeIsRefused() {
    assertRefused(github(OTHER_SECRET), githubHeaders("d", GITHUB_SIGNATURE), GITHUB_BODY);
    assertRefused(github(GITHUB_SECRET), githubHeaders("d", GITHUB_SIGNATURE), GITHUB_BODY + " ");
    assertRefused(
        slack(SLACK_TIME, SLACK_SECRET), slackHeaders(SLACK_TIME + 1, SLACK_SIGNATURE), SLACK_BODY);
    assertRefused(
        slack(SLACK_TIME, SLACK_SECRET),
        slackHeaders(SLACK_TIME, SLACK_SIGNATURE),
        "x" + SLACK_BODY);
    assertRefused(
        slack(SLACK_TIME, OTHER_SECRET), slackHeaders(SLACK_TIME, SLACK_SIGNATURE), SLACK_BODY);
    String header = "t=" + (STRIPE_TIME + 1) + ",v1=" + STRIPE_SIGNATURE;
    assertRefused(stripe(STRIPE_TIME, STRIPE_SECRET), stripeHeaders(header), STRIPE_BODY);
  }

  @Test
  void aHeaderThatComesTwiceIsRefused() {
    WritableHeaders<?> twice = githubHeaders("d-1", GITHUB_SIGNATURE);
    twice.add(HeaderNames.create("X-Hub-Signature-256"), GITHUB_SIGNATURE);
    assertRefused(github(GITHUB_SECRET), twice, GITHUB_BODY);

    WritableHeaders<?> times = slackHeaders(SLACK_TIME, SLACK_SIGNATURE);
    times.add(HeaderNames.create("X-Slack-Request-Timestamp"), Long.toString(SLACK_TIME));
    assertRefused(slack(SLACK_TIME, SLACK_SECRET), times, SLACK_BODY);

    WritableHeaders<?> tokens = headers("X-Gitlab-Token", OTHER_SECRET);
    tokens.add(HeaderNames.create("X-Gitlab-Token"), OTHER_SECRET);
    assertRefused(gitlab(OTHER_SECRET), tokens, "{}");
  }

  @ParameterizedTest
  @ValueSource(longs = {-301, 301, 86_400})
  void whoHoldsTheKeyIsToldThatTheTimeIsWrong(long offset) {
    assertEquals(
        ErrorCode.STALE_REQUEST,
        refusal(
            slack(SLACK_TIME + offset, SLACK_SECRET),
            slackHeaders(SLACK_TIME, SLACK_SIGNATURE),
            SLACK_BODY));
    WritableHeaders<?> stripe = stripeHeaders("t=" + STRIPE_TIME + ",v1=" + STRIPE_SIGNATURE);
    assertEquals(
        ErrorCode.STALE_REQUEST,
        refusal(stripe(STRIPE_TIME + offset, STRIPE_SECRET), stripe, STRIPE_BODY));
    assertRefused(stripe(STRIPE_TIME + offset, OTHER_SECRET), stripe, STRIPE_BODY);
  }

  private Scheme github(String... secrets) {
    return preset(SchemeName.GITHUB, Duration.ZERO, secrets);
  }

  private Scheme stripe(long now, String... secrets) {
    this.now = Instant.ofEpochSecond(now);
    return preset(SchemeName.STRIPE, Duration.ZERO, secrets);
  }

  private Scheme slack(long now, String... secrets) {
    this.now = Instant.ofEpochSecond(now);
    return preset(SchemeName.SLACK, Duration.ZERO, secrets);
  }

  private Scheme preset(SchemeName name, Duration window, String... secrets) {
    return new HmacSignature(
        Objects.requireNonNull(HmacSignature.PRESETS.get(name)),
        Hmac.of(List.of(secrets), Hmac.Hash.SHA256, Hmac.SecretEncoding.TEXT),
        new Deliveries(List.of(HeaderNames.create("X-GitHub-Delivery")), window, () -> now),
        () -> now);
  }

  private static Scheme gitlab(String... secrets) {
    return GitlabToken.of(
        List.of(secrets),
        new Deliveries(
            List.of(HeaderNames.create("Idempotency-Key"), HeaderNames.create("webhook-id")),
            Duration.ZERO,
            InstantSource.system()));
  }

  private static WritableHeaders<?> githubHeaders(String delivery, String signature) {
    return headers("X-GitHub-Delivery", delivery, "X-Hub-Signature-256", signature);
  }

  private static WritableHeaders<?> slackHeaders(long time, String signature) {
    return headers(
        "X-Slack-Request-Timestamp", Long.toString(time), "X-Slack-Signature", signature);
  }

  private static WritableHeaders<?> stripeHeaders(String header) {
    return headers("Stripe-Signature", header);
  }

  private static void assertRefused(Scheme scheme, WritableHeaders<?> headers, String body) {
    assertEquals(ErrorCode.BAD_SIGNATURE, refusal(scheme, headers, body));
  }

  private static ErrorCode refusal(Scheme scheme, WritableHeaders<?> headers, String body) {
    return assertThrows(RelayException.class, () -> scheme.verify(Hooks.with(headers), bytes(body)))
        .code();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
