package heliograph.gateway.scheme;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.gateway.Configurations;
import heliograph.gateway.intake.Publisher;
import heliograph.gateway.settings.BadConfiguration;
import io.helidon.common.uri.UriQuery;
import io.helidon.http.WritableHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a sender may ask, and what no operator may have answered. */
class ChallengeSettingsTest {
  private static final String SECRET = "0123456789abcdef0123456789abcdef";
  private static final String KEY = "relay.publishers.0.challenge.";

  private static Map<String, String> with(String scheme, String... keysAndValues) {
    Map<String, String> settings = new TreeMap<>(Configurations.withPublisher());
    settings.put("relay.publishers.0.scheme", scheme);
    settings.put("relay.publishers.0.secrets.0", SECRET);
    if (scheme.equals("hmac")) {
      settings.put("relay.publishers.0.signature.header", "X-Signature");
    }
    for (int i = 0; i < keysAndValues.length; i += 2) {
      settings.put(KEY + keysAndValues[i], keysAndValues[i + 1]);
    }
    return settings;
  }

  private static Optional<Challenge.Answer> answer(
      Map<String, String> settings, HookRequest request, String body) {
    Publisher.Hook hook = Configurations.hook(settings);
    return hook.challenge()
        .orElseThrow()
        .answer(request, body.getBytes(StandardCharsets.UTF_8), hook.scheme());
  }

  private static HookRequest query(String query) {
    return new HookRequest(WritableHeaders.create(), "", UriQuery.create(query), Optional.empty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "from          | method=get",
        "from          | from=challenge",
        "from          | from=query:a b",
        "from          | from=header:",
        "from          | from=/a~2",
        "from          | method=get;from=/a",
        "from          | method=get;from=query:a;when=/a=b",
        "method        | method=put;from=query:a",
        "when          | from=query:a;when=query:b",
        "when          | from=query:a;when=b=c",
        "when          | from=query:a;when.0=/a=1;when.1=/a=1;when.2=/a=1;when.3=/a=1;when.4=/a=1",
        "signed        | method=get;from=query:a;signed=true",
        "status        | from=query:a;status=204",
        "json          | from=query:a;json=a b",
        "hmac          | from=query:a;hmac=b",
        "hmac          | from=query:a;json=a;hmac=b;signed=false",
        "hmac          | from=query:a;json=a;hmac=b;method=get",
        "token.from    | from=query:a;token.secrets=0123456789abcdef",
        "token.from    | from=query:a;token.from=/b;token.secrets=0123456789abcdef",
        "token.secrets | from=query:a;token.from=query:b",
        "token.secrets | from=query:a;token.from=query:b;token.secrets=short",
      })
  void whatIsWrongStopsTheStartNamingTheKey(String key, String settings) {
    Map<String, String> all = with("hmac");
    for (String setting : settings.split(";", -1)) {
      String[] parts = setting.split("=", 2);
      all.put(KEY + parts[0], parts[1]);
    }
    String message =
        assertThrows(BadConfiguration.class, () -> Configurations.hook(all)).getMessage();

    assertTrue(message.startsWith(KEY + key + ": "), message);
    assertFalse(message.contains("short"), message);
  }

  @Test
  void thereIsNoneUnlessItIsWrittenButForSlack() {
    assertEquals(Optional.empty(), Configurations.hook(with("github")).challenge());
    assertEquals(
        Optional.of(new Challenge.Answer(200, "text/plain", "3eZbrw1a")),
        answer(
            with("slack"),
            query(""),
            "{\"token\":\"J\",\"challenge\":\"3eZbrw1a\",\"type\":\"url_verification\"}"));
    for (String none :
        new String[] {
          "",
          "{}",
          "[]",
          "token=x&challenge=a",
          "{\"challenge\":\"3eZbrw1a\",\"type\":\"event_callback\"}",
          "{\"type\":\"url_verification\"}",
          "{\"type\":\"url_verification\",\"challenge\":{}}",
        }) {
      assertEquals(Optional.empty(), answer(with("slack"), query(""), none), none);
    }
  }

  @Test
  void aTextIsSignedForWhoSignedTheQuestion() {
    Map<String, String> settings =
        with("hmac", "from", "/plainToken", "json", "plainToken", "hmac", "encryptedToken");

    // Of OpenSSL.
    assertEquals(
        "{\"plainToken\":\"{}\",\"encryptedToken\":"
            + "\"b326604c0dc7364c8b688556189c0a510e5150cd4628736be814c7c9898f899d\"}",
        answer(settings, query(""), "{\"plainToken\":\"{}\"}").orElseThrow().text());
  }

  @Test
  void aTokenAndEachConditionHasToBeThere() {
    Map<String, String> settings =
        with(
            "token",
            "method",
            "get",
            "from",
            "query:hub.challenge",
            "when",
            "query:hub.mode=subscribe",
            "token.from",
            "query:hub.verify_token",
            "token.secrets",
            "fedcba9876543210",
            "status",
            "201");
    String right = "hub.mode=subscribe&hub.challenge=1%3C2&hub.verify_token=fedcba9876543210";
    assertEquals(
        Optional.of(new Challenge.Answer(201, "text/plain", "1<2")),
        answer(settings, query(right), ""));
    for (String wrong :
        new String[] {
          right.replace("subscribe", "unsubscribe"),
          right.replace("fedc", "fede"),
          right.replace("hub.verify_token", "verify_token"),
          right.replace("1%3C2", ""),
          right.replace("1%3C2", "1%0A2"),
          right + "&hub.challenge=2",
          right + "&hub.verify_token=fedcba9876543210",
        }) {
      assertEquals(Optional.empty(), answer(settings, query(wrong), ""), wrong);
    }
  }
}
