package heliograph.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import heliograph.contract.RelayException;
import heliograph.gateway.identity.SignedToken;
import heliograph.gateway.revocation.Life;
import heliograph.gateway.settings.Settings;
import heliograph.gateway.wire.Watchdog;
import io.helidon.common.uri.UriQuery;
import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.WritableHeaders;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which credential of a request counts, by the places that are read and by who verifies. */
class CredentialPlacesTest {
  private static final String JWT = "eyJhbGciOiJIUzI1NiJ9.e30.c2ln";

  private final Watchdog watchdog = new Watchdog(System::nanoTime);

  /**
   * Finds the credential of a request for a stream.
   *
   * @param policy the keys of the stream, such as {@code places=query cookie, verify=session}
   * @param forward the headers that the application is to have, such as {@code Cookie X-Session};
   *     an empty text if none is asked
   * @param request the request, such as {@code Cookie: a=1 | ?token=x}
   */
  private String found(String policy, String forward, String request) {
    Map<String, String> settings = new HashMap<>();
    list(settings, "identity.session.forward", forward);
    if (!forward.isEmpty()) {
      settings.put("identity.session.url", "http://app/session");
    }
    for (String pair : policy.isEmpty() ? new String[0] : policy.split(", ", -1)) {
      String[] parts = pair.split("=", 2);
      list(settings, "stream.token." + parts[0], parts[1]);
    }
    SubscribersConfig subscribers = TestingUpstream.config(settings);
    CredentialPolicy read =
        CredentialPolicy.read(
            settings(settings).section("stream"),
            TestingUpstream.people(settings),
            subscribers.session());
    return told(
        new Credentials(read, subscribers.session().map(this::sessions))
            .ofStream(headers(request), query(request)));
  }

  private static void list(Map<String, String> settings, String key, String words) {
    String[] all = words.split(" ", -1);
    for (int i = 0; i < all.length && !words.isEmpty(); i++) {
      settings.put(all.length == 1 ? key : key + "." + i, all[i]);
    }
  }

  private static Settings settings(Map<String, String> settings) {
    return Settings.of(
        Config.builder(ConfigSources.create(settings))
            .disableEnvironmentVariablesSource()
            .disableSystemPropertiesSource()
            .build());
  }

  private Sessions sessions(SubscribersConfig.SessionConfig config) {
    return new Sessions(
        config,
        TestingUpstream.people(Map.of()).ofSessions(config.prefix()),
        Set.of(),
        Life.of(Duration.ofHours(1)),
        watchdog,
        InstantSource.system(),
        System::nanoTime);
  }

  private static ServerRequestHeaders headers(String request) {
    WritableHeaders<?> headers = WritableHeaders.create();
    for (String line : request.split(" \\| ", -1)) {
      if (line.contains(": ")) {
        String[] parts = line.split(": ", 2);
        headers.add(HeaderNames.create(parts[0]), parts[1]);
      }
    }
    return ServerRequestHeaders.create(headers);
  }

  private static UriQuery query(String request) {
    StringBuilder query = new StringBuilder();
    for (String line : request.split(" \\| ", -1)) {
      if (line.startsWith("?")) {
        String[] parts = line.substring(1).split("=", 2);
        query
            .append(query.isEmpty() ? "" : "&")
            .append(parts[0])
            .append('=')
            .append(URLEncoder.encode(parts[1], StandardCharsets.UTF_8));
      }
    }
    return UriQuery.create(query.toString());
  }

  private static String told(Credential credential) {
    return switch (credential) {
      case Credential.Token(String text, boolean ambient) -> (ambient ? "cookie's " : "") + text;
      case Credential.Ticket(String text) -> "ticket " + text;
      case Credential.Session(PassedHeaders passed, Optional<String> token) -> {
        Map<String, String> headers = new TreeMap<>();
        passed.headers().forEach(it -> headers.put(it.name(), String.join(",", it.allValues())));
        yield (token.isPresent() ? "brought " : "sent ") + headers;
      }
    };
  }

  private void assertFound(String expected, String policy, String forward, String request) {
    String found;
    try {
      found = found(policy, forward, request);
    } catch (RelayException refusal) {
      found = refusal.code().name();
    }
    assertEquals(expected, found);
  }

  /** The usual places: what /v1/stream has always done. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "''; Authorization: Bearer a; a",
        "''; ?access_token=a; a",
        "''; ?ticket=a; ticket a",
        "''; Cookie: access_token=a; cookie's a",
        "''; Authorization: Bearer a | Cookie: access_token=b; a",
        "''; Authorization: Bearer a | ?access_token=a; INVALID_REQUEST",
        "''; ?ticket=a | ?access_token=a; INVALID_REQUEST",
        "''; Cookie: access_token=a | Cookie: access_token=b; INVALID_REQUEST",
        "''; Authorization: Basic a; NO_CREDENTIALS",
        "''; Cookie: other=a; NO_CREDENTIALS",
        "''; X-None: 1; NO_CREDENTIALS",
        "Cookie; Cookie: sid=a; sent {Cookie=sid=a}",
        "Cookie; Cookie: access_token=a; sent {Cookie=access_token=a}",
        "Cookie; Authorization: Basic a; NO_CREDENTIALS",
        "Cookie; Cookie: sid=a | Authorization: Bearer b; b",
        "Cookie X-Session; X-Session: a; sent {X-Session=a}",
        "Authorization; Authorization: Basic a; sent {Authorization=Basic a}",
        "Authorization; Authorization: Bearer a; sent {Authorization=Bearer a}",
      })
  void withoutAPolicyOfItsOwnAStreamReadsEveryPlace(
      String forward, String request, String expected) {
    assertFound(expected, "", forward, request);
  }

  @Test
  void aJwtIsNoSession() {
    assertFound("cookie's " + JWT, "", "Cookie", "Cookie: access_token=" + JWT);
    assertFound(JWT, "", "Authorization", "Authorization: Bearer " + JWT);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "places=header; Authorization: Bearer a | ?access_token=b | ?ticket=c; a",
        "places=header; ?access_token=a; NO_CREDENTIALS",
        "places=header; Cookie: access_token=a; NO_CREDENTIALS",
        "places=query; ?access_token=a | Authorization: Bearer b; a",
        "places=query, query=token; ?token=a | ?access_token=b; a",
        "places=query, query=token; ?access_token=b; NO_CREDENTIALS",
        "places=query; Authorization: Bearer a; NO_CREDENTIALS",
        "places=ticket; ?ticket=a | ?access_token=b; ticket a",
        "places=ticket; Authorization: Bearer a; NO_CREDENTIALS",
        "places=cookie; Cookie: access_token=a | Authorization: Bearer b; cookie's a",
        "places=cookie, cookie=jwt; Cookie: access_token=a | Cookie: jwt=b; cookie's b",
        "places=cookie; ?access_token=a; NO_CREDENTIALS",
        "places=query ticket; ?access_token=a | ?ticket=b; INVALID_REQUEST",
      })
  void aPlaceThatIsNotReadIsAsIfNothingStoodThere(String policy, String request, String expected) {
    assertFound(expected, policy, "", request);
  }

  /** Whatever an application would be asked, a session is looked for in the same places. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "places=header; Cookie: sid=a; NO_CREDENTIALS",
        "places=header; X-Session: a | Cookie: sid=b; sent {X-Session=a}",
        "places=cookie; Cookie: sid=a; sent {Cookie=sid=a}",
        "places=cookie; X-Session: a; NO_CREDENTIALS",
        "places=cookie; X-Session: a | Cookie: sid=b; sent {Cookie=sid=b, X-Session=a}",
        "places=cookie; Authorization: Basic a | Cookie: sid=b; sent {Cookie=sid=b}",
        "places=query; X-Session: a | Cookie: sid=b; NO_CREDENTIALS",
      })
  void aSessionIsInAPlaceToo(String policy, String request, String expected) {
    assertFound(expected, policy, "Cookie X-Session Authorization", request);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "''; Authorization: Bearer a.b; brought {Authorization=Bearer a.b}",
        "''; Authorization: bearer a; brought {Authorization=Bearer a}",
        "''; Authorization: Basic a; NO_CREDENTIALS",
        "''; ?access_token=a; brought {Authorization=Bearer a}",
        "''; ?access_token=s:a/b+c==; brought {Authorization=Bearer s:a/b+c==}",
        "''; ?access_token=a | Authorization: Bearer a; INVALID_REQUEST",
        "''; ?access_token=a | ?access_token=b; INVALID_REQUEST",
        "''; ?ticket=a; NO_CREDENTIALS",
        "''; ?ticket=a | Cookie: sid=b; sent {Cookie=sid=b}",
        "''; Cookie: access_token=a; sent {Cookie=access_token=a}",
        "''; Cookie: sid=a | Cookie: b=c; 'sent {Cookie=sid=a,b=c}'",
        "''; X-None: a; NO_CREDENTIALS",
        "', places=query, query=token'; ?token=a; brought {Authorization=Bearer a}",
        "', places=query'; Cookie: sid=a; NO_CREDENTIALS",
        "', places=query'; Authorization: Bearer a; NO_CREDENTIALS",
        "', places=cookie query, query=token'; Cookie: sid=a; sent {Cookie=sid=a}",
        "', places=cookie'; Cookie: sid=a | Authorization: Bearer b; sent {Cookie=sid=a}",
      })
  void withVerifySessionTheApplicationIsAskedWhateverTheCredentialIs(
      String more, String request, String expected) {
    assertFound(expected, "verify=session" + more, "Cookie X-Other", request);
  }

  /** A page can choose a token, and the browser adds the victim's cookie to it. */
  @Test
  void noCookieGoesWithATokenThatWasBrought() {
    assertFound(
        "brought {Authorization=Bearer a, X-Other=o}",
        "verify=session",
        "Cookie X-Other",
        "?access_token=a | Cookie: sid=victim | X-Other: o");
    assertFound(
        "brought {Authorization=Bearer a}",
        "verify=session, cookie=sid",
        "Cookie",
        "Authorization: Bearer a | Cookie: sid=victim");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "Cookie: session_id=a; sent {Cookie=session_id=a}",
        "Cookie: x=1; NO_CREDENTIALS",
        "Cookie: my_session_id=a; NO_CREDENTIALS",
        "'Cookie: x=1; session_id=\"a%20=b\"; y=2'; sent {Cookie=session_id=\"a%20=b\"}",
        "'Cookie: session_id=a;session_id=a'; sent {Cookie=session_id=a}",
        "'Cookie: session_id=a; session_id=b'; INVALID_REQUEST",
        "Cookie: session_id=a | Cookie: session_id=b; INVALID_REQUEST",
      })
  void aCookieThatIsNamedIsTheSessionAlone(String request, String expected) {
    String policy = "places=cookie, cookie=session_id, verify=session";

    assertFound(expected, policy, "Cookie", request);
    assertFound(expected, policy, "X-Other", request);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "a\r\nX-Evil: 1", "a\nb", "", "ä", "\u0000"})
  void whatCannotStandInAHeaderIsNotAskedAbout(String token) {
    assertFound("BAD_TOKEN", "verify=session", "Cookie", "?access_token=" + token);
  }

  @Test
  void aTokenHasALength() {
    String longest = "a".repeat(SignedToken.MAX_LENGTH);
    assertFound(
        "brought {Authorization=Bearer " + longest + "}",
        "verify=session",
        "Cookie",
        "?access_token=" + longest);
    assertFound("BAD_TOKEN", "verify=session", "Cookie", "?access_token=" + longest + "a");
  }

  @Test
  void anApplicationThatIsNowhereCannotBeAsked() {
    CredentialPolicy policy =
        new CredentialPolicy(
            Set.of(CredentialPolicy.Place.QUERY),
            "token",
            Optional.empty(),
            new CredentialPolicy.Verifier.Application());

    assertThrows(IllegalArgumentException.class, () -> new Credentials(policy, Optional.empty()));
  }

  @Test
  void aCredentialIsNotPrinted() {
    for (Credential credential :
        List.of(
            new Credential.Token("top-secret", true),
            new Credential.Ticket("top-secret"),
            new Credential.Session(
                Credentials.bearer("top-secret", PassedHeaders.NONE), Optional.of("top-secret")))) {
      assertFalse(credential.toString().contains("top-secret"));
    }
  }
}
