package heliograph.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import heliograph.contract.Tenant;
import heliograph.gateway.access.AskedOnce.Answer;
import heliograph.gateway.access.Party.Known;
import heliograph.gateway.wire.Watchdog;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A question is asked once while its answer lasts, and not for longer than it may take. */
class AskedOnceTest {
  private static final Duration TTL = Duration.ofSeconds(10);
  private static final Known ANN = user(0);
  private static final Party STRANGER = new Party.Stranger();

  private final AtomicLong now = new AtomicLong();
  private final AtomicInteger asked = new AtomicInteger();
  private final Watchdog watchdog = new Watchdog(System::nanoTime);

  @BeforeEach
  void start() {
    watchdog.start();
  }

  @AfterEach
  void close() {
    watchdog.close();
  }

  private AskedOnce<String> answers(Duration timeout) {
    return new AskedOnce<>(timeout, Answer.none("none", Duration.ofSeconds(1)), watchdog, now::get);
  }

  private static Known user(int number) {
    return new Known(new Tenant("acme"), "user" + number);
  }

  private Answer<String> answer() {
    return answer(ANN);
  }

  private Answer<String> answer(Known owner) {
    return Answer.of(owner, "answer " + asked.incrementAndGet(), TTL);
  }

  @Test
  void anAnswerIsKeptForItsTime() throws Exception {
    AskedOnce<String> answers = answers(TTL);

    assertEquals("answer 1", answers.ask("a", ANN, this::answer).await().value());
    now.set(TTL.toNanos() - 1);
    assertEquals("answer 1", answers.ask("a", ANN, this::answer).await().value());
    assertEquals(Duration.ofNanos(1), answers.ask("a", ANN, this::answer).await().left());
    now.set(TTL.toNanos());
    assertEquals("answer 2", answers.ask("a", ANN, this::answer).await().value());
    assertEquals("answer 3", answers.ask("b", ANN, this::answer).await().value());
  }

  @Test
  void whoAsksMeanwhileWaitsForTheSameAnswer() throws Exception {
    AskedOnce<String> answers = answers(TTL);
    CountDownLatch gate = new CountDownLatch(1);
    var first =
        answers.ask(
            "a",
            ANN,
            () -> {
              try {
                gate.await();
              } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
              }
              return answer();
            });

    assertSame(first, answers.ask("a", ANN, this::answer));
    gate.countDown();

    assertEquals("answer 1", first.await().value());
    assertEquals(1, asked.get());
  }

  @Test
  void aQuestionThatTakesTooLongIsCutOff() throws Exception {
    AskedOnce<String> answers = answers(Duration.ofMillis(50));
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    var slow =
        answers.ask(
            "a",
            ANN,
            () -> {
              try {
                never.await();
              } catch (InterruptedException _) {
                interrupted.countDown();
              }
              return Answer.refusal("late", Duration.ofSeconds(1));
            });
    interrupted.await();

    assertEquals("late", slow.await().value());
  }

  @Test
  void soManyAreAskedAtOnceAndOthersHaveNoAnswerInTime() throws Exception {
    AskedOnce<String> answers = answers(Duration.ofMillis(300));
    CountDownLatch gate = new CountDownLatch(1);
    // Half of the room is for whoever comes beside strangers.
    CountDownLatch begun = new CountDownLatch(AskedOnce.MAX_ASKED / 2);
    for (int i = 0; i < AskedOnce.MAX_ASKED / 2; i++) {
      var _ =
          answers.ask(
              "busy" + i,
              STRANGER,
              () -> {
                begun.countDown();
                awaitUninterrupted(gate);
                return answer();
              });
    }
    begun.await();

    assertEquals("none", answers.ask("one more", STRANGER, this::answer).await().value());
    assertEquals(0, asked.get());
    assertEquals("answer 1", answers.ask("known", ANN, this::answer).await().value());
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
  void soManyAreKeptAndThoseOfWhoWasLongestAwayGo() throws Exception {
    AskedOnce<String> answers = answers(TTL);
    for (int i = 0; i < AskedOnce.MAX_KEPT; i++) {
      Known user = user(i);
      answers.ask("" + i, user, () -> answer(user)).await();
    }
    answers.ask("0", user(0), this::answer).await();
    answers.ask("new", user(-1), () -> answer(user(-1))).await();

    assertEquals(AskedOnce.MAX_KEPT, answers.size());
    assertEquals("answer 1", answers.ask("0", user(0), this::answer).await().value());
    assertEquals(AskedOnce.MAX_KEPT + 1, asked.get());
    answers.ask("1", user(1), this::answer).await();
    assertEquals(AskedOnce.MAX_KEPT + 2, asked.get());
  }

  @Test
  void madeUpQuestionsPushNobodysAnswerOut() throws Exception {
    AskedOnce<String> answers = answers(TTL);
    answers.ask("ann", STRANGER, this::answer).await();
    for (int i = 0; i < AskedOnce.MAX_REFUSED + 100; i++) {
      answers.ask("made-up" + i, STRANGER, () -> Answer.refusal("no", TTL)).await();
    }

    assertEquals(1 + AskedOnce.MAX_REFUSED, answers.size());
    assertEquals("answer 1", answers.ask("ann", ANN, this::answer).await().value());
  }

  @Test
  void whoseAnswerItWasIsKnownWhenItHasRunOutToo() throws Exception {
    AskedOnce<String> answers = answers(TTL);
    assertEquals(Optional.empty(), answers.owner("a"));
    answers.ask("a", STRANGER, this::answer).await();
    now.set(TTL.toNanos());
    assertEquals(Optional.of(ANN), answers.owner("a"));

    // That there is no answer changes nothing.
    answers.ask("a", ANN, () -> Answer.none("none", TTL)).await();
    assertEquals(Optional.of(ANN), answers.owner("a"));
    now.set(AskedOnce.MEMORY.toNanos());
    assertEquals(Optional.empty(), answers.owner("a"));
  }

  @Test
  void whoIsRefusedIsNobodyAnyMore() throws Exception {
    AskedOnce<String> answers = answers(TTL);
    answers.ask("a", STRANGER, this::answer).await();
    now.set(TTL.toNanos());
    answers.ask("a", ANN, () -> Answer.refusal("no", TTL)).await();
    assertEquals(Optional.empty(), answers.owner("a"));
    assertEquals("no", answers.ask("a", STRANGER, this::answer).await().value());
  }
}
