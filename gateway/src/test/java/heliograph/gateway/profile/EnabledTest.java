package heliograph.gateway.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import heliograph.contract.Claims;
import heliograph.contract.Tenant;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** For whom a profile is switched on, and what it tells them of their streams. */
class EnabledTest {
  private static boolean isFor(String enabled, String tenant, String roles, String claim) {
    Claims claims =
        new Claims(
            "ann",
            new Tenant(tenant),
            roles.isEmpty() ? Set.of() : Set.copyOf(Arrays.asList(roles.split(" ", -1))),
            Instant.MAX);
    return Profiles.one("enabled: " + enabled)
        .enabled()
        .isOn(claims, Optional.of(claim).filter(it -> !it.isEmpty()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "true                            | acme | ``          | ``    | true",
        "false                           | acme | staff       | true  | false",
        "{ claim: /features/SSE }        | acme | ``          | true  | true",
        "{ claim: /features/SSE }        | acme | ``          | false | false",
        "{ claim: /features/SSE }        | acme | ``          | ``    | false",
        "{ claim: /features/SSE }        | acme | ``          | 1     | false",
        "{ claim: /features/SSE }        | acme | ``          | TRUE  | false",
        "{ roles: [staff, board] }       | acme | board guest | ``    | true",
        "{ roles: [staff, board] }       | acme | guest       | true  | false",
        "{ roles: [staff] }              | acme | ``          | true  | false",
        "{ tenants: [acme] }             | acme | ``          | ``    | true",
        "{ tenants: [acme] }             | other | staff      | true  | false",
        "{ tenants: acme, roles: staff } | acme | staff       | ``    | true",
        "{ tenants: acme, roles: staff } | acme | guest       | ``    | false",
        "{ tenants: acme, claim: /a }    | acme | ``          | true  | true",
        "{ tenants: acme, claim: /a }    | other | ``         | true  | false",
      })
  void everyConditionHasToBeFulfilled(
      String enabled, String tenant, String roles, String claim, boolean expected) {
    assertEquals(expected, isFor(enabled, tenant, roles, claim));
  }

  @Test
  void whoIsOffIsAnsweredAsTheOperatorSays() {
    assertEquals(204, Profiles.one().enabled().answer());
    assertEquals(204, Profiles.one("enabled: false").enabled().answer());
    assertEquals(404, Profiles.one("enabled: { claim: /a, answer: 404 }").enabled().answer());
    assertEquals(403, Profiles.one("enabled: { claim: /a, answer: 403 }").enabled().answer());
  }

  @Test
  void aStatusTellsOfTheCallerAndItsTenantAlone() {
    StatusPage page =
        Profiles.one(
                "status: { path: \"/events/{room}/status\", body: "
                    + "'{\"c\":{connected},\"mine\":{streams},\"all\":{streams.tenant},"
                    + "\"room\":{path.room},\"at\":{now}}' }")
            .status()
            .orElseThrow();
    Map<String, String> path = page.path().match("/events/7/status").orElseThrow();

    assertEquals(
        "{\"c\":true,\"mine\":2,\"all\":5,\"room\":\"7\",\"at\":\"2026-05-04T12:00:00.500Z\"}",
        new String(page.answer(path, 2, 5, Profiles.NOON), StandardCharsets.UTF_8));
    assertEquals(
        "{\"c\":false,\"mine\":0,\"all\":5,\"room\":\"7\",\"at\":\"2026-05-04T12:00:00.500Z\"}",
        new String(page.answer(path, 0, 5, Profiles.NOON), StandardCharsets.UTF_8));
  }

  @Test
  void aStatusHasAnOrdinaryBody() {
    StatusPage page = Profiles.one("status: { path: /status }").status().orElseThrow();

    assertEquals(
        "{\"connected\":true,\"streams\":1}",
        new String(page.answer(Map.of(), 1, 1, Profiles.NOON), StandardCharsets.UTF_8));
  }
}
