package heliograph.tests;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Every token and key that any test has used: none of them is ever to be seen again. */
final class Secrets {
  // Shorter ones could turn up by themselves.
  private static final int LEAST = 12;

  private static final Set<String> USED = ConcurrentHashMap.newKeySet();

  private Secrets() {}

  /** Remembers a key. */
  static String key(String key) {
    if (key.length() >= LEAST) {
      USED.add(key);
    }
    return key;
  }

  /** Remembers a token by its signature, which is what makes it one. */
  static String token(String token) {
    key(token.substring(token.lastIndexOf('.') + 1));
    return token;
  }

  /** Whatever the relay printed, counted or answered repeats none of them. */
  static void assertNoneIn(String where, String text) {
    for (String secret : USED) {
      assertFalse(text.contains(secret), () -> where + " has a secret in it: " + text);
    }
  }
}
