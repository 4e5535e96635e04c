package heliograph.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A topic is dot-separated segments, and nothing that a pattern or a path could misread. */
class TopicTest {
  @ParameterizedTest
  @ValueSource(strings = {"a", "orders.42", "A-z_0.-._", "0", "a.b.c.d.e.f.g.h"})
  void segmentsJoinedByDotsAreATopic(String name) {
    assertEquals(name, new Topic(name).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "a.",
        ".a",
        "a..b",
        "a b",
        "a/b",
        "*",
        "a.*",
        ">",
        "a.>",
        "a\n",
        "\na",
        "é",
        "a\u0000",
        "a:b",
        "a%2e",
        "a,b",
        "\uD83D\uDE00",
        "a.\u0430"
      })
  void anythingElseIsRefused(String name) {
    Refusal.assertInvalid("topic", () -> new Topic(name));
  }

  @Test
  void twoHundredCharactersAreTheMost() {
    String longest = "a.".repeat(99) + "bc";

    assertEquals(Topic.MAX_LENGTH, new Topic(longest).value().length());
    Refusal.assertInvalid("topic", () -> new Topic(longest + "d"));
  }

  @Test
  void aHugeNameIsRefusedWithoutBeingWalked() {
    Refusal.assertInvalid("topic", () -> new Topic("a.".repeat(1_000_000)));
  }
}
