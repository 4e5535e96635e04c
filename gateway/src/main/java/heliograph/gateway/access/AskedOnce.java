package heliograph.gateway.access;

import heliograph.gateway.access.Party.Known;
import heliograph.gateway.wire.Watchdog;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what others answered for a while, and never asks a question that is on its way already:
 * whoever has the same question waits for the same answer. Each question runs on a virtual thread
 * of its own, which is interrupted when the question's time is over. Answers that admit a caller
 * have room of their own, of which refusals take nothing: anybody can cause as many refusals as
 * they make up questions. Any thread.
 */
final class AskedOnce<V> {
  /** The most answers that are kept of known callers. */
  static final int MAX_KEPT = 20_000;

  /** The most answers that are kept of one caller. */
  static final int MAX_KEPT_OF_ONE = 500;

  /** The most refusals and missing answers that are kept, besides {@link #MAX_KEPT}. */
  static final int MAX_REFUSED = 2000;

  /** The most questions that are asked at once; {@link QuestionRoom} shares them out. */
  static final int MAX_ASKED = 64;

  /**
   * The most questions of one tenant, or of all strangers, that wait for their turn; waiting counts
   * as part of their time.
   */
  static final int MAX_WAITING = 10_000;

  /** For how long the relay remembers whose an answer was, also when the answer has run out. */
  static final Duration MEMORY = Duration.ofHours(4);

  // Whoever waits for an answer gives up this long after the question's time is over.
  private static final Duration SLACK = Duration.ofSeconds(1);

  private final LongSupplier nanos;
  private final Watchdog watchdog;
  private final Duration timeout;
  private final Answer<V> none;
  private final QuestionRoom room = new QuestionRoom(MAX_ASKED, MAX_WAITING);

  // These are guarded by this.
  private final Map<String, Waiting> asked = new HashMap<>();
  private final KeptAnswers<Waiting> kept = new KeptAnswers<>(MAX_KEPT, MAX_KEPT_OF_ONE);
  private final Map<String, Waiting> refused = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * What came of a question.
   *
   * @param keep how long the answer is good
   * @param owner the caller whose answer it is; empty if it admits nobody
   * @param last whether it says for certain that what is kept under the same key is over
   */
  record Answer<V>(V value, Duration keep, Optional<Known> owner, boolean last) {
    /** Makes an answer that admits a caller. */
    static <V> Answer<V> of(Known owner, V value, Duration keep) {
      return new Answer<>(value, keep, Optional.of(owner), true);
    }

    /** Makes an answer that admits nobody. */
    static <V> Answer<V> refusal(V value, Duration keep) {
      return new Answer<>(value, keep, Optional.empty(), true);
    }

    /**
     * Makes an answer for a question that nobody answered, which leaves what is kept under its key.
     */
    static <V> Answer<V> none(V value, Duration keep) {
      return new Answer<>(value, keep, Optional.empty(), false);
    }
  }

  /**
   * An answer, and how long it is still good.
   *
   * @param left how long the answer will still be kept; not negative
   */
  record Kept<V>(V value, Duration left) {}

  /**
   * Makes an empty cache.
   *
   * @param timeout how long a question may take, in all
   * @param none the answer to a question that got none in time
   * @param nanos a clock of elapsed nanoseconds
   */
  AskedOnce(Duration timeout, Answer<V> none, Watchdog watchdog, LongSupplier nanos) {
    this.timeout = timeout;
    this.none = none;
    this.watchdog = watchdog;
    this.nanos = nanos;
  }

  /** An answer that is here or on its way. */
  final class Waiting {
    private final CountDownLatch here = new CountDownLatch(1);
    private volatile @Nullable Answer<V> answer;
    private volatile long givenAtNanos;

    private boolean isGood(long now) {
      Answer<V> given = answer;
      return given != null && now - givenAtNanos < given.keep().toNanos();
    }

    private void set(Answer<V> given) {
      givenAtNanos = nanos.getAsLong();
      answer = given;
      here.countDown();
    }

    /** Waits until the answer is here, or {@code none} if it does not come in time. */
    Kept<V> await() throws InterruptedException {
      boolean _ = here.await(timeout.plus(SLACK).toNanos(), TimeUnit.NANOSECONDS);
      Answer<V> given = answer;
      if (given == null) {
        return new Kept<>(none.value(), Duration.ZERO);
      }
      Duration left = given.keep().minusNanos(nanos.getAsLong() - givenAtNanos);
      return new Kept<>(given.value(), left.isNegative() ? Duration.ZERO : left);
    }
  }

  /**
   * The caller whose answer the last good one to this question was; empty if that was longer ago
   * than {@link #MEMORY}.
   */
  synchronized Optional<Known> owner(String key) {
    long now = nanos.getAsLong();
    return kept.find(key)
        .filter(it -> now - it.value().givenAtNanos < MEMORY.toNanos())
        .map(KeptAnswers.Entry::owner);
  }

  /**
   * Asks a question, unless its answer is kept or on its way.
   *
   * @param key tells the question from all others
   * @param party the party for which it is asked
   * @param question asks; it runs on another thread, which may be interrupted
   */
  Waiting ask(String key, Party party, Supplier<Answer<V>> question) {
    Waiting own;
    synchronized (this) {
      Optional<Waiting> there = there(key);
      if (there.isPresent()) {
        return there.get();
      }
      own = new Waiting();
      asked.put(key, own);
    }
    Thread.ofVirtual().name("heliograph-question").start(() -> run(key, own, party, question));
    return own;
  }

  private Optional<Waiting> there(String key) {
    Waiting onItsWay = asked.get(key);
    if (onItsWay != null) {
      return Optional.of(onItsWay);
    }
    long now = nanos.getAsLong();
    return kept.find(key)
        .map(KeptAnswers.Entry::value)
        .filter(it -> it.isGood(now))
        .or(() -> Optional.ofNullable(refused.get(key)).filter(it -> it.isGood(now)));
  }

  private void run(String key, Waiting waiting, Party party, Supplier<Answer<V>> question) {
    Thread self = Thread.currentThread();
    Answer<V> answer = none;
    try (var _ = watchdog.watch(timeout, self::interrupt);
        QuestionRoom.Place place = room.place(party)) {
      place.await();
      answer = question.get();
    } catch (InterruptedException _) {
      // The time was over before the question could be asked; the thread ends after this.
      self.interrupt();
    } catch (QuestionRoom.Full _) {
      // No place became free; this is answered as if the time were over.
    } finally {
      keep(key, waiting, answer);
    }
  }

  private void keep(String key, Waiting waiting, Answer<V> answer) {
    synchronized (this) {
      waiting.set(answer);
      asked.remove(key);
      refused.remove(key);
      if (answer.owner().isPresent()) {
        kept.put(answer.owner().get(), key, waiting);
      } else {
        if (answer.last()) {
          kept.remove(key);
        }
        refused.put(key, waiting);
        if (refused.size() > MAX_REFUSED) {
          refused.remove(refused.keySet().iterator().next());
        }
      }
    }
  }

  /** How many answers are kept, including refusals. */
  synchronized int size() {
    return kept.size() + refused.size();
  }
}
