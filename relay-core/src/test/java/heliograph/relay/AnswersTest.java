package heliograph.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a filter answered is known by its number, for as many as are kept. */
class AnswersTest {
  private static final long LARGEST = (1L << 62) - 1;

  @Test
  void nothingIsKnownBeforeItWasAsked() {
    assertEquals(Optional.empty(), Answers.NONE.of(1));
  }

  @Test
  void answersAreThoseThatWereGiven() {
    Random random = new Random(7);
    Map<Long, Boolean> given = new HashMap<>();
    Answers answers = Answers.NONE.with(LARGEST, true).with(1, false);
    given.put(LARGEST, true);
    given.put(1L, false);
    while (given.size() < Answers.MAX) {
      long number = random.nextLong(1, LARGEST);
      boolean wanted = random.nextBoolean();
      if (given.putIfAbsent(number, wanted) == null) {
        answers = answers.with(number, wanted);
      }
    }

    Answers all = answers;
    given.forEach((number, wanted) -> assertEquals(Optional.of(wanted), all.of(number)));
    assertEquals(Optional.empty(), all.of(LARGEST - 1));
  }

  @Test
  void noMoreAreKeptThanMayBe() {
    Answers answers = Answers.NONE;
    for (int number = 1; number <= Answers.MAX; number++) {
      answers = answers.with(number, true);
    }

    assertSame(answers, answers.with(Answers.MAX + 1, true));
    assertEquals(Optional.of(true), answers.of(1));
    assertEquals(Optional.empty(), answers.of(Answers.MAX + 1));
  }
}
