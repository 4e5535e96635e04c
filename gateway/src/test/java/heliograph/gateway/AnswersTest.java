package heliograph.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import heliograph.gateway.Answers.Answer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A question is asked once while its answer lasts, and not for longer than it may take. */
class AnswersTest {
  private static final Duration TTL = Duration.ofSeconds(10);

  private final AtomicLong now = new AtomicLong();
  private final AtomicInteger asked = new AtomicInteger();
  private final Watchdog watchdog = new Watchdog(System::nanoTime);

  @AfterEach
  void close() {
    watchdog.close();
  }

  private Answers<String> answers(Duration timeout) {
    return new Answers<>(timeout, new Answer<>("none", Duration.ofSeconds(1)), watchdog, now::get);
  }

  private Answer<String> answer() {
    return new Answer<>("answer " + asked.incrementAndGet(), TTL);
  }

  @Test
  void anAnswerIsKeptForItsTime() throws Exception {
    Answers<String> answers = answers(TTL);

    assertEquals("answer 1", answers.ask("a", this::answer).await().value());
    now.set(TTL.toNanos() - 1);
    assertEquals("answer 1", answers.ask("a", this::answer).await().value());
    assertEquals(Duration.ofNanos(1), answers.ask("a", this::answer).await().left());
    now.set(TTL.toNanos());
    assertEquals("answer 2", answers.ask("a", this::answer).await().value());
    assertEquals("answer 3", answers.ask("b", this::answer).await().value());
  }

  @Test
  void whoAsksMeanwhileWaitsForTheSameAnswer() throws Exception {
    Answers<String> answers = answers(TTL);
    CountDownLatch gate = new CountDownLatch(1);
    var first =
        answers.ask(
            "a",
            () -> {
              try {
                gate.await();
              } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
              }
              return answer();
            });

    assertSame(first, answers.ask("a", this::answer));
    gate.countDown();

    assertEquals("answer 1", first.await().value());
    assertEquals(1, asked.get());
  }

  @Test
  void aQuestionThatTakesTooLongIsCutOff() throws Exception {
    Answers<String> answers = answers(Duration.ofMillis(50));
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    var slow =
        answers.ask(
            "a",
            () -> {
              try {
                never.await();
              } catch (InterruptedException _) {
                interrupted.countDown();
              }
              return new Answer<>("late", Duration.ofSeconds(1));
            });
    interrupted.await();

    assertEquals("late", slow.await().value());
  }

  @Test
  void soManyAreAskedAtOnceAndOthersHaveNoAnswerInTime() throws Exception {
    Answers<String> answers = answers(Duration.ofMillis(300));
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(Answers.MAX_ASKED);
    for (int i = 0; i < Answers.MAX_ASKED; i++) {
      var _ =
          answers.ask(
              "busy" + i,
              () -> {
                begun.countDown();
                awaitUninterrupted(gate);
                return answer();
              });
    }
    begun.await();

    assertEquals("none", answers.ask("one more", this::answer).await().value());
    assertEquals(0, asked.get());
    gate.countDown();
  }

  /** As a server's answer may be waited for that no interruption ends. */
  private static void awaitUninterrupted(CountDownLatch gate) {
    boolean interrupted = false;
    while (gate.getCount() > 0) {
      try {
        gate.await();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void soManyAreKeptAndTheOneUsedLongestAgoGoes() throws Exception {
    Answers<String> answers = answers(TTL);
    for (int i = 0; i < Answers.MAX_KEPT; i++) {
      answers.ask("" + i, this::answer).await();
    }
    answers.ask("0", this::answer).await();
    answers.ask("new", this::answer).await();

    assertEquals(Answers.MAX_KEPT, answers.size());
    assertEquals("answer 1", answers.ask("0", this::answer).await().value());
    assertEquals(Answers.MAX_KEPT + 1, asked.get());
    answers.ask("1", this::answer).await();
    assertEquals(Answers.MAX_KEPT + 2, asked.get());
  }
}
