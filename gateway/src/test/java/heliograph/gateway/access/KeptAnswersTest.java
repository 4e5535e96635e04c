package heliograph.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import heliograph.contract.Tenant;
import heliograph.gateway.access.Party.Known;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Nobody pushes out what is kept of another, but for who was longest away. */
class KeptAnswersTest {
  private final KeptAnswers<String> kept = new KeptAnswers<>(10, 4);

  private static Known user(int number) {
    return new Known(new Tenant("acme"), "user" + number);
  }

  private List<String> of(int user) {
    return List.of("a", "b", "c", "d", "e").stream()
        .map(key -> user + key)
        .filter(key -> kept.find(key).isPresent())
        .toList();
  }

  private void put(int user, String... keys) {
    for (String key : keys) {
      kept.put(user(user), user + key, "value");
    }
  }

  @Test
  void whoHasTooMuchPushesOutItsOwn() {
    put(1, "a");
    put(2, "a", "b", "c", "d");
    assertTrue(kept.find("2a").isPresent());
    put(2, "e");
    assertEquals(List.of("2a", "2c", "2d", "2e"), of(2));
    assertEquals(List.of("1a"), of(1));
  }

  @Test
  void whenAllIsFullWhoWasLongestAwayGoes() {
    put(1, "a", "b", "c");
    put(2, "a", "b", "c");
    put(3, "a", "b", "c");
    assertTrue(kept.find("1a").isPresent());
    put(4, "a", "b");
    assertEquals(10, kept.size());
    assertEquals(List.of("2b", "2c"), of(2));
    assertEquals(List.of("1a", "1b", "1c"), of(1));
  }

  @Test
  void whatIsPutAgainIsKeptOnceAndMayHaveAnotherOwner() {
    put(1, "a");
    kept.put(user(2), "1a", "other");
    assertEquals(1, kept.size());
    assertEquals(Optional.of("other"), kept.find("1a").map(KeptAnswers.Entry::value));
    assertEquals(Optional.of(user(2)), kept.find("1a").map(KeptAnswers.Entry::owner));
    kept.remove("1a");
    kept.remove("1a");
    assertEquals(0, kept.size());
  }

  @Test
  void whenAllIsFullTheTenantThatHasMostLosesAndNoOther() {
    Known other = new Known(new Tenant("globex"), "user1");
    kept.put(other, "x", "value");
    put(1, "a", "b", "c", "d");
    put(2, "a", "b", "c", "d");
    put(3, "a");
    assertTrue(kept.find("1a").isPresent());

    put(3, "b", "c");
    kept.put(other, "y", "value");

    assertEquals(10, kept.size());
    assertTrue(kept.find("x").isPresent(), "it was away longest, and is another tenant's");
    assertTrue(kept.find("y").isPresent());
    assertEquals(List.of("2d"), of(2));
  }

  @Test
  void ofTenantsThatHaveAsManyTheOneThatWasAwayLongestLoses() {
    for (int i = 0; i < 10; i++) {
      kept.put(new Known(new Tenant("t" + i), "user"), "k" + i, "value");
    }
    assertTrue(kept.find("k0").isPresent());

    kept.put(new Known(new Tenant("new"), "user"), "k", "value");

    assertEquals(10, kept.size());
    assertTrue(kept.find("k").isPresent());
    assertTrue(kept.find("k0").isPresent());
    assertTrue(kept.find("k1").isEmpty());
  }
}
