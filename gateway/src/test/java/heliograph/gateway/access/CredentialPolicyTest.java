package heliograph.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Claims;
import heliograph.contract.Tenant;
import heliograph.gateway.access.CredentialPolicy.Place;
import heliograph.gateway.access.CredentialPolicy.Verifier;
import heliograph.gateway.settings.BadConfiguration;
import heliograph.gateway.settings.Settings;
import io.helidon.config.Config;
import io.helidon.config.ConfigSources;
import io.helidon.http.HeaderNames;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an operator may write about the credentials of a stream, and what it means. */
class CredentialPolicyTest {
  private static final String SESSION = "identity.session.url=http://app/session";

  /** Reads keys with their values, such as {@code stream.token.verify=none}. */
  private static CredentialPolicy read(String... written) {
    Map<String, String> settings = new HashMap<>();
    for (String pair : written) {
      settings.put(pair.split("=", 2)[0], pair.split("=", 2)[1]);
    }
    Settings root =
        Settings.of(
            Config.builder(ConfigSources.create(settings))
                .disableEnvironmentVariablesSource()
                .disableSystemPropertiesSource()
                .build());
    return CredentialPolicy.read(
        root.section("stream"),
        TestingUpstream.people(settings),
        TestingUpstream.config(settings).session());
  }

  private static String refusal(String... written) {
    return assertThrows(BadConfiguration.class, () -> read(written)).getMessage();
  }

  @Test
  void withoutAnyKeyItIsTheUsualOne() {
    CredentialPolicy usual =
        new CredentialPolicy(
            EnumSet.allOf(Place.class),
            "access_token",
            Optional.of("access_token"),
            new Verifier.Issuers());

    assertEquals(usual, read());
    assertEquals(usual, read(SESSION));
    assertEquals(usual, CredentialPolicy.usual(TestingUpstream.people(Map.of())));
  }

  @Test
  void namesAreThoseOfTheIdentityUnlessTheStreamHasItsOwn() {
    String[] names = {"identity.cookie=c", "identity.query-parameter=q"};
    assertEquals("q", read(names).query());
    assertEquals(Optional.of("c"), read(names).cookie());

    CredentialPolicy own = read("stream.token.cookie=jwt", "stream.token.query=token");
    assertEquals("token", own.query());
    assertEquals(Optional.of("jwt"), own.cookie());
  }

  /** Any cookie may be a part of the session, unless the operator says which one is. */
  @Test
  void withVerifySessionEveryPlaceIsReadButThatOfTickets() {
    CredentialPolicy policy = read(SESSION, "stream.token.verify=session");

    assertEquals(new Verifier.Application(), policy.verifier());
    assertEquals(Set.of(Place.HEADER, Place.QUERY, Place.COOKIE), policy.places());
    assertEquals(Optional.empty(), policy.cookie());
    assertEquals(
        Optional.of("sid"),
        read(SESSION, "stream.token.verify=session", "stream.token.cookie=sid").cookie());
  }

  @Test
  void withVerifyNoneEverybodyIsTheSame() {
    CredentialPolicy policy =
        read(
            "stream.token.verify=none",
            "stream.anonymous.subject=visitor",
            "stream.anonymous.tenant=main",
            "stream.anonymous.roles=reader");

    assertEquals(
        new Verifier.Nobody(
            new Claims("visitor", new Tenant("main"), Set.of("reader"), Instant.MAX)),
        policy.verifier());
    assertEquals(Set.of(), policy.places());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "token.places    | stream.token.places=header cookie",
        "token.places    | stream.token.places=body",
        "token.places    | stream.token.places=HEADER",
        "token.places    | stream.token.places.0=query;stream.token.places.1=query",
        "token.places    | stream.token.places=ticket;stream.token.verify=session;@session",
        "token.places    | stream.token.places=header;stream.token.verify=none;@nobody",
        "token.query     | stream.token.query=a b",
        "token.query     | stream.token.query=a=b",
        "token.query     | stream.token.query=''",
        "token.query     | stream.token.query=ticket",
        "token.query     | stream.token.query=lastEventId",
        "token.query     | stream.token.query=topic",
        "token.query     | stream.token.query=t;stream.token.places=header",
        "token.query     | stream.token.query=t;stream.token.verify=none;@nobody",
        "token.cookie    | stream.token.cookie=a,b",
        "token.cookie    | stream.token.cookie=a;stream.token.places=query",
        "token.cookie    | stream.token.cookie=a;stream.token.verify=none;@nobody",
        "token.cookie    | stream.token.places=cookie;stream.token.verify=session;@session;"
            + "identity.session.forward=X-Session",
        "token.verify    | stream.token.verify=session",
        "token.verify    | stream.token.verify=nobody",
        "token.verify    | stream.token.verify=jwt",
        "anonymous       | @nobody",
        "anonymous       | @nobody;stream.token.verify=session;@session",
        "anonymous.subject | stream.token.verify=none",
        "anonymous.subject | stream.token.verify=none;stream.anonymous.tenant=main",
        "anonymous.subject | stream.token.verify=none;@nobody;stream.anonymous.subject= ",
        "anonymous.tenant  | stream.token.verify=none;stream.anonymous.subject=a",
        "anonymous.tenant  | stream.token.verify=none;@nobody;stream.anonymous.tenant=a b",
        "anonymous.roles   | stream.token.verify=none;@nobody;stream.anonymous.roles.0= ",
      })
  void whatCannotBeIsRefusedByTheNameOfItsKey(String key, String written) {
    String all =
        written
            .replace("@session", SESSION)
            .replace("@nobody", "stream.anonymous.subject=a;stream.anonymous.tenant=b");
    String message = refusal(all.split(";", -1));

    assertTrue(message.startsWith("stream." + key + ": "), message);
  }

  @Test
  void aHeaderIsToldToOthersOnlyWhereItWasRead() {
    CredentialPolicy policy = read("stream.token.places=query");
    assertFalse(policy.passes(HeaderNames.AUTHORIZATION));
    assertFalse(policy.passes(HeaderNames.COOKIE));
    assertTrue(policy.passes(HeaderNames.USER_AGENT));

    CredentialPolicy cookies = read("stream.token.places=cookie");
    assertFalse(cookies.passes(HeaderNames.AUTHORIZATION));
    assertTrue(cookies.passes(HeaderNames.COOKIE));
  }

  @Test
  void noPolicyOfAnApplicationHasTickets() {
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new CredentialPolicy(
                EnumSet.allOf(Place.class),
                "access_token",
                Optional.empty(),
                new Verifier.Application()));
  }

  @Test
  void aTokenIsInACookieOfAName() {
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new CredentialPolicy(
                Set.of(Place.COOKIE), "token", Optional.empty(), new Verifier.Issuers()));
  }
}
