package heliograph.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A tenant's name is short and plain, and is compared exactly. */
class TenantTest {
  @ParameterizedTest
  @ValueSource(strings = {"a", "acme", "Acme.Inc_2-x", ".", "0"})
  void plainNamesAreTenants(String name) {
    assertEquals(name, new Tenant(name).toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a b", "a/b", "a\n", "*", "é", "a\"", "a\u0000", "a:b"})
  void anythingElseIsRefused(String name) {
    Refusal.assertInvalid("tenant", () -> new Tenant(name));
  }

  @Test
  void sixtyFourCharactersAreTheMost() {
    assertEquals(64, new Tenant("a".repeat(64)).name().length());
    Refusal.assertInvalid("tenant", () -> new Tenant("a".repeat(65)));
  }

  @Test
  void namesThatLookAlikeAreOtherTenants() {
    assertNotEquals(new Tenant("acme"), new Tenant("Acme"));
    assertNotEquals(new Tenant("acme"), new Tenant("acme."));
  }
}
