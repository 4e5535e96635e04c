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
 * What others answered, kept for a while. A question that is on its way is not asked again: who has
 * the same waits for the same answer. Each is asked on a thread of its own, which is cut off when
 * its time is over. What is known of somebody has room of its own, of which refusals, that anybody
 * can have as many of as they make up questions, take nothing. Any thread.
 */
final class AskedOnce<V> {
  /** The most answers that are kept of known callers. */
  static final int MAX_KEPT = 20_000;

  /** The most of these of one caller. */
  static final int MAX_KEPT_OF_ONE = 500;

  /** The most other answers that are kept: refusals, and that there was none. */
  static final int MAX_REFUSED = 2000;

  /**
   * The most questions that are asked at once; how they are shared out is {@link QuestionRoom}'s.
   */
  static final int MAX_ASKED = 64;

  /** The most questions of one tenant, or of all strangers, that wait as part of their time. */
  static final int MAX_WAITING = 10_000;

  /** For how long it is known whose answer one was, also when it has run out. */
  static final Duration MEMORY = Duration.ofHours(4);

  // Beyond the time of a question, until whoever waits for it gives up.
  private static final Duration SLACK = Duration.ofSeconds(1);

  private final LongSupplier nanos;
  private final Watchdog watchdog;
  private final Duration timeout;
  private final Answer<V> none;
  private final QuestionRoom room = new QuestionRoom(MAX_ASKED, MAX_WAITING);

  // Guarded by this.
  private final Map<String, Waiting> asked = new HashMap<>();
  private final KeptAnswers<Waiting> kept = new KeptAnswers<>(MAX_KEPT, MAX_KEPT_OF_ONE);
  private final Map<String, Waiting> refused = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param keep how long it is good
   * @param owner whose it is; nobody's if it admits nobody
   * @param last whether it says for certain that what is kept under the same key is over
   */
  record Answer<V>(V value, Duration keep, Optional<Known> owner, boolean last) {
    /** It admits somebody. */
    static <V> Answer<V> of(Known owner, V value, Duration keep) {
      return new Answer<>(value, keep, Optional.of(owner), true);
    }

    /** It admits nobody. */
    static <V> Answer<V> refusal(V value, Duration keep) {
      return new Answer<>(value, keep, Optional.empty(), true);
    }

    /** It says nothing. */
    static <V> Answer<V> none(V value, Duration keep) {
      return new Answer<>(value, keep, Optional.empty(), false);
    }
  }

  /**
   * @param left how long it will still be kept; not negative
   */
  record Kept<V>(V value, Duration left) {}

  /**
   * @param timeout how long a question may take, in all
   * @param none the answer to a question that got none in time
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

    /** Waits for it. */
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

  /** Whose answer the last good one to this question was. */
  synchronized Optional<Known> owner(String key) {
    long now = nanos.getAsLong();
    return kept.find(key)
        .filter(it -> now - it.value().givenAtNanos < MEMORY.toNanos())
        .map(KeptAnswers.Entry::owner);
  }

  /**
   * Asks, unless there is an answer, or the question is on its way.
   *
   * @param party for whom
   * @param question runs on another thread, which may be interrupted
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
      // Its time was over before it could be asked; the thread ends with this.
      self.interrupt();
    } catch (QuestionRoom.Full _) {
      // As if its time were over.
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

  /** How many are kept, the refusals among them. */
  synchronized int size() {
    return kept.size() + refused.size();
  }
}
